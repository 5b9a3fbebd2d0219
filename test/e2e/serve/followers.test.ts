import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { tercetClient } from '../../../src/client/index.ts';
import { aPlan } from '../../support/answers.ts';
import { breakingFetch } from '../../support/breaking-fetch.ts';
import type { Lines } from '../../support/cast.ts';
import { serving, TOKEN } from '../../support/serve.ts';
import { REQUEST, SMOOTH, TASK } from '../../support/shop-change.ts';
import { setStage } from '../../support/stage.ts';

const ORDER = { featureRequest: REQUEST, planning: 'always', approval: 'skip' } as const;
const times = <T>(count: number, of: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => of(index));
/** The task without its command, which takes longer than all the rest. */
const QUICK = { ...TASK, criteria: [{ id: 'T1.1', text: 'percentOf(1000, 101) throws a RangeError', command: null }] };
/** Every part answers as in the smooth change, as often as it is asked. */
const many = (count: number): Lines => ({
  planner: times(count, () => ({ object: aPlan([QUICK]) })),
  executor: times(count, () => SMOOTH.executor).flat(),
  reviewer: times(count, () => SMOOTH.reviewer).flat(),
});

describe('50 followers of 10 runs', () => {
  it('miss no event and hear none twice or out of order, however often the network breaks', async () => {
    await using stage = await setStage(many(10));
    await using api = await serving({ home: stage.home, roots: [stage.repository.root] });
    const runs: string[] = [];
    const heard: Promise<{ run: string; seqs: number[]; outcome: string | null }>[] = [];
    let breaks = 0;
    for (let index = 0; index < 10; index++) {
      // Whole runs take their time; most of these only plan.
      const { run } = await (index % 3 === 0
        ? api.client.startRun(ORDER)
        : api.client.startPlan({ featureRequest: REQUEST }));
      runs.push(run);
      for (let follower = 0; follower < 5; follower++) {
        heard.push(
          (async () => {
            const network = breakingFetch(index * 5 + follower);
            const client = tercetClient({ url: api.url, token: TOKEN, fetch: network.fetch });
            const seqs: number[] = [];
            const events = client.follow(run);
            let next = await events.next();
            for (; next.done !== true; next = await events.next()) seqs.push(next.value.seq);
            breaks += network.breaks();
            return { run, seqs, outcome: next.value.outcome };
          })(),
        );
      }
    }
    const all = await Promise.all(heard);
    expect(all).toHaveLength(50);
    for (const { run, seqs, outcome } of all) {
      expect(seqs).toEqual(stage.events(run).map(({ seq }) => seq));
      expect(outcome).toBe(runs.indexOf(run) % 3 === 0 ? 'approved' : 'planned');
    }
    expect(new Set(runs).size).toBe(10);
    expect(breaks).toBeGreaterThan(25);
    await expect.poll(() => api.server.desk.followers.count).toBe(0);
  });
});

describe('a follower', () => {
  it('that reads nothing neither holds the run up nor stays', async () => {
    await using stage = await setStage(many(1));
    const limits = { stallMs: 300, heartbeatMs: 5 };
    await using api = await serving({ home: stage.home, roots: [stage.repository.root], limits });
    const { run } = await api.client.startPlan({ featureRequest: REQUEST });
    await api.client.ended(run);
    // A run with more events than any buffer between the two holds.
    const { desk } = api.server;
    const find = desk.library.find.bind(desk.library);
    desk.library.find = async (id) => {
      const found = await find(id);
      const long = {
        v: 1 as const,
        run: id,
        at: '',
        type: 'warning.raised' as const,
        code: 'x',
        message: 'y'.repeat(5_000),
      };
      const events = async () => times(20_000, (index) => ({ ...long, seq: index + 1 }));
      return { ...found, live: null, shelf: { ...found.shelf, store: { ...found.shelf.store, events } } };
    };
    const before = process.memoryUsage().arrayBuffers;
    const slow = request(`${api.url}/v1/runs/${run}/events`, { headers: { authorization: `Bearer ${TOKEN}` } });
    const cut = new Promise<void>((resolve) => {
      slow.on('response', (answer) => {
        answer.pause();
        answer.on('error', () => {}).on('close', resolve);
      });
    });
    slow.on('error', () => {}).end();
    await expect.poll(() => desk.followers.count).toBe(1);
    await expect.poll(() => desk.followers.count, { timeout: 5_000 }).toBe(0);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
    slow.destroy();
    await cut;
  });

  it('of a silent run hears that the server is there, and is let go when it goes away', async () => {
    await using stage = await setStage({ planner: [() => pause(20_000, SMOOTH.planner[0], { ref: false })] });
    await using api = await serving({ home: stage.home, roots: [stage.repository.root], limits: { heartbeatMs: 20 } });
    const { run } = await api.client.startPlan({ featureRequest: REQUEST });
    const gone = new AbortController();
    const answer = await fetch(`${api.url}/v1/runs/${run}/events?after=1000000`, {
      headers: { authorization: `Bearer ${TOKEN}` },
      signal: gone.signal,
    });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (text.split(':\n\n').length > 3) break;
    }
    expect(text).toMatch(/^retry: 1000\n\n(:\n\n)+$/);
    gone.abort();
    await expect.poll(() => api.server.desk.followers.count).toBe(0);
    await api.client.cancel(run);
  });

  it('more than there may be is told to wait', async () => {
    await using stage = await setStage({ planner: [() => pause(20_000, SMOOTH.planner[0], { ref: false })] });
    await using api = await serving({ home: stage.home, roots: [stage.repository.root], limits: { followers: 1 } });
    const { run } = await api.client.startPlan({ featureRequest: REQUEST });
    const follow = () => fetch(`${api.url}/v1/runs/${run}/events`, { headers: { authorization: `Bearer ${TOKEN}` } });
    const first = await follow();
    await expect.poll(() => api.server.desk.followers.count).toBe(1);
    const second = await follow();
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '5']);
    await first.body?.cancel();
    await expect.poll(async () => (await follow()).status).toBe(200);
    await api.client.cancel(run);
  });

  it('of a run on the command line hears it as it goes on', async () => {
    let go = () => {};
    const planned = new Promise<void>((resolve) => {
      go = resolve;
    });
    await using stage = await setStage({ planner: SMOOTH.planner.map((line) => () => planned.then(() => line)) });
    await using api = await serving({ home: stage.home, roots: [stage.repository.root] });
    const ran = stage.tercet(['plan', REQUEST]);
    await expect.poll(async () => (await api.client.list()).runs[0]?.state, { timeout: 10_000 }).toBe('working');
    const run = (await api.client.list()).runs[0]?.run ?? '';
    const seqs: number[] = [];
    const events = api.client.follow(run);
    let next = await events.next();
    go();
    for (; next.done !== true; next = await events.next()) seqs.push(next.value.seq);
    expect(next.value).toMatchObject({ outcome: 'planned', state: 'ended' });
    await ran;
    expect(seqs).toEqual(stage.events(run).map(({ seq }) => seq));
    await expect(api.client.answer(run, { question: 'q1', answers: [] })).rejects.toMatchObject({ status: 409 });
  });
});
