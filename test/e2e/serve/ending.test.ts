import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { tercetClient } from '../../../src/client/index.ts';
import { serving, TOKEN } from '../../support/serve.ts';
import { REQUEST, SMOOTH } from '../../support/shop-change.ts';
import { type Stage, setStage } from '../../support/stage.ts';

const BIN = fileURLToPath(new URL('../../../bin/tercet.js', import.meta.url));
/** The first plan takes too long; the next one comes at once. */
const SLOW = {
  ...SMOOTH,
  planner: [() => pause(60_000, SMOOTH.planner[0], { ref: false }), ...SMOOTH.planner],
};
const ORDER = { featureRequest: REQUEST, planning: 'always', approval: 'skip' } as const;

/** The built command, once it listens. */
async function command(stage: Stage, env: Record<string, string> = {}, args: readonly string[] = []) {
  const child = spawn(process.execPath, [BIN, 'serve', '--port', '0', ...args], {
    cwd: stage.repository.root,
    env: { ...stage.home.env, ...env },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  return { child, url: line.trim(), stderr: () => said };
}

async function ended(child: ChildProcess): Promise<unknown> {
  const [code] = (await once(child, 'close')) as [unknown];
  return code;
}

it('asked to stop, the command ends its runs cleanly, tells followers, and another one goes on', async () => {
  await using stage = await setStage(SLOW);
  const { child, url, stderr } = await command(stage);
  const file = path.join(stage.home.folder, 'data', 'server', 'tokens');
  const token = readFileSync(file, 'utf8').trim().split(' ')[1] ?? '';
  const client = tercetClient({ url, token });
  const { run } = await client.startRun(ORDER, { key: 'order-1' });
  const events = client.follow(run);
  const following = (async () => {
    let next = await events.next();
    while (next.done !== true) next = await events.next();
    return next.value;
  })();
  await expect.poll(() => stage.server.log.length).toBe(1);
  child.kill('SIGTERM');
  expect(await following).toMatchObject({ outcome: 'cancelled', resumable: true });
  expect(await ended(child)).toBe(0);
  expect(stderr()).toContain(`it is in ${file}`);
  expect(stderr()).not.toContain(token);

  const second = await command(stage, { TERCET_SERVER_TOKEN: TOKEN });
  const again = tercetClient({ url: second.url, token: TOKEN });
  expect(await again.get(run)).toMatchObject({ outcome: 'cancelled', webhook: null });
  await again.resume(run);
  expect(await again.ended(run)).toMatchObject({ outcome: 'approved' });
  await expect(tercetClient({ url: second.url, token }).get(run)).rejects.toMatchObject({ status: 401 });
  second.child.kill('SIGINT');
  expect(await ended(second.child)).toBe(0);
});

it('a start that is sent again gets the same run: at once, and from the next server; another under its key is refused', async () => {
  await using stage = await setStage(SMOOTH);
  const at = () => serving({ home: stage.home, roots: [stage.repository.root] });
  const send = async (url: string, body: object) => {
    const answer = await fetch(`${url}/v1/runs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', 'idempotency-key': 'k1' },
      body: JSON.stringify(body),
    });
    const { run } = (await answer.json()) as { run: string };
    const { headers, status } = answer;
    return { status, run, location: headers.get('location'), replayed: headers.get('idempotency-replayed') };
  };
  await using first = await at();
  const answers = await Promise.all([1, 2, 3, 4].map(() => send(first.url, ORDER)));
  const run = answers[0]?.run ?? '';
  expect(new Set(answers.map((answer) => `${answer.status} ${answer.run} ${answer.location}`))).toEqual(
    new Set([`202 ${run} /v1/runs/${run}`]),
  );
  expect(answers.filter(({ replayed }) => replayed === 'true')).toHaveLength(3);
  expect(await send(first.url, { ...ORDER, maxRounds: 1 })).toMatchObject({ status: 422 });
  await first.client.ended(run);
  await first.server.close('over');
  await using second = await at();
  expect(await send(second.url, ORDER)).toEqual({ status: 202, run, location: `/v1/runs/${run}`, replayed: 'true' });
  expect((await second.client.list()).total).toBe(1);
});

it('holds to its most runs, and to the budget of the person', async () => {
  await using stage = await setStage(SLOW, { config: 'budget: 2\n' });
  await using api = await serving({ home: stage.home, roots: [stage.repository.root], maxRuns: 1 });
  await expect(api.client.startRun({ ...ORDER, budgetUsd: 3 })).rejects.toMatchObject({ status: 400, code: 'usage' });
  const { run } = await api.client.startRun({ ...ORDER, budgetUsd: 1 });
  expect(stage.events(run)[0]).toMatchObject({ budgetUsd: '1' });
  const refused = await fetch(`${api.url}/v1/runs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(ORDER),
  });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
  expect(await refused.json()).toMatchObject({ code: 'too-many-runs' });
  await expect(api.client.resume(run)).rejects.toMatchObject({ status: 429 });
  expect(await api.client.cancel(run)).toMatchObject({ outcome: 'cancelled', resumable: true });
  expect(await api.client.cancel(run)).toMatchObject({ outcome: 'cancelled' });
});

it('two that resume one run at once begin it once', async () => {
  await using stage = await setStage(SLOW);
  await using api = await serving({ home: stage.home, roots: [stage.repository.root] });
  const { run } = await api.client.startRun(ORDER);
  await expect.poll(() => stage.server.log.length).toBe(1);
  await api.client.cancel(run);
  const both = await Promise.allSettled([api.client.resume(run), api.client.resume(run)]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await api.client.ended(run)).toMatchObject({ outcome: 'approved' });
});
