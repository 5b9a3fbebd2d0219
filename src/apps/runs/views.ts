import { z } from 'zod';
import { OUTCOMES } from '../../contract/outcome.ts';
import { Plan } from '../../contract/plan.ts';
import { Anchor, Category, Severity, Verdict } from '../../contract/review.ts';

const usd = z.string().nullable().describe('US dollars, an exact decimal; null when it is not known');
const unknownCalls = z.int().describe('calls of unknown cost, not part of the sum');

/** What is told of a run, whatever state it is in. */
export const RunView = z.object({
  run: z.string(),
  kind: z.enum(['run', 'plan', 'execute', 'review']),
  state: z
    .enum(['working', 'waiting', 'ended', 'interrupted'])
    .describe('waiting: the person is asked something. interrupted: its process is gone; it can be resumed'),
  outcome: z.enum(OUTCOMES).nullable().describe('how it ended; null before'),
  reason: z.string(),
  resumable: z.boolean().describe('it can be gone on with; nothing paid for is paid again'),
  question: z.string().nullable().describe('what the person is asked now'),
  repository: z.string(),
  request: z.string(),
  branch: z.string().nullable(),
  base: z.string(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  phase: z.string().nullable(),
  progress: z.array(z.string()).describe('its last lines of progress'),
  plan: Plan.nullable(),
  verdict: Verdict.nullable(),
  tasks: z.array(z.object({ task: z.string(), status: z.enum(['done', 'failed', 'skipped']) })),
  commits: z.array(z.object({ sha: z.string(), subject: z.string(), task: z.string().nullable() })),
  findings: z.array(
    z.object({
      id: z.string(),
      severity: Severity,
      category: Category,
      status: z.enum(['open', 'fixed', 'dismissed']),
      blocking: z.boolean(),
      path: z.string(),
      line: z.int().nullable(),
      anchor: Anchor.describe('how code found its place; unlocated and outside cannot block'),
      title: z.string(),
      why: z.string(),
      fix: z.string(),
    }),
  ),
  sensitive: z
    .array(z.object({ path: z.string(), why: z.string() }))
    .describe('files a person should look at before use'),
  costUsd: usd,
  unknownCalls,
});
export type RunView = z.infer<typeof RunView>;

/** What was spent, and what is left. */
export const CostsView = z.object({
  by: z.enum(['role', 'model', 'day']),
  lines: z.array(
    z.object({
      key: z.string(),
      calls: z.int(),
      inputTokens: z.int().describe('all that went in: uncached, read from a cache, written to one'),
      outputTokens: z.int(),
      usd,
      unknownCalls,
    }),
  ),
  totalUsd: usd,
  unknown: z.string().nullable().describe('what the sum leaves out, in a sentence'),
  counterfactual: z
    .object({ model: z.string(), usd, saved: z.number().nullable() })
    .nullable()
    .describe('the same tokens at the planner’s prices: a repricing, not a measurement'),
  budgets: z.array(
    z.object({
      scope: z.string(),
      unit: z.string(),
      cap: z.string(),
      spent: z.string(),
      held: z.string(),
      left: z.string(),
    }),
  ),
});
export type CostsView = z.infer<typeof CostsView>;

/** What given tokens would cost on three models and on one. */
export const EstimateView = z.object({
  rows: z.array(
    z.object({
      phase: z.string(),
      tokens: z.int(),
      singleUsd: z.string(),
      multiModel: z.string(),
      multiUsd: z.string(),
    }),
  ),
  single: z.string(),
  tokens: z.int(),
  singleUsd: z.string(),
  multiUsd: z.string(),
  saved: z.number().nullable().describe('1 − multi / single'),
  basis: z.string(),
});
export type EstimateView = z.infer<typeof EstimateView>;
