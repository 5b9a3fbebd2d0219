import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { readRequest } from '../../../src/apps/cli/io.ts';
import { makeHome } from '../../support/cli.ts';
import { REQUEST, SMOOTH } from '../../support/shop-change.ts';
import { runFolder, setStage, summary } from '../../support/stage.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Without a terminal nothing prompts and nothing hangs, whatever standard input is; and readers may leave. */
const BIN = fileURLToPath(new URL('../../../bin/tercet.js', import.meta.url));

const ended = (child: ChildProcess) =>
  new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });

const shell = (line: string, options: { cwd: string; env: Record<string, string> }) => {
  const env = { ...options.env, NODE: process.execPath, BIN };
  const child = spawn('bash', ['-c', `set -o pipefail; tercet() { "$NODE" "$BIN" "$@"; }; ${line}`], {
    ...options,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  return ended(child).then(({ code }) => ({ code, ...said }));
};

describe('standard input', () => {
  const run = ['run', '--always-plan', '"$REQUEST"'].join(' ');

  test.each([
    ['closed', `tercet ${run} <&-`],
    ['/dev/null', `tercet ${run} </dev/null`],
    ['a pipe that stays open', `tercet ${run} < <(exec sleep 20 2>/dev/null)`],
  ])('%s: the plan waits for approval, nobody is asked, exit 5', async (_, line) => {
    await using stage = await setStage(SMOOTH);
    const start = performance.now();
    const { code, stderr } = await shell(line, {
      cwd: stage.repository.root,
      env: { ...stage.home.env, REQUEST },
    });
    expect(code, stderr).toBe(5);
    expect(stderr).toContain('there is no terminal to ask at; nothing was executed');
    expect(stderr).not.toContain('[y]es');
    expect(performance.now() - start).toBeLessThan(18_000);
    expect(stage.calls('executor')).toEqual([]);
  });

  test('questions of the planner become assumptions', async () => {
    const [plan] = SMOOTH.planner;
    const questions = [{ question: 'Which error?', assumption: 'RangeError' }];
    await using stage = await setStage({
      ...SMOOTH,
      planner: [{ object: { ...plan?.object, questions } }, ...SMOOTH.planner],
    });
    const result = await stage.tercet(['run', '--always-plan', '--yes', '--json', REQUEST]);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toContain('assumed: RangeError (Which error?)');
  });

  test('carries the request, with and without `-`', async () => {
    await using stage = await setStage({
      planner: [...SMOOTH.planner, ...SMOOTH.planner],
      executor: [...SMOOTH.executor, ...SMOOTH.executor],
      reviewer: [...SMOOTH.reviewer, ...SMOOTH.reviewer],
    });
    for (const args of [[], ['--file', '-']]) {
      const result = await stage.tercet(['run', '--yes', '--json', '--always-plan', ...args], {
        input: `${REQUEST}\n`,
      });
      expect(summary(result).outcome, result.stderr).toBe('approved');
    }
  });

  test('that is silent is given up, with what to do', async () => {
    const silent = new PassThrough();
    const stderr = new PassThrough();
    const io = { stdin: silent, stdout: new PassThrough(), stderr, env: {}, cwd: '.' };
    const error = await readRequest(io, [], undefined, 50).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'usage', message: 'No request came on standard input in 0.05 seconds.' });
    expect(String(stderr.read())).toContain('Waiting for the request on standard input');
  });

  test('that somebody asked for may take its time', async () => {
    const slow = new PassThrough();
    const io = { stdin: slow, stdout: new PassThrough(), stderr: new PassThrough(), env: {}, cwd: '.' };
    setTimeout(() => slow.end('add a flag'), 200);
    expect(await readRequest(io, ['-'], undefined, 50)).toEqual({ text: 'add a flag', source: 'stdin' });
  });

  test('whose writer only dawdles is read to its end', async () => {
    const dawdler = new PassThrough();
    const io = { stdin: dawdler, stdout: new PassThrough(), stderr: new PassThrough(), env: {}, cwd: '.' };
    const words = 'add a flag to the list'.split(' ');
    const timer = setInterval(() => {
      const word = words.shift();
      if (word === undefined) clearInterval(timer);
      dawdler[word === undefined ? 'end' : 'write'](word === undefined ? '' : `${word} `);
    }, 40);
    expect(await readRequest(io, [], undefined, 1_000)).toMatchObject({ text: 'add a flag to the list' });
  });
});

describe('a reader that leaves', () => {
  test('| head: quiet, exit 0', async () => {
    await using home = await makeHome(null);
    for (const command of [
      'models --json',
      '--help',
      'models',
      'estimate --planning 1 --implementation 1 --review 1',
    ]) {
      const { code, stderr } = await shell(`tercet ${command} | head -c 1 >/dev/null`, {
        cwd: home.folder,
        env: home.env,
      });
      expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: '' });
    }
  });

  test('of the progress: the run goes on', async () => {
    await using stage = await setStage(SMOOTH);
    const { code, stdout } = await shell(
      'tercet run --yes --always-plan --json "$REQUEST" 2> >(exec head -n 1 >/dev/null)',
      { cwd: stage.repository.root, env: { ...stage.home.env, REQUEST } },
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'approved' });
  });

  test('closed streams from the start', async () => {
    await using home = await makeHome(null);
    const options = { cwd: home.folder, env: home.env };
    expect(await shell('tercet models >&-', options)).toMatchObject({ code: 0, stderr: '' });
    expect(await shell('tercet rnu 2>&-', options)).toMatchObject({ code: 2, stdout: '' });
  });
});

test('a slow reader gets every byte of what does not fit into a pipe', async () => {
  await using stage = await setStage(SMOOTH);
  const { run } = summary(await stage.tercet(['run', '--yes', '--json', '--always-plan', REQUEST]));
  const text = 'a line of a very long change\n'.repeat(100_000);
  writeFileSync(path.join(runFolder(stage.home, run), 'change.diff'), text);
  const { code, stdout } = await shell(`tercet show ${run} --diff | (sleep 1; cat)`, {
    cwd: stage.repository.root,
    env: stage.home.env,
  });
  expect(code).toBe(0);
  expect(stdout === text).toBe(true);
});

test('an exit code other than 0 comes through a slow reader too', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tercet-test-slow-'));
  try {
    await using home = await makeHome(null);
    const { code, stdout } = await shell(`tercet doctor --json | (sleep 1; cat)`, { cwd: folder, env: home.env });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

describe('colour without a terminal', () => {
  test('none; FORCE_COLOR gives it, NO_COLOR takes it again', async () => {
    await using home = await makeHome(null);
    const text = async (env: Record<string, string>) =>
      (await shell('tercet models', { cwd: home.folder, env: { ...home.env, ...env } })).stdout;
    expect(await text({})).not.toContain('\x1b');
    expect(await text({ FORCE_COLOR: '1' })).toContain('\x1b[2m');
    expect(await text({ FORCE_COLOR: '0' })).not.toContain('\x1b');
    expect(await text({ FORCE_COLOR: '1', NO_COLOR: '1' })).not.toContain('\x1b');
    expect(await text({ FORCE_COLOR: '1', NO_COLOR: '' })).toContain('\x1b[2m');
  });
});
