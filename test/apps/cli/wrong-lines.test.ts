import { describe, expect, test } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { inProcess } from '../../support/in-process.ts';

/** What a person gets who mistypes: one sentence, where the help is, exit 2; and the same as JSON. */
const WRONG: readonly (readonly [string[], string, string])[] = [
  [['rnu'], "Unknown command 'rnu'.", 'Did you mean run? `tercet --help` lists the commands.'],
  [['help', 'rnu'], "Unknown command 'rnu'.", '`tercet --help` lists the commands.'],
  [['--verison'], "Unknown option '--verison'.", 'Did you mean --version? `tercet --help` lists the commands.'],
  [['run', '--jsn', 'x'], "Unknown option '--jsn'.", 'Did you mean --json? `tercet run --help` says what it takes.'],
  [['show'], "Missing required argument 'run'.", '`tercet show --help` says what it takes.'],
  [
    ['demo', 'x'],
    "Too many arguments for 'demo'. Expected 0 arguments but got 1: x.",
    '`tercet demo --help` says what it takes.',
  ],
  [
    ['estimate'],
    "Required option '--planning <tokens>' not specified.",
    '`tercet estimate --help` says what it takes.',
  ],
  [
    ['runs', '--limit', '-1'],
    '--limit takes a whole number from 0 to 100, not "-1".',
    '`tercet runs --help` says what it takes.',
  ],
  [
    ['runs', '--limit', ''],
    '--limit takes a whole number from 0 to 100, not "".',
    '`tercet runs --help` says what it takes.',
  ],
  [
    ['costs', '--by', 'week'],
    "Option '--by <key>' argument 'week' is invalid. Allowed choices are role, model, day.",
    '`tercet costs --help` says what it takes.',
  ],
  [
    ['costs', '--all', '--run', 'x'],
    "Option '--run <run>' cannot be used with option '--all'.",
    '`tercet costs --help` says what it takes.',
  ],
  [
    ['review', '--staged', '--diff', 'x'],
    "Option '--staged' cannot be used with option '--diff <file>'.",
    '`tercet review --help` says what it takes.',
  ],
  [
    ['review', '--format', 'sarif', '--json'],
    "Option '--format <format>' cannot be used with option '--json'.",
    '`tercet review --help` says what it takes.',
  ],
];

describe.each(WRONG)('tercet %j', (args, message, hint) => {
  test('says what is wrong and where the help is', async () => {
    const { code, stdout, stderr } = await inProcess(args.filter((arg) => arg !== '--json'));
    if (!args.includes('--json'))
      expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `tercet: ${message}\n  ${hint}\n` });
  });

  test('and as JSON', async () => {
    const { code, stdout } = await inProcess(args.includes('--json') ? args : [...args, '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'usage', message, hint } });
    expect(stdout.trimEnd()).not.toContain('\n');
  });
});

test('without a command it shows what there is, and that nothing was asked', async () => {
  const { code, stdout } = await inProcess([]);
  expect(code).toBe(2);
  expect(stdout).toBe((await inProcess(['--help'])).stdout);
});

test('--version', async () =>
  expect(await inProcess(['--version'])).toMatchObject({ code: 0, stdout: `${manifest.version}\n` }));

test('what stands behind -- is no option', async () => {
  const { stdout } = await inProcess(['run', '--no-such', '--', '--json']);
  expect(stdout).toBe('');
});

test('a server is not started for a root that is not there', async () => {
  expect(await inProcess(['mcp', '--root', '/nowhere/at/all'])).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'tercet: There is no folder /nowhere/at/all for --root.\n  Give the folder of a repository, or one that holds several.\n',
  });
});
