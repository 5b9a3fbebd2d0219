/**
 * Characters that a person does not see, or takes for others. Text of models, repositories and diffs is untrusted;
 * this is the one place that says which characters may not pass unseen.
 */

/** Control characters (tab and newline excepted), bidirectional controls, zero-width and Unicode tag characters. */
const HIDDEN =
  '\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u115f\\u1160\\u180e\\u200b-\\u200f\\u2028-\\u202e' +
  '\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb\\u{e0000}-\\u{e0fff}';
const HIDDEN_ONE = new RegExp(`[${HIDDEN}]`, 'u');
const HIDDEN_ALL = new RegExp(`[${HIDDEN}]`, 'gu');
/** What can carry a hidden message or reverse what is read, inside a file that has to be shown exactly otherwise. */
const TREACHEROUS = /[\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e0fff}]/gu;

const LATIN = /\p{Script=Latin}/u;
const LATIN_LOOKING = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u;
const WORDS = /[\p{L}\p{M}]+/gu;

/** Removes hidden characters; CR LF becomes LF. Keeps `\n` and `\t`. */
export function stripHidden(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(HIDDEN_ALL, '');
}

/** Shows hidden characters as `\u{202e}`; CR LF becomes LF. Keeps `\n` and `\t`. */
export function showHidden(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(HIDDEN_ALL, escapeOf);
}

/** Shows only bidirectional controls and tag characters, and leaves every other character as it is. */
export function showTreacherous(text: string): string {
  return text.replace(TREACHEROUS, escapeOf);
}

/** One line, hidden characters removed, at most `max` characters (the last one `…` when cut). */
export function oneLine(text: string, max = 500): string {
  return shorten(stripHidden(text).replace(/\s+/gu, ' ').trim(), max);
}

/** Cuts to `max` UTF-16 units without splitting a character; the last one is `…` when something was cut. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/u, '')}…`;
}

/**
 * What is treacherous in a text that a machine takes literally (a path, a command), or null: a hidden character, a
 * character that stands for an ASCII one (`／`, `․`), or a word that mixes Latin with letters that look Latin.
 */
export function deceptive(text: string): string | null {
  const hidden = HIDDEN_ONE.exec(text) ?? /[\t\n]/u.exec(text);
  if (hidden) return `the hidden or control character ${codeOf(hidden[0])}`;
  for (const char of text) {
    if (char > '\u007f' && /^[\x20-\x7e]+$/u.test(char.normalize('NFKC'))) {
      return `the character ${codeOf(char)}, which looks like ${JSON.stringify(char.normalize('NFKC'))}`;
    }
    if (char === '\u2215' || char === '\u29f8') return `the character ${codeOf(char)}, which looks like "/"`;
  }
  for (const [word] of text.normalize('NFC').matchAll(WORDS)) {
    if (LATIN.test(word) && LATIN_LOOKING.test(word)) {
      return `the word ${JSON.stringify(word)}, which mixes Latin letters with letters that look like them`;
    }
  }
  return null;
}

function escapeOf(char: string): string {
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
}

function codeOf(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
