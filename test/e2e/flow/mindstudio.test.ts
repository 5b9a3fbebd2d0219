import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cast, type Lines } from '../../support/cast.ts';
import {
  MINDSTUDIO_KEY,
  type MindStudioReply,
  type MindStudioServer,
  startMindStudio,
} from '../../support/mindstudio-server.ts';
import { RUN, SMOOTH } from '../../support/shop-change.ts';
import { type Stage, setStage, summary } from '../../support/stage.ts';

const MODELS = ['planner', 'executor', 'reviewer'].flatMap((role) => [
  `--${role}`,
  role === 'reviewer' ? 'mindstudio/gpt-6.1-sol' : 'mindstudio/claude-haiku-5-5',
]);
const CONFIG = 'providers:\n  mindstudio: { creditsPerTurn: 10 }\n';

/** The stage with MindStudio for all three roles; the ordinary model server must not be asked. */
async function withMindStudio(
  lines: Lines,
  play: (
    stage: Stage,
    server: MindStudioServer,
    run: (more?: string[], env?: Record<string, string>) => ReturnType<Stage['tercet']>,
  ) => Promise<void>,
  config = CONFIG,
): Promise<void> {
  await using server = await startMindStudio(cast(lines) as () => MindStudioReply);
  await using stage = await setStage(() => ({ fault: { kind: 'status', status: 400 } }));
  writeFileSync(path.join(stage.home.folder, 'config.yaml'), `sandbox: off\n${config}`);
  const env = { MINDSTUDIO_BASE_URL: server.url, MINDSTUDIO_API_KEY: MINDSTUDIO_KEY };
  await play(stage, server, (more = [], own = {}) =>
    stage.tercet([...RUN, ...MODELS, ...more], { env: { ...env, ...own } }),
  );
  expect(stage.server.log).toEqual([]);
}

describe('MindStudio in all three roles', () => {
  it('plans, executes and reviews over its real SDK, and is booked in credits', () =>
    withMindStudio(SMOOTH, async (stage, server, run) => {
      // Its own configuration file is another's word: nothing of it counts.
      mkdirSync(path.join(stage.home.folder, '.mindstudio'));
      const elsewhere = JSON.stringify({ apiKey: 'another', baseUrl: 'http://127.0.0.1:9' });
      writeFileSync(path.join(stage.home.folder, '.mindstudio', 'config.json'), elsewhere);
      const result = await run();
      expect(result.code, result.stderr).toBe(0);
      expect(summary(result)).toMatchObject({ outcome: 'approved', cost: { usd: null } });
      expect(server.log.map(({ step }) => (step.modelOverride as { model: string }).model)).toEqual([
        'claude-haiku-5-5',
        'claude-haiku-5-5',
        'gpt-6.1-sol',
      ]);
      const receipts = await stage.receipts();
      expect(receipts.map(({ role, state }) => `${role} ${state}`)).toEqual([
        'planner settled',
        'executor settled',
        'reviewer settled',
      ]);
      for (const receipt of receipts) {
        expect(receipt).toMatchObject({
          unit: 'credits',
          quantity: { held: '10', taken: '3.25' },
          cost: { usd: null, basis: 'credits' },
          heldUsd: null,
        });
      }
      const costs = await stage.tercet(['costs', '--by', 'model']);
      expect(costs.stdout).toContain('9.75 credits');
    }));

  it('has an answer that breaks its schema mended, in one conversation', () =>
    withMindStudio(
      { ...SMOOTH, reviewer: [{ object: { criteria: 'all fine' } }, ...SMOOTH.reviewer] },
      async (_, server, run) => {
        const result = await run();
        expect(result.code, result.stderr).toBe(0);
        expect(server.log).toHaveLength(4);
        const said = String(server.log[3]?.step.message);
        expect(said).toContain('all fine');
        expect(said).toContain('Your answer breaks its schema');
      },
    ));

  it('waits as long as a 429 asks, and books nothing for it', () =>
    withMindStudio(
      {
        ...SMOOTH,
        planner: [
          { fault: { kind: 'status', status: 429, headers: { 'retry-after': '1' }, body: { message: 'slow down' } } },
          ...SMOOTH.planner,
        ],
      },
      async (stage, server, run) => {
        const at = performance.now();
        const result = await run();
        expect(result.code, result.stderr).toBe(0);
        expect(performance.now() - at).toBeGreaterThan(1000);
        expect(server.log).toHaveLength(4);
        const [first] = await stage.receipts();
        expect(first).toMatchObject({ state: 'failed', failure: 'rate-limit', quantity: { taken: '0' } });
      },
    ));

  it('parks with an expired key', () =>
    withMindStudio(SMOOTH, async (_, server, run) => {
      const result = await run([], { MINDSTUDIO_API_KEY: 'ms-expired-0123456789' });
      expect(result.code, result.stderr).toBe(5);
      expect(result.stderr).toContain('expired');
      expect(result.stderr).not.toContain('ms-expired-0123456789');
      expect(server.log).toEqual([]);
    }));

  it('says "Cannot talk to" when its answers cannot be read, and keeps their holds', () =>
    withMindStudio(
      { ...SMOOTH, planner: [{ fault: { kind: 'bad-json' } }, { fault: { kind: 'bad-json' } }] },
      async (stage, _, run) => {
        const result = await run();
        expect(result.code).toBe(1);
        expect(result.stderr).toContain('Cannot talk to');
        const receipts = await stage.receipts();
        expect(receipts.map(({ quantity }) => quantity)).toEqual([
          { held: '10', taken: null },
          { held: '10', taken: null },
        ]);
      },
    ));

  it('is stopped at a cap in credits, before the call', () =>
    withMindStudio(
      SMOOTH,
      async (_, server, run) => {
        const result = await run();
        expect(result.code, result.stderr).toBe(5);
        expect(result.stderr).toContain('12 credits');
        expect(server.log).toHaveLength(1);
      },
      `${CONFIG}budgets:\n  credits: { run: 12 }\n`,
    ));

  it('is not called while nobody says what a call takes, nor without a key', async () => {
    await withMindStudio(
      SMOOTH,
      async (_, server, run) => {
        const result = await run();
        expect(result.code).toBe(2);
        expect(result.stderr).toContain('Nobody says how many credits a call takes at most');
        expect(result.stderr).toContain('mindstudio/gpt-6.1-sol (reviewer)');
        expect(server.log).toEqual([]);
      },
      'unpriced: refuse\n',
    );
    await withMindStudio(SMOOTH, async (_, server, run) => {
      const result = await run([], { MINDSTUDIO_API_KEY: '' });
      expect(result.code).toBe(2);
      expect(result.stderr).toContain('MINDSTUDIO_API_KEY');
      expect(server.log).toEqual([]);
    });
  });

  it('is looked at by doctor, which says what is missing', () =>
    withMindStudio(
      SMOOTH,
      async (stage, server) => {
        const env = { MINDSTUDIO_BASE_URL: server.url, MINDSTUDIO_API_KEY: '' };
        const { stdout } = await stage.tercet(['doctor', '--json'], { env });
        const { checks } = JSON.parse(stdout) as { checks: { name: string; state: string; detail: string }[] };
        const named = (name: string) => checks.filter((check) => check.name === name);
        expect(named('key mindstudio')).toMatchObject([{ state: 'problem', detail: 'MINDSTUDIO_API_KEY is not set' }]);
        expect(named('credits')).toMatchObject([
          { state: 'problem', detail: expect.stringContaining('mindstudio/gpt-6.1-sol') },
        ]);
        expect(named('models')).toMatchObject([{ detail: expect.stringContaining('mindstudio/gpt-6.1-sol (openai)') }]);
        expect(named('lineage')).toMatchObject([{ state: 'ok' }]);
        expect(server.log).toEqual([]);
      },
      'roles:\n  reviewer: { model: mindstudio/gpt-6.1-sol }\n',
    ));

  it('may not be redirected by a repository', () =>
    withMindStudio(SMOOTH, async (stage, server, run) => {
      stage.repository.write({
        'tercet.yaml': 'providers:\n  mindstudio: { baseUrl: "http://127.0.0.1:9" }\n',
        '.mindstudio/config.json': '{"baseUrl":"http://127.0.0.1:9"}\n',
      });
      stage.repository.commit('Redirect');
      const result = await run();
      expect(result.code).toBe(2);
      expect(result.stderr).toContain('providers');
      expect(server.log).toEqual([]);
    }));
});
