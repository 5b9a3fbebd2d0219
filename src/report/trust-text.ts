import type { AskedKind, AskedSetting } from '../contract/trust.ts';
import { cleanLine, escapeHidden } from './clean.ts';
import { type Palette, PLAIN } from './palette.ts';

/** What is asked for, as a person has to see it before they say yes. */
export interface TrustQuestion {
  /** The file that asks. */
  file: string;
  settings: readonly AskedSetting[];
  /** What was trusted before, where there was something; `at` is ISO 8601. */
  before: { at: string; settings: readonly AskedSetting[] } | null;
}

const HEADINGS: readonly (readonly [AskedKind, string])[] = [
  ['command', 'Commands that run on this machine, after every task'],
  ['model', 'Models that are sent your code, with your keys and at your cost'],
  ['text', 'Text that planner and executor are told'],
  ['gate', 'How strictly a change is planned and reviewed'],
  ['limit', 'How much is spent and how long it takes, within the budget'],
];

/**
 * The settings a repository asks for, by what they could do. Values are quoted, whole and on one line each; no
 * character of them is hidden: what a terminal would not show stands as `\u{…}`. With `before`, new lines begin with
 * `+`, lines that are gone with `-`. Ends with a line feed.
 */
export function trustText({ file, settings, before }: TrustQuestion, palette: Palette = PLAIN): string {
  const lines = [palette.bold(`${cleanLine(file, 1_000)} asks for:`)];
  const old = new Set(before?.settings.map(lineOf));
  const now = new Set(settings.map(lineOf));
  for (const [kind, heading] of HEADINGS) {
    const gone = (before?.settings ?? []).filter((each) => each.kind === kind && !now.has(lineOf(each)));
    const asked = settings.filter((each) => each.kind === kind);
    if (gone.length + asked.length === 0) continue;
    lines.push('', heading);
    for (const each of gone) lines.push(palette.red(`- ${lineOf(each)}`));
    for (const each of asked) {
      const line = lineOf(each);
      lines.push(before === null || old.has(line) ? `  ${line}` : palette.green(`+ ${line}`));
    }
  }
  if (before !== null)
    lines.push('', `+ is new and - is gone since you trusted it on ${cleanLine(before.at.slice(0, 10), 10)}.`);
  return `${lines.join('\n')}\n`;
}

function lineOf({ key, value }: AskedSetting): string {
  const shown = value === null ? '(none)' : JSON.stringify(value);
  return escapeHidden(`${key}: ${shown}`, (codePoint) => `\\u{${codePoint.toString(16)}}`);
}
