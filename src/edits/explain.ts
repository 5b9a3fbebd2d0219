import type { EditProblem } from './edit.ts';

const WIDTH = 160;

/** Makes untrusted text safe to print: control and invisible formatting characters become `\u{…}`; tabs stay. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (char) =>
    char === '\t' ? char : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** One line of untrusted text, cut to a width that fits a terminal and a prompt. */
export function excerpt(line: string, width: number = WIDTH): string {
  return printable(line.length > width ? `${line.slice(0, width)}…` : line);
}

/** The begin of every message: which file, which block. `first` is the first line searched for. */
export function where(path: string, at: number, first: string | null = null): string {
  const file = path === '' ? '(no path)' : excerpt(path, 200);
  const search = first === null ? '' : ` (SEARCH begins "${excerpt(first.trim(), 60)}")`;
  return `${file}, block at line ${at} of the answer${search}`;
}

/** Lines of a file with their 1-based numbers, as a message shows them. */
export function numbered(lines: readonly string[], first: number): string {
  const width = String(first + lines.length - 1).length;
  return lines.map((line, i) => `  ${String(first + i).padStart(width)} | ${excerpt(line)}`).join('\n');
}

/** `3, 7 and 12`; at most ten. */
export function listed(numbers: readonly number[]): string {
  const shown = numbers.slice(0, 10).map(String);
  if (numbers.length > shown.length) return `${shown.join(', ')} and ${numbers.length - shown.length} more`;
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

const SHOWN = 20;

/** All problems as one text: what the model gets in the repair round, and what a person reads. */
export function explainProblems(problems: readonly EditProblem[]): string {
  const head = `Nothing was written: ${problems.length} problem${problems.length === 1 ? '' : 's'} in the edits.`;
  const items = problems.slice(0, SHOWN).map((problem, i) => `${i + 1}. [${problem.kind}] ${problem.message}`);
  if (problems.length > SHOWN) items.push(`… and ${problems.length - SHOWN} more.`);
  return [head, ...items, 'Send all the edits again, the ones without a problem too.'].join('\n\n');
}
