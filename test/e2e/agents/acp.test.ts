import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isAlive } from '../../adapters/agent/cli/setup.ts';
import { until } from '../../ports/agent.contract.ts';
import { aPlan, approval } from '../../support/answers.ts';
import type { FakeTurn } from '../../support/fake-agent/install.ts';
import { ADDED, REQUEST, SMOOTH, TASK } from '../../support/shop-change.ts';
import { setStage, summary } from '../../support/stage.ts';
import { staged } from './staged.ts';

const MONEY = readFileSync(new URL('../../../examples/shop/src/money.js', import.meta.url), 'utf8');
const HEAD = 'export function percentOf(cents, percent) {';
const DONE = MONEY.replace(HEAD, `${HEAD}\n${ADDED}`);
const RUN = ['run', '--yes', '--json', '--always-plan', REQUEST];
const BY_KEY = 'agents: { opencode: { billing: key, lineage: mistral } }\n';
const BY_LOGIN = 'agents: { opencode: { lineage: mistral } }\n';

const write = (file: string, content: string) => ({
  method: 'fs/write_text_file',
  params: { path: `{cwd}/${file}`, content },
});
const opencode = (turn: FakeTurn): FakeTurn => ({ acp: 'acp-opencode', ...turn });

describe('an agent over ACP as executor', () => {
  it('works through the door: what is out of scope is refused at once, what it writes by itself is put back', async () => {
    await using made = await staged(
      'opencode',
      [
        opencode({
          write: { 'NOTES.md': 'notes\n' },
          git: [
            ['add', '-A'],
            ['commit', '-qm', 'mine'],
          ],
          asks: [
            write('src/money.js', DONE),
            write('package.json', '{}\n'),
            write('.git/config', ''),
            write('../up', ''),
          ],
        }),
      ],
      { ...SMOOTH, executor: [] },
      BY_KEY,
    );
    const { stage } = made;
    const before = stage.repository.fingerprint();
    const result = await made.tercet([...RUN, '--executor', 'opencode/fake/fast']);
    expect(result.code, result.stderr).toBe(0);
    expect(stage.repository.fingerprint()).toEqual(before);
    const said = summary(result);
    expect(said).toMatchObject({ outcome: 'approved', verdict: 'approved', commits: [{ task: 'T1' }] });
    expect(stage.repository.git('diff', '--name-only', said.base, said.branch ?? '')).toBe('src/money.js');
    const errors = made.fake
      .words()
      .flatMap(({ asked, error }) => (asked === undefined ? [] : [error?.message ?? null]));
    expect(errors).toEqual([
      null,
      expect.stringContaining('"package.json" is not among the files of T1'),
      expect.stringContaining("leads into git's own folder"),
      expect.stringContaining('is outside of'),
    ]);
    expect(result.stderr).toContain('committed by itself (1)');
    expect(result.stderr).toContain('opencode was refused');
    const [call] = made.fake.calls();
    expect(call?.env.TERCET_HOME).toBeUndefined();
    expect(call?.env.ANTHROPIC_API_KEY).toBeUndefined();
    const paid = (await stage.receipts()).filter(({ role }) => role === 'executor');
    expect(paid).toMatchObject([
      {
        requestedModel: 'opencode/fake/fast',
        servedModel: null,
        cost: { usd: '0.00596', basis: 'reported' },
        usage: null,
        heldUsd: '1',
      },
    ]);
    const replayed = await made.tercet(['replay', said.run, '--json']);
    expect(replayed.code, replayed.stderr).toBe(0);
    expect(made.fake.calls(), 'a replay starts no program').toHaveLength(1);
  });

  it('that wrote only what was refused is told again, and mends it', async () => {
    await using made = await staged(
      'gemini',
      [
        { acp: 'acp-gemini', write: { 'package.json': '{}\n' } },
        { acp: 'acp-gemini', asks: [write('src/money.js', DONE)] },
      ],
      { ...SMOOTH, executor: [] },
    );
    const env = { ...made.env, GEMINI_API_KEY: 'gemini-test-0123456789' };
    const result = await made.tercet([...RUN, '--executor', 'gemini-cli/gemini-3.8-flash'], { env });
    expect(result.code, result.stderr).toBe(0);
    const said = summary(result);
    expect(said.tasks[0]?.attempts.map(({ rung, outcome }) => `${rung} ${outcome}`)).toEqual([
      'agent out-of-scope',
      'repair done',
    ]);
    const paid = (await made.stage.receipts()).filter(({ role }) => role === 'executor');
    expect(paid).toHaveLength(2);
    expect(paid[0]).toMatchObject({
      servedModel: 'gemini-3.8-flash',
      usage: { inputUncached: 14_000, output: 112, reasoning: null },
      // Tokens × price, and its thinking is in no figure.
      cost: { basis: 'estimated', price: { id: 'google/gemini-3.8-flash' } },
    });
  });

  it('is ended when Tercet is killed, and the run goes on from there', async () => {
    const half: FakeTurn = {
      write: { 'src/money.js': DONE },
      git: [['commit', '-qam', 'half']],
      child: 'apart',
      hang: true,
    };
    const whole = opencode({ asks: [write('src/money.js', DONE)] });
    await using made = await staged('opencode', [opencode(half), whole], { ...SMOOTH, executor: [] }, BY_LOGIN);
    let end: (signal: NodeJS.Signals) => void = () => {};
    const running = made.tercet([...RUN, '--executor', 'opencode/fake/fast'], {
      onStderr: (_, kill) => {
        end = kill;
      },
    });
    await until(() => made.fake.words().some(({ got }) => got?.method === 'session/prompt'), 15_000);
    end('SIGKILL');
    expect((await running).code).toBeNull();
    const [call] = made.fake.calls();
    await until(() => !isAlive(call?.pid) && !isAlive(call?.child), 2000);
    const [{ run } = { run: '' }] = (await made.tercet(['runs', '--json'])).json().runs as { run: string }[];
    const resumed = await made.tercet(['resume', run, '--json']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(summary(resumed)).toMatchObject({ outcome: 'approved', commits: [{ task: 'T1' }] });
  });
});

describe('an agent over ACP that only reads', () => {
  it('plans; the files it writes are gone, the run says so, and the plan stands', async () => {
    const turn: FakeTurn = {
      acp: 'acp-claude-perm',
      answer: aPlan([TASK]),
      write: { 'PLAN.md': 'mine\n' },
      asks: [write('DOOR.md', 'mine\n'), { method: 'fs/read_text_file', params: { path: '{cwd}/src/money.js' } }],
    };
    await using made = await staged('claude-agent-acp', [turn], { ...SMOOTH, planner: [] });
    const args = [...RUN, '--planner', 'claude-acp/claude-haiku-5-5'];
    const result = await made.tercet(args);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toContain('is only to read, and wrote PLAN.md; undone');
    expect(result.stderr).toContain('write DOOR.md');
    const [refused, read] = made.fake.words().filter(({ asked }) => asked !== undefined);
    expect(refused?.error?.message).toContain('only reads');
    expect(read?.result?.content).toBe(MONEY);
    const [paid] = (await made.stage.receipts()).filter(({ role }) => role === 'planner');
    expect(paid).toMatchObject({
      servedModel: 'claude-haiku-5-5',
      cost: { usd: '0.000738', basis: 'reported' },
      usage: { inputUncached: 3600, cacheRead: 15_000, cacheWrite5m: 900, output: 231 },
    });
  });

  it('reviews; what it writes is gone, and the verdict stands', async () => {
    const turn: FakeTurn = { acp: 'acp-codex', answer: approval(['T1.1']), write: { 'src/money.js': 'broken\n' } };
    await using made = await staged('codex-acp', [turn], { ...SMOOTH, reviewer: [] });
    const result = await made.tercet([...RUN, '--reviewer', 'codex-acp/gpt-6.1-sol']);
    expect(result.code, result.stderr).toBe(0);
    const said = summary(result);
    expect(said).toMatchObject({ outcome: 'approved', verdict: 'approved' });
    expect(result.stderr).toContain('is only to read, and wrote src/money.js; undone');
    expect(made.stage.repository.git('show', `${said.branch}:src/money.js`)).not.toContain('broken');
    const [paid] = (await made.stage.receipts()).filter(({ role }) => role === 'reviewer');
    expect(paid).toMatchObject({
      unit: 'subscription-calls',
      servedModel: 'gpt-6.1-sol',
      usage: { inputUncached: 4000, cacheRead: 10_000, output: 240, reasoning: 128 },
    });
  });

  it('that answers in prose first is asked once more', async () => {
    const prose: FakeTurn = { acp: 'acp-cursor', answer: 'Looks fine to me.' };
    await using made = await staged(
      'cursor-agent',
      [prose, { acp: 'acp-cursor', answer: `Here it is:\n${JSON.stringify(approval(['T1.1']))}` }],
      { ...SMOOTH, reviewer: [] },
    );
    const result = await made.tercet([...RUN, '--reviewer', 'cursor-acp/composer-2.5']);
    expect(result.code, result.stderr).toBe(0);
    expect(made.fake.calls()).toHaveLength(2);
  });

  it('that is logged out parks the run, and says what to do', async () => {
    const turn: FakeTurn = { acp: 'acp-claude', fault: 'logged-out' };
    await using made = await staged('claude-agent-acp', [turn], { ...SMOOTH, planner: [] });
    const result = await made.tercet([...RUN, '--planner', 'claude-acp/claude-haiku-5-5']);
    expect(result.code).toBe(5);
    expect(result.stderr).toContain('log in with `claude /login`');
  });
});

describe('an agent of the person’s own configuration', () => {
  it('is started as they say, with what they pass on, and priced as they say', async () => {
    const turn: FakeTurn = { acp: 'acp-goose', asks: [write('src/money.js', DONE)] };
    await using made = await staged('my-agent', [turn], { ...SMOOTH, executor: [] }, (program) =>
      [
        'agents:',
        '  mine:',
        `    command: ${program}`,
        '    title: My agent',
        '    args: [--serve, "{model}"]',
        '    env: [MY_HOME]',
        '    keys: [MY_KEY]',
        '    model: arguments',
        '    modes: { write: smart_approve }',
        '    lineage: anthropic',
        '    priceAs: anthropic/claude-haiku-5-5',
        '',
      ].join('\n'),
    );
    const env = { ...made.env, MY_HOME: '/my/home', MY_KEY: 'my-key-0123456789abc' };
    const result = await made.tercet([...RUN, '--executor', 'mine/some-model'], { env });
    expect(result.code, result.stderr).toBe(0);
    const [call] = made.fake.calls();
    expect(call?.args).toEqual(['--serve', 'some-model']);
    expect([call?.env.MY_HOME, call?.env.MY_KEY]).toEqual(['/my/home', 'my-key-0123456789abc']);
    expect(made.fake.words().find(({ got }) => got?.method === 'session/set_mode')?.got?.params).toMatchObject({
      modeId: 'smart_approve',
    });
    const [paid] = (await made.stage.receipts()).filter(({ role }) => role === 'executor');
    expect(paid).toMatchObject({
      requestedModel: 'mine/some-model',
      cost: { basis: 'computed', price: { id: 'anthropic/claude-haiku-5-5' } },
      usage: { inputUncached: 5000, output: 200 },
    });
  });

  it.each([
    ['agents: { mine: { title: Mine } }', 'agents.mine has no command'],
    ['agents: { anthropic: { command: /bin/true } }', 'agents.anthropic has the name of a provider'],
    ['agents: { "a b": { command: /bin/true } }', 'the name of an agent is letters'],
  ])('is refused where it cannot be one (%s)', async (config, words) => {
    await using stage = await setStage(SMOOTH, { config: `${config}\n` });
    const result = await stage.tercet(RUN);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(words);
    expect(await stage.receipts()).toEqual([]);
  });
});

describe('tercet doctor', () => {
  it('tells of agents that speak ACP, and misses one that a role is given to', async () => {
    await using made = await staged('goose', [], SMOOTH, 'roles: { executor: { model: opencode/fake/fast } }\n');
    const { stdout, code } = await made.tercet(['doctor']);
    expect(code).toBe(2);
    expect(stdout).toContain(`${made.fake.program}, 9.9.9 (fake)`);
    expect(stdout).toContain('opencode is not installed (no `opencode` on PATH)');
  });
});
