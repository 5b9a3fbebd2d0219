import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildProgram } from '../../../src/apps/cli/program.ts';
import { MINDSTUDIO_KEY, type MindStudioServer, startMindStudio } from '../../support/mindstudio-server.ts';
import { REQUEST, RUN, SMOOTH } from '../../support/shop-change.ts';
import { type Stage, setStage, summary } from '../../support/stage.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** docs/json.md against what the commands print: the same fields with the same types, in one line. */
const document = readFileSync(new URL('../../../docs/json.md', import.meta.url), 'utf8');
const examples = new Map(
  [...document.matchAll(/^## (.+)\n[\s\S]*?^```json\n([\s\S]*?)^```$/gm)].map(([, title = '', text = '']) => [
    title,
    JSON.parse(text) as unknown,
  ]),
);

let stage: Stage;
let run = '';
let mindstudio: MindStudioServer;
let parked = '';
let dropped = '';
beforeAll(async () => {
  const enough = <T>(lines: readonly T[]) => [...lines, ...lines, ...lines, ...lines, ...lines, ...lines];
  const { planner, executor, reviewer } = SMOOTH;
  mindstudio = await startMindStudio(() => ({ text: '' }));
  stage = await setStage({ planner: enough(planner), executor: enough(executor), reviewer: enough(reviewer) });
  Object.assign(stage.home.env, { MINDSTUDIO_BASE_URL: mindstudio.url, MINDSTUDIO_API_KEY: MINDSTUDIO_KEY });
  run = summary(await stage.tercet(RUN)).run;
  // Without --yes a plan waits for approval, and nobody is here to give it.
  const waiting = RUN.filter((arg) => arg !== '--yes');
  parked = summary(await stage.tercet(waiting)).run;
  dropped = summary(await stage.tercet(waiting)).run;
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await mindstudio.close();
});

/**
 * Where two values differ in their fields or types. null and an empty list say nothing about what they could be, and keys
 * that are data (roles, trios) are compared by what they hold.
 */
function differences(shown: unknown, printed: unknown, at = ''): string[] {
  // What a repository's file says of a setting may be of any type.
  if (at.endsWith('settings[].value')) return [];
  if (shown === null || printed === null || shown === undefined || printed === undefined) return [];
  if (Array.isArray(shown) && Array.isArray(printed)) {
    const [one] = shown;
    return one === undefined ? [] : printed.flatMap((other) => differences(one, other, `${at}[]`));
  }
  if (typeof shown !== typeof printed || Array.isArray(shown) !== Array.isArray(printed))
    return [`${at}: ${typeof shown} is shown, ${typeof printed} is printed`];
  if (typeof shown !== 'object') return [];
  const [left, right] = [shown as Record<string, unknown>, printed as Record<string, unknown>];
  if (/(?:byRole|trios)$/.test(at)) return differences(Object.values(left), Object.values(right), at);
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].flatMap((key) => {
    if (!(key in left)) return [`${at}.${key}: printed, not shown`];
    if (!(key in right)) return [`${at}.${key}: shown, not printed`];
    return differences(left[key], right[key], `${at}.${key}`);
  });
}

const CASES: readonly (readonly [string, () => string[], number])[] = [
  ['run, execute, review, resume, show', () => [...RUN], 0],
  ['run, execute, review, resume, show', () => ['show', run, '--json'], 0],
  ['plan', () => ['plan', '--json', REQUEST], 0],
  ['plan --check', () => ['plan', '--check', 'broken.yaml', '--json'], 1],
  ['run, execute, review, resume, show', () => ['execute', 'plan.yaml', '--json'], 0],
  ['runs', () => ['runs', '--json'], 0],
  ['show --plan, --diff, --report', () => ['show', run, '--report', '--json'], 0],
  ['apply', () => ['apply', run, '--json'], 0],
  ['run, execute, review, resume, show', () => ['review', '--plan', 'plan.yaml', '--json'], 0],
  ['run, execute, review, resume, show', () => ['resume', parked, '--yes', '--json'], 0],
  ['cancel', () => ['cancel', dropped, '--json'], 0],
  ['replay', () => ['replay', run, '--json'], 0],
  ['export', () => ['export', run, '--json'], 0],
  ['clean', () => ['clean', '--dry-run', '--older-than', '0h', '--json'], 0],
  ['costs', () => ['costs', '--by', 'model', '--json'], 0],
  ['models', () => ['models', '--json'], 0],
  ['models --from', () => ['models', '--from', 'mindstudio', '--json'], 0],
  ['estimate', () => 'estimate --planning 1k --implementation 1+1 --review 1 --json'.split(' '), 0],
  ['init', () => ['init', '--json'], 0],
  ['init', () => ['init', '--print', '--json'], 0],
  ['trust', () => ['trust', '--yes', '--json'], 0],
  ['trust --list', () => ['trust', '--list', '--json'], 0],
  ['trust --revoke', () => ['trust', '--revoke', '--json'], 0],
  ['doctor', () => ['doctor', '--json'], 0],
  ['install', () => ['install', 'cursor', '--dry-run', '--json'], 0],
  ['install --json, without a host', () => ['install', '--json'], 0],
  ['demo', () => ['demo', '--json'], 0],
  ['Errors', () => ['show', 'nope', '--json'], 2],
  ['Errors', () => ['show', '--json'], 2],
];

describe('docs/json.md', () => {
  test.each(CASES)('%s', async (title, args, code) => {
    if (title === 'plan --check') {
      const { stdout } = await stage.tercet(['show', run, '--plan']);
      stage.repository.write({ 'broken.yaml': stdout.replaceAll('src/money.js', 'src/nowhere.js') });
    }
    const result = await stage.tercet(args());
    expect(result.code, result.stderr).toBe(code);
    expect(result.stdout.endsWith('\n') && !result.stdout.trimEnd().includes('\n')).toBe(true);
    expect(differences(examples.get(title), JSON.parse(result.stdout))).toEqual([]);
  });

  test('has an example for every command, and no other', () => {
    const io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: {}, cwd: '.' };
    const { commands } = buildProgram(
      io,
      () => '0',
      () => {},
    );
    const named = new Set([...examples.keys()].flatMap((title) => title.replace(/ --.*/, '').split(', ')));
    named.delete('Errors');
    // These speak protocols of others.
    const json = commands.filter((command) => command.options.some(({ long }) => long === '--json'));
    expect(commands.filter((command) => !json.includes(command)).map((command) => command.name())).toEqual([
      'mcp',
      'serve',
      'hook',
    ]);
    expect(named).toEqual(new Set(json.map((command) => command.name())));
    const tried = new Set(CASES.map(([title]) => title));
    expect(tried).toEqual(new Set(examples.keys()));
  });

  test('a difference would be seen', () => {
    expect(differences({ a: [{ b: 1 }] }, { a: [{ b: 1 }, { c: 1 }] })).toEqual([
      '.a[].b: shown, not printed',
      '.a[].c: printed, not shown',
    ]);
    expect(differences({ a: '1' }, { a: 1 })).toEqual(['.a: string is shown, number is printed']);
  });
});
