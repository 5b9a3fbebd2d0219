/**
 * A process that pays: `node payer.ts LEDGER RUN CALLS CAP`. Makes CALLS paid calls at once under a cap of the day of CAP
 * dollars, settles each a second time at another price, and prints how many were paid and how many were refused.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { openLedger } from '../../../src/adapters/ledger/sqlite.ts';
import { TercetError } from '../../../src/contract/errors.ts';
import { DEFAULT_SETTINGS } from '../../../src/contract/settings.ts';
import { buildCatalogue } from '../../../src/pricing/catalogue.ts';
import { scriptedAgent } from '../../../src/testing/scripted-agent.ts';
import { Providers } from '../../../src/workflow/calls/breaker.ts';
import { pay } from '../../../src/workflow/calls/pay.ts';
import type { RunContext } from '../../../src/workflow/run-context.ts';

const [file = '', run = '', calls = '0', cap = '0'] = process.argv.slice(2);
const ledger = await openLedger(file);
const agent = scriptedAgent('executor', () => ({ text: 'done', delayMs: 5 }), { model: 'test/payer' });
const prompt = { sections: new Map<string, string>(), hash: 'p' };
const none = { planner: null, executor: null, reviewer: null };

const ctx = {
  run,
  settings: { ...DEFAULT_SETTINGS, budgetUsd: '1000', budgets: [{ scope: 'day', unit: 'usd', amount: cap }] },
  agents: { planner: agent, executor: agent, reviewer: agent },
  fallbacks: none,
  prompts: { planner: prompt, executor: prompt, reviewer: prompt },
  repository: { key: 'repository' },
  ledger,
  // Nobody waits for a minute here; that calls wait at all stays as it is.
  clock: { now: () => new Date(), sleep: (ms: number) => pause(ms / 100) },
  providers: new Providers(),
  refusedKeys: { find: () => null, mark: () => {}, clearAll: () => 0 },
  catalogue: buildCatalogue([{ id: 'test/payer', input: 1, output: 2 }]),
  signal: new AbortController().signal,
  emit: () => {},
  attempts: new Map(),
} as unknown as RunContext;

const one = async (number: number): Promise<boolean> => {
  try {
    const { callId } = await pay(ctx, agent, {
      role: 'executor',
      purpose: 'edit',
      task: `T${number}`,
      system: 'You execute.',
      messages: [{ role: 'user', text: `call ${number}` }],
      output: null,
      tools: [],
      effort: 'low',
      maxOutputTokens: 1_000,
    });
    const receipt = await ledger.find(callId);
    if (receipt === null) throw new Error('a paid call without a receipt');
    await ledger.settle({ ...receipt, cost: { ...receipt.cost, usd: '99' } });
    await ledger.settle({ ...receipt, state: 'failed', cost: { ...receipt.cost, usd: '0' } });
    return true;
  } catch (error) {
    if (error instanceof TercetError && error.code === 'budget') return false;
    throw error;
  }
};
const paid = await Promise.all(Array.from({ length: Number(calls) }, (_, number) => one(number)));
await ledger.close();
console.log(JSON.stringify({ paid: paid.filter(Boolean).length, refused: paid.filter((each) => !each).length }));
