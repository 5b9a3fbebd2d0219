/**
 * Characters that a person does not see and a model does: controls (tab and line feed stay), zero-width and
 * bidirectional marks, Unicode tags, variation selectors beyond the common ones, lone surrogates.
 */
const HIDDEN =
  /\u034f|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;

/** Printable ASCII throughout: nothing to look for. */
const PLAIN = /^[\t\n -~]*$/;

/** The text with hidden characters written as `\u{e0041}`; a carriage return at a line's end is dropped. */
export function visible(text: string): string {
  const lines = text.includes('\r') ? text.replaceAll('\r\n', '\n') : text;
  return PLAIN.test(lines) ? lines : lines.replace(HIDDEN, written);
}

/** A path on one line: as {@link visible}, line breaks and tabs escaped as well. */
export function visiblePath(path: string): string {
  return visible(path).replace(/[\n\t]/g, written);
}

function written(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
