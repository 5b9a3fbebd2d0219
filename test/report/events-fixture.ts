import type { RecordedEvent, RunEvent } from '../../src/contract/event.ts';
import { BASE, costLines, findings, HEAD, plan, result } from './run-fixture.ts';

const review = result.review ?? [];
if (Array.isArray(review)) throw new Error('the fixture has a review');
const call = { callId: 'c1', role: 'planner', purpose: 'plan', task: null, model: 'anthropic/claude-fable' } as const;
const edit = { callId: 'c2', role: 'executor', purpose: 'edit', task: 'T1', model: 'anthropic/claude-haiku' } as const;
const check = { command: 'npm test', criteria: [], timedOut: false, ms: 1500, output: '' };
const usage = { inputUncached: 1800, cacheRead: 200, cacheWrite5m: 0, cacheWrite1h: 0, output: 640, reasoning: 120 };
const computed = { usd: '0.0123', basis: 'computed', price: null } as const;
const [first, second, third] = findings;
if (first === undefined || second === undefined || third === undefined) throw new Error('fixture');

const said: RunEvent[] = [
  {
    type: 'run.started',
    request: 'Retry failed requests',
    base: BASE,
    branch: 'tercet/retry-a1b2',
    models: { planner: call.model, executor: edit.model, reviewer: 'openai/gpt-review' },
    budgetUsd: '1',
  },
  { type: 'phase.started', phase: 'plan', round: 1 },
  { type: 'path.chosen', path: 'planned', why: 'the request names two files' },
  { type: 'call.started', ...call, heldUsd: '0.2' },
  { type: 'call.progressed', callId: 'c1', outputChars: 1234 },
  { type: 'call.settled', ...call, servedModel: call.model, usage, cost: computed, ms: 8200, reused: false },
  { type: 'context.requested', needs: ['src/errors.ts', 'retry'], given: ['src/errors.ts'], missing: ['retry'] },
  { type: 'question.asked', question: { question: 'How many attempts?', assumption: 'Three' } },
  { type: 'question.answered', question: 'How many attempts?', answer: 'Three', by: 'assumption' },
  {
    type: 'plan.linted',
    round: 1,
    issues: [
      {
        rule: 'missing-file',
        severity: 'error',
        at: 'tasks[0].files[0]',
        task: 'T1',
        message: 'src/clint.ts does not exist',
      },
      { rule: 'vague-task', severity: 'warning', at: 'tasks[1]', task: 'T2', message: 'T2 says little' },
    ],
  },
  { type: 'plan.ready', plan, file: 'plan.yaml' },
  { type: 'plan.approved', by: 'flag' },
  { type: 'phase.started', phase: 'execute', round: 1 },
  { type: 'task.started', task: 'T1', title: 'Retry in the client', index: 1, of: 2 },
  { type: 'call.started', ...edit, heldUsd: null },
  { type: 'call.failed', ...edit, kind: 'rate-limit', message: 'too many requests', willRetryInMs: 5000 },
  { type: 'call.started', ...edit, callId: 'c3', heldUsd: null },
  {
    type: 'call.settled',
    ...edit,
    callId: 'c3',
    servedModel: null,
    usage: null,
    cost: { usd: null, basis: 'unpriced', price: null },
    ms: 900,
    reused: false,
  },
  { type: 'scope.refused', task: 'T1', paths: ['package.json'], reason: 'not among the files of T1' },
  {
    type: 'change.requested',
    request: { task: 'T1', kind: 'needs-file', paths: ['src/log.ts'], reason: 'the log is there' },
  },
  { type: 'change.decided', task: 'T1', decision: 'allow', reason: 'it is needed' },
  { type: 'check.finished', task: 'T1', check: { ...check, exitCode: 1 } },
  {
    type: 'task.attempted',
    task: 'T1',
    attempt: { rung: 'edit', model: edit.model, outcome: 'checks-failed', detail: 'npm test ended with 1' },
  },
  { type: 'check.finished', task: 'T1', check: { ...check, exitCode: 0 } },
  { type: 'task.attempted', task: 'T1', attempt: { rung: 'repair', model: edit.model, outcome: 'done', detail: '' } },
  { type: 'task.committed', task: 'T1', commit: { sha: HEAD, subject: 'Retry in the client', task: 'T1' } },
  { type: 'task.started', task: 'T2', title: 'Say the retries in the log', index: 2, of: 2 },
  { type: 'task.failed', task: 'T2', reason: 'the search text stands twice', rescueRef: 'refs/tercet/r1/T2' },
  { type: 'phase.started', phase: 'review', round: 1 },
  { type: 'sensitive.found', files: result.sensitive },
  { type: 'finding.verified', finding: first },
  { type: 'finding.verified', finding: second },
  { type: 'finding.verified', finding: third },
  { type: 'review.finished', review },
  { type: 'phase.started', phase: 'fix', round: 2 },
  { type: 'warning.raised', code: 'served-model', message: 'the executor was served by another model' },
  {
    type: 'run.finished',
    outcome: 'changes_requested',
    reason: 'Two blocking findings are still open.',
    branch: 'tercet/retry-a1b2',
    cost: { usd: '0.0123', basis: 'mixed', unknownCalls: 1, byRole: costLines },
    counterfactual: result.counterfactual,
  },
];

/** A whole run as recorded, one event a second. */
export const events: RecordedEvent[] = said.map((event, index) => ({
  v: 1,
  seq: index + 1,
  run: 'r1',
  at: new Date(Date.UTC(2026, 2, 1, 12, 0, index)).toISOString(),
  ...event,
}));
