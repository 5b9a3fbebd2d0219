import { clean } from '../../../report/clean.ts';
import { count } from '../../../report/phrases.ts';
import { pad } from '../../../report/width.ts';
import { type Check, checkAll } from '../checks.ts';
import { type CommonOptions, type Io, paletteOf, print, printJson } from '../io.ts';

/** `tercet doctor`: says what is there and what is missing. Calls no model, prints no key. */
export async function doctor(io: Io, options: CommonOptions & { trio?: string }): Promise<number> {
  const checks = await checkAll(io, options.trio);
  const problems = checks.filter((check) => check.state === 'problem').length;
  if (options.json === true) printJson(io, { ok: problems === 0, checks });
  else print(io, `${linesOf(checks, io).join('\n')}\n\n${conclusion(problems)}`);
  return problems === 0 ? 0 : 2;
}

function conclusion(problems: number): string {
  if (problems === 0) return 'All there. Start: tercet run "what you want to build"';
  return `${count(problems, 'thing')} to put right. \`tercet demo\` needs none of it.`;
}

const MARKS = { ok: 'ok', warning: 'warning', problem: 'PROBLEM' } as const;

function linesOf(checks: readonly Check[], io: Io): string[] {
  const { green, yellow, red, dim } = paletteOf(io);
  const paint = { ok: green, warning: yellow, problem: red };
  const first = Math.max(...Object.values(MARKS).map((mark) => mark.length)) + 2;
  const second = Math.max(...checks.map((check) => check.name.length)) + 2;
  const under = ' '.repeat(first + second);
  return checks.flatMap(({ name, state, detail, fix }) => {
    const [head = '', ...rest] = clean(detail).split('\n');
    return [
      `${paint[state](pad(MARKS[state], first))}${pad(clean(name), second)}${head}`,
      ...rest.map((line) => under + line.trimStart()),
      ...(fix === null ? [] : [under + dim(`→ ${clean(fix)}`)]),
    ];
  });
}
