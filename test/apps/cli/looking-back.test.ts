import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openLedger } from '../../../src/adapters/ledger/sqlite.ts';
import type { RunRecord } from '../../../src/contract/outcome.ts';
import { aPlan } from '../../support/answers.ts';
import { ADDED, EDIT, REQUEST, RUN, SMOOTH, TASK } from '../../support/shop-change.ts';
import { runFolder, type Stage, setStage, summary } from '../../support/stage.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** `runs`, `show`, `apply` and `costs` after an approved run, a rejected one and one that never ended. */
let stage: Stage;
let approved = '';
let refused = '';
const running = '20200101-000000-dead';

beforeAll(async () => {
  const complaint = {
    object: { criteria: [{ id: 'T1.1', met: 'no', evidence: 'no test shows it' }], findings: [], fixed: [] },
  };
  stage = await setStage({
    planner: [{ object: aPlan([TASK]) }, { object: aPlan([TASK]) }],
    executor: [{ text: EDIT }, { text: EDIT }],
    reviewer: [...SMOOTH.reviewer, complaint],
  });
  approved = summary(await stage.tercet(RUN)).run;
  refused = summary(await stage.tercet([...RUN, '--max-rounds', '0'])).run;
  const record = JSON.parse(readFileSync(path.join(runFolder(stage.home, approved), 'run.json'), 'utf8')) as RunRecord;
  const folder = path.join(runFolder(stage.home, approved), '..', running);
  mkdirSync(folder);
  const unfinished = { ...record, id: running, outcome: 'running', endedAt: null, result: null, branch: 'tercet/x' };
  writeFileSync(
    path.join(folder, 'run.json'),
    JSON.stringify({ ...unfinished, startedAt: '2020-01-01T00:00:00.000Z' }),
  );
}, 60_000);
afterAll(() => stage[Symbol.asyncDispose]());

describe('runs', () => {
  test('newest first, in columns', async () => {
    const { code, stdout, stderr } = await stage.tercet(['runs']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 3))).toEqual([
      ['run', 'kind', 'outcome'],
      [refused, 'run', 'changes requested'],
      [approved, 'run', 'approved'],
      [running, 'run', 'running'],
      [''],
    ]);
    const starts = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.search(/(?<=\s)(?:request|Refuse.*)$/));
    expect(new Set(starts).size).toBe(1);
  });

  test('--limit says how many are left out; --json is one object', async () => {
    expect((await stage.tercet(['runs', '--limit', '1'])).stdout).toContain('… and 2 older (--limit).');
    const { stdout, json } = await stage.tercet(['runs', '--json', '--limit', '2']);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(json()).toMatchObject({ total: 3, runs: [{ run: refused }, { run: approved, outcome: 'approved' }] });
  });

  test('a damaged record is named, and the others are shown', async () => {
    const folder = path.join(runFolder(stage.home, approved), '..', 'broken');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'run.json'), '{"version": 1,');
    const { code, stdout, stderr } = await stage.tercet(['runs']);
    writeFileSync(path.join(folder, 'run.json'), '');
    expect(code).toBe(0);
    expect(stderr).toMatch(/broken.run\.json cannot be read \(.+\); it is left as it is\./);
    expect(stdout).toContain(approved);
  });
});

describe('show', () => {
  test('a run whole, by its first characters', async () => {
    const { code, stdout } = await stage.tercet(['show', approved.slice(0, -2)]);
    expect(code).toBe(0);
    expect(stdout).toContain(`Approved: ${REQUEST}`);
    expect(stdout).toContain(`tercet apply ${approved}`);
    expect(stdout).toContain(`Files  ${runFolder(stage.home, approved)}`);
  });

  test('its plan, its diff, its report: as they are, and as JSON', async () => {
    const folder = runFolder(stage.home, approved);
    for (const [flag, name] of [
      ['--plan', 'plan.yaml'],
      ['--diff', 'change.diff'],
      ['--report', 'report.md'],
    ] as const) {
      const text = readFileSync(path.join(folder, name), 'utf8');
      expect((await stage.tercet(['show', approved, flag])).stdout).toBe(text);
      expect((await stage.tercet(['show', approved, flag, '--json'])).json()).toEqual({
        run: approved,
        file: name,
        text,
      });
    }
    expect(readFileSync(path.join(folder, 'change.diff'), 'utf8')).toContain(`+${ADDED}`);
  });

  test('a plan that was shown can be checked and executed', async () => {
    const { stdout } = await stage.tercet(['show', approved, '--plan']);
    writeFileSync(path.join(stage.home.folder, 'plan.yaml'), stdout);
    const { code } = await stage.tercet(['plan', '--check', path.join(stage.home.folder, 'plan.yaml')]);
    expect(code).toBe(0);
  });

  test('a run without an end says so, and what it has spent', async () => {
    const { code, stdout } = await stage.tercet(['show', running]);
    expect(code).toBe(0);
    expect(stdout).toContain(`${running}  run, running, started 2020-01-01T00:00:00.000Z`);
    expect(stdout).toContain('It has no end yet');
    expect(stdout).toContain('Cost   $0.00\n');
    const whole = Object.keys(summary(await stage.tercet(['show', approved, '--json'])));
    const { json } = await stage.tercet(['show', running, '--json']);
    expect(json()).toMatchObject({ run: running, outcome: 'running', verdict: null, cost: { usd: '0' } });
    expect(Object.keys(json())).toEqual(whole);
    const diff = await stage.tercet(['show', running, '--diff']);
    expect(diff.code).toBe(2);
    expect(diff.stderr).toContain(`Run ${running} has no change.diff: it has not come that far.`);
  });

  test('none, or several', async () => {
    expect((await stage.tercet(['show', 'nope'])).stderr).toContain('No run is called nope.');
    expect((await stage.tercet(['show', '20'])).stderr).toContain('runs begin with 20');
    expect((await stage.tercet(['show', '../x'])).stderr).toContain('Not a run id');
  });
});

describe('costs', () => {
  test.each(['role', 'model', 'day'])('by %s: lines that add up', async (by) => {
    const { json } = await stage.tercet(['costs', '--by', by, '--json']);
    const { lines, total, counterfactual } = json() as {
      lines: { calls: number }[];
      total: { calls: number };
      counterfactual: { note: string };
    };
    expect(lines.reduce((sum, line) => sum + line.calls, 0)).toBe(6);
    expect(total.calls).toBe(6);
    expect(counterfactual.note).toContain('a repricing, not a measurement');
    const { stdout } = await stage.tercet(['costs', '--by', by]);
    expect(stdout.split('\n')[0]).toMatch(new RegExp(`^${by} +calls +input`));
    expect(stdout).toMatch(/^total +6 /m);
    expect(stdout).toMatch(/a repricing\): \$[\d.]+; these calls cost [\d.]+% less\n$/);
  });

  test('--run, --since, --all', async () => {
    const calls = async (...args: string[]) =>
      ((await stage.tercet(['costs', '--json', ...args])).json() as { total: { calls: number } | null }).total?.calls;
    expect(await calls('--run', approved)).toBe(3);
    expect(await calls('--run', running)).toBeUndefined();
    expect(await calls('--since', '2000-01-01')).toBe(6);
    expect(await calls('--since', '2999-01-01T12:00Z')).toBeUndefined();
    expect(await calls('--all')).toBe(6);
    const elsewhere = await stage.tercet(['costs', '--all', '--json'], { cwd: stage.home.folder });
    expect(elsewhere.json()).toMatchObject({ total: { calls: 6 } });
    expect((await stage.tercet(['costs'], { cwd: stage.home.folder })).stderr).toContain('is not in a git repository');
  });

  test('nothing paid yet', async () => {
    const { code, stdout } = await stage.tercet(['costs', '--since', '2999-01-01']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'No paid calls yet.\n' });
  });

  test.each(['yesterday', '1', '2026-02-30', '2026-13-01', '2026-11-01T25:00Z', ''])(
    '"%s" is no date',
    async (date) => {
      const { code, stderr } = await stage.tercet(['costs', '--since', date]);
      expect(code).toBe(2);
      expect(stderr).toContain(`"${date}" is not a date for --since.`);
    },
  );

  test('what is unknown is said', async () => {
    const ledger = await openLedger(path.join(stage.home.folder, 'data', 'ledger.db'));
    const [first] = await ledger.list({ run: approved });
    if (first === undefined) throw new Error('no receipt');
    const held = { ...first, callId: 'held-1', run: running, startedAt: '2020-01-01T00:00:01.000Z' };
    await ledger.hold({ ...held, state: 'held', heldUsd: '0.5', usage: null, answer: null }, []);
    await ledger.close();
    const { stdout } = await stage.tercet(['costs', '--run', running]);
    expect(stdout).toContain('unknown (1 call)');
    expect(stdout).toContain('Not included: 1 call without an answer, maybe billed.');
    const { json } = await stage.tercet(['show', running, '--json']);
    expect(json()).toMatchObject({ cost: { usd: null, unknownCalls: 1 } });
  });
});

describe('apply', () => {
  const money = () => readFileSync(path.join(stage.repository.root, 'src', 'money.js'), 'utf8');

  test('refuses what was not approved, and what has no change', async () => {
    const before = stage.repository.fingerprint();
    const not = await stage.tercet(['apply', refused]);
    expect(not.code).toBe(2);
    expect(not.stderr).toContain(`Run ${refused} was not approved (changes_requested)`);
    expect(not.stderr).toContain(`tercet apply ${refused} --force`);
    const none = await stage.tercet(['apply', running, '--json']);
    expect(none.code).toBe(2);
    expect(none.json()).toMatchObject({ error: { code: 'usage', message: expect.stringContaining('no change') } });
    expect(stage.repository.fingerprint()).toEqual(before);
  });

  test('all of it or nothing: a conflict changes nothing', async () => {
    const whole = money();
    stage.repository.write({ 'src/money.js': `// mine\n${whole.replace('percentOf', 'shareOf')}` });
    const before = stage.repository.fingerprint();
    const { code, stderr } = await stage.tercet(['apply', approved]);
    expect(code).not.toBe(0);
    expect(stderr).toContain('src/money.js');
    expect(stage.repository.fingerprint()).toEqual(before);
    stage.repository.write({ 'src/money.js': whole });
  });

  test('brings the change into the tree, uncommitted, beside what else was changed there', async () => {
    stage.repository.write({ 'notes.txt': 'mine\n' });
    const head = stage.repository.git('rev-parse', 'HEAD');
    const { code, stdout } = await stage.tercet(['apply', approved]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Applied 1 commit of tercet\/\S+ to the working tree, uncommitted:\n {2}src\/money.js\n/);
    expect(money()).toContain(ADDED);
    expect(stage.repository.git('rev-parse', 'HEAD')).toBe(head);
    expect(stage.repository.git('diff', '--cached')).toBe('');
    expect(readFileSync(path.join(stage.repository.root, 'notes.txt'), 'utf8')).toBe('mine\n');
  });

  test('--force applies it as it is; --json names branch and files', async () => {
    stage.repository.git('checkout', '-q', '--', 'src/money.js');
    const { code, json } = await stage.tercet(['apply', refused, '--force', '--json']);
    expect(code).toBe(0);
    expect(json()).toMatchObject({ run: refused, files: ['src/money.js'] });
    expect(money()).toContain(ADDED);
  });
});
