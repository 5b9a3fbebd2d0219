import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/adapters/agent/acp/permission.ts';
import { yardOf } from '../../../../src/adapters/agent/acp/yard.ts';
import type { Door } from '../../../../src/ports/agent.ts';
import { ok, until } from '../../../ports/agent.contract.ts';
import { doorTo, fakeAcp } from './setup.ts';

const OPTIONS = [
  { optionId: 'always', kind: 'allow_always' },
  { optionId: 'once', kind: 'allow_once' },
  { optionId: 'never', kind: 'reject_always' },
  { optionId: 'no', kind: 'reject_once' },
];
const writer = yardOf('/invented/tree', {
  path: '/links/tree',
  write: true,
  door: doorTo('/invented/tree', ['package.json']),
});
const reader = yardOf('/invented/tree', { path: '/invented/tree', write: false });
const at = (...paths: string[]) => paths.map((one) => ({ path: one }));

describe('a permission', () => {
  it.each([
    ['a write in scope', { kind: 'edit', locations: at('/invented/tree/src/a.ts') }, 'once'],
    ['the same by the folder’s other name', { kind: 'edit', locations: at('/links/tree/src/a.ts') }, 'once'],
    ['a write out of scope', { kind: 'edit', locations: at('/invented/tree/package.json') }, 'no'],
    [
      'one of two out of scope',
      { kind: 'edit', locations: at('/invented/tree/a', '/invented/tree/package.json') },
      'no',
    ],
    [
      'a difference of another file than it says',
      {
        kind: 'edit',
        locations: at('/invented/tree/a'),
        content: [{ type: 'diff', path: '/invented/tree/package.json' }],
      },
      'no',
    ],
    ['a write outside', { kind: 'edit', locations: at('/etc/passwd') }, 'no'],
    ['a write outside by way of inside', { kind: 'edit', locations: at('/invented/tree/../other/a') }, 'no'],
    ['a write to a folder that begins alike', { kind: 'edit', locations: at('/invented/tree2/a') }, 'no'],
    ['a write to a relative path', { kind: 'edit', locations: at('src/a.ts') }, 'no'],
    ['a write to nobody knows what', { kind: 'edit' }, 'no'],
    ['a deletion in scope', { kind: 'delete', locations: at('/invented/tree/a') }, 'once'],
    ['reading inside', { kind: 'read', locations: at('/invented/tree/src') }, 'once'],
    ['reading the folder itself', { kind: 'search', locations: at('/invented/tree') }, 'once'],
    ['reading outside', { kind: 'read', locations: at('/root/.ssh/id_rsa') }, 'no'],
    ['a command', { kind: 'execute', title: 'make' }, 'no'],
    ['the web', { kind: 'fetch' }, 'no'],
    ['another mode', { kind: 'switch_mode' }, 'no'],
    ['something else', { kind: 'other' }, 'no'],
    ['nothing in particular', {}, 'no'],
  ])('for %s', (_, call, option) => {
    expect(decide(call, OPTIONS, writer, false).outcome).toEqual({ outcome: 'selected', optionId: option });
  });

  it('to write is never given to one that only reads', () => {
    const decision = decide(
      { kind: 'edit', title: 'Edit a', locations: at('/invented/tree/a') },
      OPTIONS,
      reader,
      false,
    );
    expect(decision).toEqual({
      outcome: { outcome: 'selected', optionId: 'no' },
      refused: 'Edit a (this role only reads)',
    });
  });

  it('for a command is given where it comes to our terminals', () => {
    expect(decide({ kind: 'execute' }, OPTIONS, writer, true).outcome).toMatchObject({ optionId: 'once' });
    expect(decide({ kind: 'execute' }, OPTIONS, reader, true).outcome).toMatchObject({ optionId: 'no' });
  });

  it('that would last is never given, nor refused for good', () => {
    const call = { kind: 'edit', locations: at('/invented/tree/a') };
    const lasting = OPTIONS.filter(({ kind }) => kind.endsWith('always'));
    expect(decide(call, lasting, writer, false).outcome).toEqual({ outcome: 'cancelled' });
    expect(decide(call, 'none', writer, false).outcome).toEqual({ outcome: 'cancelled' });
  });
});

describe('what goes through the door', () => {
  it('is refused out of scope, at once and with the reason, also when it writes without asking', async () => {
    using made = fakeAcp('opencode', [{}], {}, { refused: ['oc.txt'] });
    const answer = ok(await made.go());
    expect(answer.notes?.[0]).toContain('write oc.txt');
    const answers = made.fake.words().filter(({ answered }) => answered !== undefined);
    expect(answers[0]?.result).toEqual({ outcome: { outcome: 'selected', optionId: 'reject' } });
    expect(answers[1]?.error).toMatchObject({ code: -32602, message: '"oc.txt" is not among the files of T1.' });
  });

  it('is refused for one that only reads', async () => {
    using made = fakeAcp('qwen-code');
    await made.go({}, false);
    const answers = made.fake.words().filter(({ answered }) => answered !== undefined);
    expect(answers.at(-1)?.error?.message).toBe('This turn only reads: nothing may be written.');
  });

  it('is read by lines, and not outside', async () => {
    const asks = ['{cwd}/oc.txt', '/etc/hostname', '{cwd}/none', 'oc.txt'].map((file) => ({
      method: 'fs/read_text_file',
      params: { path: file, line: 1, limit: 1 },
    }));
    using made = fakeAcp('opencode', [{ asks }]);
    await made.go();
    const words = made.fake.words().filter(({ asked }) => asked !== undefined);
    expect(words.map(({ result, error }) => result?.content ?? error?.code)).toEqual([
      'from opencode',
      -32602,
      -32002,
      -32602,
    ]);
  });
});

describe('a terminal', () => {
  const ran: { command: string; cwd: string; most: number }[] = [];
  const run: Door['run'] = async (command, { cwd, maxOutputBytes, signal }) => {
    ran.push({ command, cwd, most: maxOutputBytes });
    if (command === 'wait') await new Promise((resolve) => signal.addEventListener('abort', resolve));
    const exitCode = signal.aborted ? null : 3;
    return { exitCode, timedOut: false, ms: 1, output: 'said\n' };
  };
  const terminal = (method: string, params = {}) => ({ method: `terminal/${method}`, params });

  it('is offered to one that writes where there is a sandbox, and to nobody else', async () => {
    using made = fakeAcp('opencode', [{}, {}], {}, { run });
    await made.go();
    await made.go({}, false);
    const offered = made.sent('initialize').map(({ clientCapabilities }) => clientCapabilities);
    expect(offered).toMatchObject([{ terminal: true }, { terminal: false }]);
  });

  it('runs through the sandbox, bounded, in the folder', async () => {
    using made = fakeAcp(
      'opencode',
      [
        {
          asks: [
            terminal('create', {
              command: 'echo',
              args: ["it's", 'a b'],
              env: [{ name: 'A', value: '1' }],
              cwd: '{cwd}',
            }),
            terminal('create', { command: 'ls', cwd: '/etc' }),
            terminal('output', { terminalId: 'none' }),
          ],
        },
      ],
      {},
      { run },
    );
    await made.go();
    const answers = made.fake.words().filter(({ asked }) => asked !== undefined);
    expect(answers[0]?.result?.terminalId).toEqual(expect.any(String));
    expect(answers.slice(1).map(({ error }) => error?.code)).toEqual([-32602, -32002]);
    expect(ran.at(-1)).toEqual({ command: `export A='1'; 'echo' 'it'\\''s' 'a b'`, cwd: made.folder, most: 131_072 });
  });

  it('tells its output and its end, and is ended with the turn', async () => {
    const { Terminals } = await import('../../../../src/adapters/agent/acp/terminals.ts');
    const turn = new AbortController();
    const terminals = new Terminals(writer, run, turn.signal);
    const { terminalId } = terminals.create({ command: 'true', outputByteLimit: 4 });
    expect(await terminals.waitForExit({ terminalId })).toEqual({ exitCode: 3, signal: null });
    expect(terminals.output({ terminalId })).toMatchObject({ output: 'said\n', truncated: true });
    const waiting = terminals.create({ command: 'wait' });
    expect(terminals.output(waiting)).toMatchObject({ output: '', exitStatus: null });
    turn.abort();
    expect(await terminals.waitForExit(waiting)).toEqual({ exitCode: null, signal: 'SIGKILL' });
    const killed = new Terminals(writer, run, new AbortController().signal);
    const one = killed.create({ command: 'wait' });
    killed.kill(one);
    expect(await killed.waitForExit(one)).toMatchObject({ exitCode: null });
    for (let n = 0; n < 3; n++) killed.create({ command: 'wait' });
    killed.create({ command: 'wait' });
    expect(() => killed.create({ command: 'wait' })).toThrow('Too many terminals');
    killed.release(one);
    expect(() => killed.output(one)).toThrow('not found');
  });
});

describe('a turn that is cancelled', () => {
  it('says so to the agent, and then ends it', async () => {
    using made = fakeAcp('opencode', [{ hang: true, write: { 'half.txt': 'half\n' } }]);
    const controller = new AbortController();
    const turn = made.go({}, true, controller.signal);
    await until(() => made.sent('session/prompt').length === 1, 10_000);
    const start = performance.now();
    controller.abort();
    expect(await turn).toMatchObject({ ok: false, kind: 'cancelled', billed: 'maybe' });
    expect(performance.now() - start).toBeLessThan(1000);
    expect(made.sent('session/cancel')).toEqual([{ sessionId: 'ses_dfcecec60ffe2nvOwM5mq37xfb' }]);
    expect(readFileSync(path.join(made.folder, 'half.txt'), 'utf8')).toBe('half\n');
  });
});
