import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { type CliResult, type Home, makeHome, tercet } from '../../support/cli.ts';
import { hasPty, inTerminal } from '../../support/pty.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** The newcomer's first minute: no key, no network, a home of its own to see what is left behind. */
const LIMIT_MS = 90_000;

async function play(args: string[]): Promise<{ home: Home; result: CliResult; ms: number; temporary: string }> {
  const home = await makeHome(null);
  rmSync(path.join(home.folder, 'config.yaml'));
  const temporary = path.join(home.folder, 'tmp');
  mkdirSync(temporary);
  const { PATH = '', NODE_OPTIONS = '' } = home.env;
  home.env = { PATH, NODE_OPTIONS, HOME: home.folder, TMPDIR: temporary };
  const start = performance.now();
  const result = await tercet(['demo', ...args], { cwd: home.folder, home });
  return { home, result, ms: performance.now() - start, temporary };
}

/** Ids, times and folders differ from one demo to the next, and tokens with every word of a prompt; nothing else does. */
function still(text: string): string {
  return text
    .replaceAll(/\S*\/tercet-demo-\w+/g, '/tmp/tercet-demo')
    .replaceAll(/\b\d{8}-\d{6}-([0-9a-f]{4})\b/g, 'RUN')
    .replaceAll(/discount-codes-[0-9a-f]{4}/g, 'discount-codes-RUN')
    .replaceAll(/\bshop-[0-9a-f]{16}\b/g, 'shop-KEY')
    .replaceAll(/\b[0-9a-f]{12}\b/g, 'COMMIT')
    .replaceAll(/\b[0-9a-f]{9}\b/g, 'COMMIT')
    .replaceAll(/[$]\d[\d.]*/g, '$…')
    .replaceAll(/\d+\.\d% less/g, '…% less')
    .replaceAll(/^ {2}role .*$/gm, (line) => line.replaceAll(/ {2,}/g, '  '))
    .replaceAll(/^ {2}(planner|executor|reviewer) .*$/gm, '  $1 …');
}

test('golden: without a terminal, the story on stderr and the report on stdout; nothing is left behind', async () => {
  const { home, result, ms, temporary } = await play([]);
  await using _ = home;
  expect(result.code, result.stderr).toBe(0);
  expect(ms).toBeLessThan(LIMIT_MS);
  expect(result.stderr + result.stdout).not.toContain('\x1b');
  await expect(still(result.stderr)).toMatchFileSnapshot('../../golden/output/demo-progress.txt');
  await expect(still(result.stdout)).toMatchFileSnapshot('../../golden/output/demo-report.txt');
  expect(readdirSync(temporary)).toEqual([]);
  expect(readdirSync(home.folder)).toEqual(['tmp']);
});

test('--json: one object, with how the sample’s tests ended', async () => {
  const { home, result } = await play(['--json']);
  await using _ = home;
  expect(result.stdout.trimEnd()).not.toContain('\n');
  expect(result.json()).toMatchObject({
    outcome: 'approved',
    scripted: true,
    project: null,
    tests: { failed: 0 },
    findings: [{ status: 'fixed', path: 'src/cart.js', anchor: 'exact', severity: 'major' }],
  });
  expect((result.json().tests as { passed: number }).passed).toBeGreaterThan(10);
});

test('--keep: the commands it ends with work in the project that is kept', async () => {
  const { home, result, temporary } = await play(['--keep']);
  await using _ = home;
  const [project = '', data = ''] = [/^ {2}cd (.+)$/m, /^ {2}export TERCET_HOME=(.+)$/m].map(
    (line) => line.exec(result.stdout)?.[1],
  );
  expect(project.startsWith(temporary)).toBe(true);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: project, encoding: 'utf8', env: home.env });
  expect(git('status', '--porcelain')).toBe('');
  const run = /tercet apply (\S+)/.exec(result.stdout)?.[1] ?? '';
  const more = { cwd: project, home, env: { TERCET_HOME: data } };
  const applied = await tercet(['apply', run], more);
  expect(applied.code, applied.stderr).toBe(0);
  expect(git('status', '--porcelain').trimEnd().split('\n').sort()).toEqual([
    ' M src/cart.js',
    ' M test/cart.test.js',
    '?? src/discount.js',
    '?? test/discount.test.js',
  ]);
  // The bug that the review found stands in no commit that is left.
  const cart = git('show', `${/Branch {2}(\S+)/.exec(result.stdout)?.[1]}:src/cart.js`);
  expect(cart).not.toContain('percentOf(full');
  expect((await tercet(['show', run], more)).stdout).toContain('✓ fixed  major  src/cart.js:36');
});

describe.runIf(hasPty)('in a terminal (tried only where util-linux has `script`)', () => {
  test('live: phases, tasks, tokens and cost; then the same report, in colour', async () => {
    await using home = await makeHome(null);
    const { code, raw, text } = await inTerminal(['demo'], { cwd: home.folder, home, limitMs: LIMIT_MS });
    expect(code).toBe(0);
    for (const phase of ['plan', 'execute', 'review', 'fix', 'review (round 2)'])
      expect(text).toMatch(new RegExp(`^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] ${phase.replace(/[()]/g, '\\$&')} · `, 'm'));
    expect(text).toMatch(/T2 2\/2 Apply a discount code/);
    expect(text).toMatch(/ · \$0\.0\d+ · [\d.]+k in, \d+ out/);
    expect(raw).toContain('\x1b[32m✓ fixed\x1b[39m');
    // The cursor that was hidden is shown again.
    expect(raw.lastIndexOf('\x1b[?25h')).toBeGreaterThan(raw.lastIndexOf('\x1b[?25l'));
    expect(text).toContain('Findings  0 open, 1 fixed');
    expect(text).toMatch(/Tests {2}the sample's own, on that branch: 1\d passed, 0 failed/);
  });
});
