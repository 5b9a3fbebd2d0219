/**
 * Text from a model, a repository or a diff, made fit to be seen: nothing in it may move the cursor,
 * colour a line, reorder what is read or hide from the reader.
 */

// Whole escape sequences (ECMA-48: CSI, strings such as OSC with their terminator, two-byte ones), so that no
// `[31m` is left behind. An unterminated string loses only its ESC: what follows it must stay visible.
const SEQUENCES =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]+[0-~]|\x1b[0-OQ-WYZ\\`-~]/g;

// Controls, bidirectional marks, invisible fillers and joiners, variation selectors that carry no emoji,
// interlinear and musical controls, and the Unicode tag block (the known carrier of hidden instructions).
// Kept: tab, line feed, the zero-width (non-)joiner and U+FE0E/F, which scripts and emoji need.
const HIDDEN_SOURCE =
  '[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5' +
  '\\u180b-\\u180f\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0d\\ufeff\\uffa0' +
  '\\ufff0-\\ufffb\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}]';
const HIDDEN = new RegExp(HIDDEN_SOURCE, 'gu');

// More than four marks on one letter paint over the lines above and below.
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu;

/**
 * Untrusted text for a terminal or a page, line breaks kept: escape sequences, control, bidirectional and tag
 * characters removed, tabs as two spaces, cut at `max` UTF-16 units with `…`.
 */
export function clean(text: string, max = 8_000): string {
  const plain = text
    .replace(SEQUENCES, '')
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replace(HIDDEN, '')
    .replaceAll('\t', '  ')
    .replace(STACKED_MARKS, '$1');
  return cut(plain, max);
}

/** As {@link clean}, on one line: every run of white space is one space. */
export function cleanLine(text: string, max = 300): string {
  return cut(clean(text, Number.POSITIVE_INFINITY).replace(/\s+/g, ' ').trim(), max);
}

/** How many characters {@link clean} would hide, so that a person who approves a text learns of them. */
export function hiddenCount(text: string): number {
  return text.match(HIDDEN)?.length ?? 0;
}

/** Every hidden character as `show` writes it, e.g. for a quoted string that shows them. */
export function escapeHidden(text: string, show: (codePoint: number) => string): string {
  return text.replace(HIDDEN, (hidden) => show(hidden.codePointAt(0) ?? 0));
}

function cut(text: string, max: number): string {
  // A lone surrogate, given or made by the cut, prints as a replacement character.
  return (text.length <= max ? text : `${text.slice(0, Math.max(0, max - 1))}…`).toWellFormed();
}
