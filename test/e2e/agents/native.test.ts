import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAlive } from '../../adapters/agent/cli/setup.ts';
import { until } from '../../ports/agent.contract.ts';
import { aPlan, approval } from '../../support/answers.ts';
import type { FakeTurn } from '../../support/fake-agent/install.ts';
import { ADDED, REQUEST, SMOOTH, TASK } from '../../support/shop-change.ts';
import { setStage, summary } from '../../support/stage.ts';
import { staged } from './staged.ts';

const ROOT = new URL('../../../examples/shop/', import.meta.url);
const MONEY = readFileSync(new URL('src/money.js', ROOT), 'utf8');
const HEAD = 'export function percentOf(cents, percent) {';
const DONE = { 'src/money.js': MONEY.replace(HEAD, `${HEAD}\n${ADDED}`) };
const NOTE = { 'src/limits.js': 'export const MOST_PERCENT = 100;\n' };
const TWO_FILES = {
  ...TASK,
  files: [...TASK.files, { path: 'src/limits.js', action: 'create' as const }],
};
const CLAUDE = 'claude-code/claude-sonnet-5-5';
const RUN = ['run', '--yes', '--json', '--always-plan', REQUEST, '--executor', CLAUDE];
const claude = (turn: FakeTurn): FakeTurn => ({ transcript: 'claude-stream-1', ...turn });

describe('Claude Code as executor', () => {
  it('does a task of two files: out of scope first, then with a commit of its own; one commit, one bill, one review', async () => {
    await using made = await staged(
      'claude',
      [
        claude({ write: { ...DONE, 'package.json': '{}\n', 'NOTES.md': 'notes\n' } }),
        claude({
          write: NOTE,
          executable: ['src/limits.js'],
          git: [
            ['add', '-A'],
            ['commit', '-qm', 'all done'],
          ],
        }),
      ],
      { ...SMOOTH, planner: [{ object: aPlan([TWO_FILES]) }], executor: [] },
    );
    const { stage } = made;
    const before = stage.repository.fingerprint();
    const result = await made.tercet(RUN);
    expect(result.code, result.stderr).toBe(0);
    expect(stage.repository.fingerprint()).toEqual(before);
    const said = summary(result);
    expect(said).toMatchObject({ outcome: 'approved', verdict: 'approved', commits: [{ task: 'T1' }] });
    expect(said.tasks[0]?.attempts.map(({ rung, outcome }) => `${rung} ${outcome}`)).toEqual([
      'agent out-of-scope',
      'repair done',
    ]);
    expect(stage.repository.git('diff', '--name-only', said.base, said.branch ?? '')).toBe(
      'src/limits.js\nsrc/money.js',
    );
    expect(
      stage.repository.git('log', '-1', '--format=%(trailers:key=Tercet-Model,valueonly)', said.branch ?? ''),
    ).toContain('claude-sonnet-5-5');
    expect(result.stderr).toContain('committed by itself (1)');
    const modes = stage.repository.git('ls-tree', '--format=%(objectmode) %(path)', said.branch ?? '', 'src/');
    expect(modes.split('\n').filter((line) => line.startsWith('100755'))).toEqual(['100755 src/limits.js']);

    const [first, second] = made.fake.calls();
    expect(second?.input).toContain('"package.json" is not among the files of T1');
    expect(first?.env.OPENAI_API_KEY).toBeUndefined();
    expect(first?.env.TERCET_HOME).toBeUndefined();
    expect(first?.cwd).toContain(path.join('.tercet', 'worktrees'));

    const paid = (await stage.receipts()).filter(({ role }) => role === 'executor');
    expect(paid).toHaveLength(2);
    for (const receipt of paid) {
      expect(receipt).toMatchObject({
        requestedModel: CLAUDE,
        servedModel: 'claude-sonnet-5-5',
        cost: { usd: '0.00884', basis: 'reported' },
        usage: { inputUncached: 2400, cacheRead: 10000, cacheWrite5m: 600, output: 154 },
        heldUsd: '1',
      });
    }

    const replayed = await made.tercet(['replay', said.run, '--json']);
    expect(replayed.code, replayed.stderr).toBe(0);
    expect(made.fake.calls(), 'a replay starts no program').toHaveLength(2);
  });

  it('on a login spends calls of a subscription, and gets no key', async () => {
    const config = 'agents: { claude-code: { billing: login } }\n';
    await using made = await staged('claude', [claude({ write: DONE })], { ...SMOOTH, executor: [] }, config);
    const result = await made.tercet(RUN);
    expect(result.code, result.stderr).toBe(0);
    expect(made.fake.calls()[0]?.env.ANTHROPIC_API_KEY).toBeUndefined();
    const [paid] = (await made.stage.receipts()).filter(({ role }) => role === 'executor');
    expect(paid).toMatchObject({
      unit: 'subscription-calls',
      quantity: { held: '1', taken: '1' },
      cost: { usd: null, basis: 'subscription' },
      usage: { output: 154 },
    });
  });

  it('that is not installed is said before any call', async () => {
    await using stage = await setStage(SMOOTH);
    const result = await stage.tercet(RUN, { env: { PATH: stage.home.env.PATH ?? '' } });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('Claude Code is not installed (no `claude` on PATH)');
    expect(await stage.receipts()).toEqual([]);
  });

  it('is ended when Tercet is killed, and the run goes on from there', async () => {
    await using made = await staged(
      'claude',
      [{ write: DONE, git: [['commit', '-qam', 'half']], child: 'apart', hang: true }, claude({ write: DONE })],
      {
        ...SMOOTH,
        executor: [],
      },
    );
    let end: (signal: NodeJS.Signals) => void = () => {};
    const running = made.tercet(RUN, {
      onStderr: (_, kill) => {
        end = kill;
      },
    });
    await until(() => made.fake.calls().length === 1, 10_000);
    end('SIGKILL');
    const result = await running;
    expect(result.code).toBeNull();
    const [call] = made.fake.calls();
    await until(() => !isAlive(call?.pid) && !isAlive(call?.child), 2000);
    const [{ run } = { run: '' }] = (await made.tercet(['runs', '--json'])).json().runs as { run: string }[];
    const resumed = await made.tercet(['resume', run, '--json']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(summary(resumed)).toMatchObject({ outcome: 'approved', commits: [{ task: 'T1' }] });
    expect(made.fake.calls()).toHaveLength(2);
  });
});

describe('a coding agent that only reads', () => {
  it('Codex reviews; the file it writes is gone, the run says so, and the verdict stands', async () => {
    const turn = { transcript: 'codex-exec-2', answer: approval(['T1.1']), write: { 'REVIEW.md': 'mine\n' } };
    await using made = await staged('codex', [turn], { ...SMOOTH, reviewer: [] });
    const result = await made.tercet([
      'run',
      '--yes',
      '--json',
      '--always-plan',
      REQUEST,
      '--reviewer',
      'codex/gpt-6.1-sol',
    ]);
    expect(result.code, result.stderr).toBe(0);
    const said = summary(result);
    expect(said).toMatchObject({ outcome: 'approved' });
    expect(result.stderr).toContain('is only to read, and wrote REVIEW.md; undone');
    expect(made.stage.repository.git('ls-tree', '-r', '--name-only', said.branch ?? '')).not.toContain('REVIEW.md');
    expect(made.stage.repository.git('worktree', 'list').split('\n')).toHaveLength(1);
    const [paid] = (await made.stage.receipts()).filter(({ role }) => role === 'reviewer');
    expect(paid).toMatchObject({
      unit: 'subscription-calls',
      servedModel: null,
      usage: { inputUncached: 2000, cacheRead: 5000, output: 120, reasoning: 64 },
    });
  });

  it('Codex with a key is priced by the catalogue', async () => {
    const turn = { transcript: 'codex-exec-2', answer: approval(['T1.1']) };
    await using made = await staged('codex', [turn], { ...SMOOTH, reviewer: [] });
    const args = ['run', '--yes', '--json', '--always-plan', REQUEST, '--reviewer', 'codex/gpt-6.1-sol'];
    const result = await made.tercet(args, { env: { ...made.env, CODEX_API_KEY: 'sk-codex-test-0123456789' } });
    expect(result.code, result.stderr).toBe(0);
    const [paid] = (await made.stage.receipts()).filter(({ role }) => role === 'reviewer');
    expect(paid).toMatchObject({ cost: { basis: 'computed', price: { id: 'openai/gpt-6.1-sol' } }, heldUsd: '1' });
  });

  it('Cursor plans', async () => {
    const turn = { transcript: 'cursor-stream-json', answer: aPlan([TASK]) };
    await using made = await staged('cursor-agent', [turn], { ...SMOOTH, planner: [] });
    const result = await made.tercet([
      'run',
      '--yes',
      '--json',
      '--always-plan',
      REQUEST,
      '--planner',
      'cursor/composer-2.5',
    ]);
    expect(result.code, result.stderr).toBe(0);
    const [paid] = (await made.stage.receipts()).filter(({ role }) => role === 'planner');
    expect(paid).toMatchObject({
      requestedModel: 'cursor/composer-2.5',
      servedModel: 'composer-2.5',
      usage: { inputUncached: 11662, cacheRead: 23408, output: 149 },
    });
  });
});

describe('tercet doctor', () => {
  it('tells which coding agents are there, and what they call with', async () => {
    await using made = await staged('claude', [], SMOOTH);
    const { stdout } = await made.tercet(['doctor']);
    expect(stdout).toContain(`${made.fake.program}, 9.9.9 (fake)`);
    expect(stdout).toContain('calls with ANTHROPIC_API_KEY, paid by token');
    expect(made.fake.calls(), 'no turn').toEqual([]);
  });

  it('misses one that a role is given to', async () => {
    await using stage = await setStage(SMOOTH, { config: 'roles: { executor: { model: cursor/composer-2.5 } }\n' });
    const result = await stage.tercet(['doctor']);
    expect(result.code).toBe(2);
    expect(result.stdout).toContain('Cursor is not installed (no `cursor-agent` on PATH)');
  });
});
