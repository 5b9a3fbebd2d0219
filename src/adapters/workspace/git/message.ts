import type { CommitMessage } from '../../../ports/workspace.ts';

export type Trailer = readonly [key: string, value: string];

const TRAILER = /^([A-Za-z0-9][A-Za-z0-9-]*): ?(\S.*)$/u;
/** A trailer of ours in a text a model wrote would speak for the code that reads trailers. */
const FORGED = /^\s*tercet-[\w-]*\s*:/iu;
/** Direction overrides and invisible tag characters hide what a text says. */
const HIDDEN = /[\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu;
const MAX_SUBJECT = 200;

/** The text of a commit: subject, body, one block of trailers that also takes in those the body ends with. */
export function composeMessage(message: CommitMessage): string {
  const subject = oneLine(message.subject).slice(0, MAX_SUBJECT).trim() || 'Change';
  const body = message.body
    .replace(/\r\n?/gu, '\n')
    .replace(HIDDEN, '')
    .replace(CONTROL, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => !FORGED.test(line))
    .join('\n')
    .replace(/\n{3,}/gu, '\n\n')
    .trim();
  return addTrailers(body === '' ? `${subject}\n` : `${subject}\n\n${body}\n`, message.trailers);
}

/** Appends trailers to the message's block, each line once. Throws TypeError for a key that is no trailer's. */
export function addTrailers(message: string, trailers: readonly Trailer[]): string {
  const present = new Set(trailersOf(message).map(([key, value]) => `${key}: ${value}`));
  const lines: string[] = [];
  for (const [key, value] of trailers) {
    if (!/^[A-Za-z][A-Za-z0-9-]*$/u.test(key)) throw new TypeError(`${JSON.stringify(key)} is not a trailer key`);
    const line = `${key}: ${oneLine(value)}`;
    if (oneLine(value) === '' || present.has(line)) continue;
    present.add(line);
    lines.push(line);
  }
  const text = message.trimEnd();
  if (lines.length === 0) return `${text}\n`;
  return `${text}${trailersOf(message).length > 0 ? '\n' : '\n\n'}${lines.join('\n')}\n`;
}

/** The trailers of a message: its last paragraph, when every line of it is one and it is not the subject. */
export function trailersOf(message: string): Trailer[] {
  const paragraphs = message.trimEnd().split(/\n[ \t]*\n/u);
  const last = paragraphs.at(-1);
  if (paragraphs.length < 2 || last === undefined) return [];
  const found: [string, string][] = [];
  for (const line of last.replace(/^\n+/u, '').split('\n')) {
    const match = TRAILER.exec(line);
    const previous = found.at(-1);
    if (match) found.push([match[1] ?? '', (match[2] ?? '').trimEnd()]);
    else if (/^[ \t]+\S/u.test(line) && previous) previous[1] += ` ${line.trim()}`;
    else return [];
  }
  return found;
}

/** The last value of a trailer, or null. */
export function trailer(message: string, key: string): string | null {
  return trailersOf(message).findLast(([name]) => name.toLowerCase() === key.toLowerCase())?.[1] ?? null;
}

function oneLine(text: string): string {
  return text
    .replace(HIDDEN, '')
    .replace(/[\u0000-\u0020\u007f-\u009f\u2028\u2029]+/gu, ' ')
    .trim();
}
