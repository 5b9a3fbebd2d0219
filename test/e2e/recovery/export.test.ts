import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { ADDED, EDIT, REQUEST, RUN, SMOOTH } from '../../support/shop-change.ts';
import { type Stage, setStage, summary } from '../../support/stage.ts';

vi.setConfig({ testTimeout: 90_000 });

const KEY = 'sk-ant-test-0123456789abcdef';
const SECRET = 'hunter2-but-longer';
const TOKEN = 'ghp_0123456789abcdefghij0123';

/** A run whose provider repeats a key, whose executor writes one down, and whose commands print another. */
async function played(): Promise<{ stage: Stage; run: string }> {
  const overloaded = {
    fault: {
      kind: 'status' as const,
      status: 529,
      body: { type: 'error', error: { type: 'overloaded_error', message: `busy, ${KEY}` } },
    },
  };
  const stage = await setStage(
    {
      ...SMOOTH,
      planner: [overloaded, ...SMOOTH.planner],
      executor: [{ text: `${EDIT}\nThe token is ${TOKEN}, the password ${SECRET}.` }],
    },
    { config: 'checks: ["node -e \\"console.log(process.cwd())\\""]\n' },
  );
  const result = await stage.tercet(RUN, { env: { DEPLOY_PASSWORD: SECRET } });
  return { stage, run: summary(result).run };
}

it('holds how a run went, and nothing of what was said or written', async () => {
  const { stage, run } = await played();
  await using _ = stage;
  const result = await stage.tercet(['export', run], { env: { DEPLOY_PASSWORD: SECRET } });
  expect(result.code, result.stderr).toBe(0);
  const file = path.join(stage.repository.root, `tercet-export-${run}.json`);
  expect(result.stdout).toContain('Read it before you share it.');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const text = readFileSync(file, 'utf8');
  for (const hidden of [
    KEY,
    TOKEN,
    SECRET,
    stage.repository.root,
    stage.home.folder,
    REQUEST,
    ADDED.trim(),
    'percentOf',
    'money.js',
    'Ada Example',
    'ada@example.org',
  ])
    expect(text.includes(hidden), hidden).toBe(false);
  const bundle = JSON.parse(text);
  expect(bundle).toMatchObject({
    format: 'tercet-export',
    content: false,
    versions: { tercet: expect.any(String), node: process.versions.node, git: expect.stringMatching(/^\d/) },
    run: {
      id: run,
      outcome: 'approved',
      kind: 'run',
      request: { text: { hash: expect.any(String), chars: REQUEST.length } },
    },
    starts: [
      { settings: { budgetUsd: '5', fixRounds: 2 }, agents: { executor: { model: 'anthropic/claude-haiku-5-5' } } },
    ],
  });
  expect(bundle.receipts.map(({ purpose, state }: { purpose: string; state: string }) => [purpose, state])).toEqual([
    ['plan', 'failed'],
    ['plan', 'settled'],
    ['edit', 'settled'],
    ['review', 'settled'],
  ]);
  expect(bundle.receipts[0].error).toContain('busy, [key]');
  expect(bundle.receipts[1]).toMatchObject({
    usage: { output: expect.any(Number) },
    cost: { usd: expect.any(String), basis: 'computed' },
  });
  expect(bundle.receipts[1].answer).toEqual({ hash: expect.any(String), chars: expect.any(Number) });
  expect(bundle.events.map(({ type }: { type: string }) => type)).toContain('task.committed');
});

it('holds the content when told, still without keys and folders', async () => {
  const { stage, run } = await played();
  await using _ = stage;
  const result = await stage.tercet(['export', run, '--with-content', '-o', '-'], { env: { DEPLOY_PASSWORD: SECRET } });
  expect(result.code, result.stderr).toBe(0);
  for (const hidden of [KEY, TOKEN, SECRET, stage.repository.root, stage.home.folder])
    expect(result.stdout.includes(hidden), hidden).toBe(false);
  const bundle = JSON.parse(result.stdout);
  expect(bundle.run.request.text).toBe(REQUEST);
  expect(bundle.receipts[2].answer.text).toContain(ADDED);
  expect(JSON.stringify(bundle.receipts[2])).toContain('The token is [key], the password [key].');
  expect(bundle.events.find(({ type }: { type: string }) => type === 'check.finished')).toBeDefined();
  expect(bundle.journal.map(({ key }: { key: string }) => key)).toContain('plan');
});

it('overwrites nothing', async () => {
  const { stage, run } = await played();
  await using _ = stage;
  stage.repository.write({ 'mine.json': 'mine' });
  const result = await stage.tercet(['export', run, '-o', 'mine.json']);
  expect([result.code, result.stderr]).toEqual([2, expect.stringContaining('not overwritten')]);
  expect(readFileSync(path.join(stage.repository.root, 'mine.json'), 'utf8')).toBe('mine');
  expect((await stage.tercet(['export', run, '-o', 'mine.json', '--force', '--json'])).json()).toMatchObject({ run });
});
