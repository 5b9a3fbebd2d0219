import type { Survey } from '../../../compose/setup/survey.ts';
import { EXIT, TercetError } from '../../../contract/errors.ts';
import { clean } from '../../../report/clean.ts';
import { count } from '../../../report/phrases.ts';
import { pad } from '../../../report/width.ts';
import type { Check } from '../check.ts';
import { checkAll } from '../checks.ts';
import { type CommonOptions, type Io, paletteOf, print, printJson } from '../io.ts';

export interface DoctorOptions extends CommonOptions {
  trio?: string;
  probe?: boolean;
  yes?: boolean;
}

/** `tercet doctor`: says what is there and what is missing. Prints no key; calls no model, unless `--probe` and the person say so. */
export async function doctor(io: Io, options: DoctorOptions): Promise<number> {
  if (options.yes === true && options.probe !== true)
    throw new TercetError('usage', '--yes is for the calls of --probe.', { hint: 'tercet doctor --probe --yes' });
  const { checks, found } = await checkAll(io, options.trio);
  const problems = checks.filter((check) => check.state === 'problem').length;
  if (options.json !== true)
    print(io, `${linesOf(checks, io).join('\n')}\n${options.probe === true ? '' : `\n${conclusion(problems)}`}`);
  const probe = options.probe === true ? await probed(io, options, found) : null;
  const failed = probe?.roles.filter(({ state }) => state !== 'answered').length ?? 0;
  if (options.json === true) printJson(io, { ok: problems + failed === 0, checks, probe });
  else if (probe !== null)
    print(io, `\n${failed === 0 ? conclusion(problems) : `${count(failed, 'role')} did not answer.`}`);
  if (problems > 0) return EXIT.usage;
  return failed === 0 ? EXIT.approved : EXIT.failed;
}

async function probed(io: Io, options: DoctorOptions, { agents }: Survey) {
  const { probeRoles } = await import('../probe/probe.ts');
  return probeRoles(io, options, new Map(agents.map(({ name, login }) => [name, login])));
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
