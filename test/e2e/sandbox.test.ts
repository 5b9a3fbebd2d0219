import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { findBubblewrap } from '../../src/adapters/commands/bubblewrap/find.ts';
import { demoAgents, REQUEST } from '../../src/apps/cli/demo/script.ts';
import type { RecordedEvent } from '../../src/contract/event.ts';
import type { RunRecord } from '../../src/contract/outcome.ts';
import { runCodingWorkflow } from '../../src/library.ts';
import { type Home, makeHome, tercet } from '../support/cli.ts';
import { startModelServer } from '../support/model-server/server.ts';
import { makeRepository, type TestRepository } from '../support/repository.ts';

const BIN = fileURLToPath(new URL('../../bin/tercet.js', import.meta.url));
const { program } = await findBubblewrap(process.env.PATH);

/** Runs the command line on a machine without bubblewrap: where it is installed, it is covered up. */
async function withoutBubblewrap(args: string[], cwd: string, home: Home) {
  const cover = program === null ? [] : [program, '--dev-bind', '/', '/', '--ro-bind', '/dev/null', program, '--'];
  const [command = '', ...rest] = [...cover, process.execPath, BIN, ...args];
  const child = spawn(command, rest, { cwd, env: home.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => {
    stdout += data;
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

/** The record and the events of the one run below a folder, which may be a pattern. */
function recorded(data: string): { record: RunRecord; events: RecordedEvent[] } {
  const [file] = globSync(join(data, 'repositories/*/runs/*/run.json'));
  if (file === undefined) throw new Error(`no run was recorded in ${data}`);
  const events = readFileSync(join(dirname(file), 'events.ndjson'), 'utf8')
    .trimEnd()
    .split('\n');
  return {
    record: JSON.parse(readFileSync(file, 'utf8')) as RunRecord,
    events: events.map((line) => JSON.parse(line) as RecordedEvent),
  };
}

let repository: TestRepository | null = null;
afterEach(() => {
  repository?.remove();
  repository = null;
});

describe('a run on a machine without a sandbox', () => {
  test('is refused before anything is asked or written, with the two ways out', async () => {
    const server = await startModelServer(() => ({ text: 'nobody asks' }));
    await using home = await makeHome(server, 'sandbox: auto\n');
    repository = makeRepository();
    repository.commit('Start');
    const before = repository.fingerprint();
    const { code, stdout, stderr } = await withoutBubblewrap(['run', 'Add a file', '--yes'], repository.root, home);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/cannot be confined: bubblewrap is not installed/);
    expect(stderr).toMatch(/apt install bubblewrap[\s\S]*sandbox: off/);
    await server.close();
    expect(server.log).toEqual([]);
    expect(globSync(join(home.folder, 'data/repositories/*/runs/*'))).toEqual([]);
    expect(repository.fingerprint()).toEqual(before);
  });

  test('the demo says that the sample’s own commands go unconfined, and records it', async () => {
    await using home = await makeHome(null);
    home.env.TMPDIR = home.folder;
    const { code, stderr } = await withoutBubblewrap(['demo', '--keep'], home.folder, home);
    expect(code).toBe(0);
    expect(stderr).toMatch(/run without a sandbox.*sample that comes with Tercet/);
    const { record, events } = recorded(join(home.folder, 'tercet-demo-*', 'home', 'data'));
    expect(record.confinement).toMatch(/^none \(.*sample/);
    expect(events.slice(0, 2)).toMatchObject([{ type: 'run.started' }, { type: 'warning.raised', code: 'sandbox' }]);
  });
});

test('`sandbox: off` runs, warns and is recorded', async () => {
  await using home = await makeHome(null);
  repository = makeRepository();
  await copySample(repository);
  const events: RecordedEvent[] = [];
  const run = runCodingWorkflow({
    featureRequest: REQUEST,
    repository: repository.root,
    planning: 'always',
    ...demoAgents(false),
    env: home.env,
  });
  for await (const event of run.events) events.push(event);
  expect((await run).outcome).toBe('approved');
  expect(events).toContainEqual(
    expect.objectContaining({
      code: 'sandbox',
      message: expect.stringMatching(/your configuration says `sandbox: off`/),
    }),
  );
  expect(recorded(join(home.folder, 'data')).record.confinement).toBe('none (sandbox: off)');
});

test('a repository cannot loosen it', async () => {
  await using home = await makeHome(null);
  repository = makeRepository({ 'tercet.yaml': 'sandbox: off\n' });
  repository.commit('Start');
  const { code, stderr } = await tercet(['run', 'Add a file', '--yes'], { cwd: repository.root, home });
  expect(code).toBe(2);
  expect(stderr).toMatch(/tercet\.yaml:1: sandbox: a repository can only ask for `require`/);
});

if (program === null) console.warn('NOT TRIED: a run with its commands in bubblewrap: it does not work here');
describe.skipIf(program === null)('a run on a machine with bubblewrap', () => {
  test('has its commands in it without a word, and records it', async () => {
    await using home = await makeHome(null);
    home.env.TMPDIR = home.folder;
    const { code, stderr } = await tercet(['demo', '--keep'], { cwd: home.folder, home });
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/sandbox/);
    expect(recorded(join(home.folder, 'tercet-demo-*', 'home', 'data')).record.confinement).toBe('bubblewrap');
  });

  test('case 10: what a check does that helps itself stays inside', async () => {
    await using home = await makeHome(null, 'sandbox: require\n');
    repository = makeRepository();
    await copySample(repository);
    const planted = join(home.folder, 'planted');
    const config = join(home.folder, 'config.yaml');
    const check = `env; touch ${planted}; test -w ${home.folder} && echo open; cat ${config}; true`;
    // In the person's own file, because a repository's would need to be trusted first.
    writeFileSync(config, `${readFileSync(config, 'utf8')}checks:\n  - ${JSON.stringify(check)}\n`);
    const run = runCodingWorkflow({
      featureRequest: REQUEST,
      repository: repository.root,
      planning: 'always',
      ...demoAgents(false),
      env: home.env,
    });
    const outputs: string[] = [];
    for await (const event of run.events)
      if (event.type === 'check.finished' && event.check.command === check) outputs.push(event.check.output);
    await run;
    expect(outputs.length).toBeGreaterThan(0);
    for (const output of outputs) {
      expect(output).toContain('HOME=');
      expect(output).not.toContain('sk-');
      expect(output).not.toContain('open');
      expect(output).toMatch(/config\.yaml: No such file/);
    }
    expect(existsSync(planted)).toBe(false);
    expect(existsSync(config)).toBe(true);
  });
});

async function copySample(target: TestRepository): Promise<void> {
  const { cpSync } = await import('node:fs');
  cpSync(fileURLToPath(new URL('../../examples/shop', import.meta.url)), target.root, { recursive: true });
  target.commit('A cart with shipping');
}
