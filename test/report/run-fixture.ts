import type { FileDiff } from '../../src/contract/change.ts';
import type { RunResult } from '../../src/contract/outcome.ts';
import type { Plan } from '../../src/contract/plan.ts';
import type { Finding } from '../../src/contract/review.ts';
import type { CostLine } from '../../src/contract/usage.ts';

/** One rich run, for golden files: a fixed, a moved, an unlocated and an outside finding, a failed task, a skipped hunk, an unknown cost. */

export const BASE = '1111111111111111111111111111111111111111';
export const HEAD = '2222222222222222222222222222222222222222';

/** As pricing shows it, near enough for a golden file. */
export const money = (usd: string | null) => (usd === null ? 'unknown' : `$${usd}`);

export const plan: Plan = {
  version: 1,
  title: 'Retry failed requests with a growing delay',
  summary: 'The client gives up on the first failure. It shall try again, with a bound.',
  tasks: [
    {
      id: 'T1',
      title: 'Retry in the client',
      behaviour: 'fetchJson tries up to 3 times on 429 and 5xx.\nOther failures are thrown at once.',
      files: [
        { path: 'src/client.ts', action: 'modify' },
        { path: 'src/delay.ts', action: 'create' },
      ],
      symbols: [
        {
          path: 'src/delay.ts',
          name: 'delayOf',
          action: 'add',
          signature: 'function delayOf(attempt: number): number',
        },
        { path: 'src/client.ts', name: 'fetchJson', action: 'use', signature: '' },
      ],
      criteria: [
        { id: 'T1.1', text: 'A 503 followed by a 200 resolves', command: 'npm test -- client' },
        { id: 'T1.2', text: 'A 404 is thrown after one request', command: null },
      ],
      dependsOn: [],
      read: ['src/errors.ts'],
    },
    {
      id: 'T2',
      title: 'Say the retries in the log',
      behaviour: 'Each retry writes one line with the attempt and the delay.',
      files: [{ path: 'src/log.ts', action: 'modify' }],
      symbols: [],
      criteria: [{ id: 'T2.1', text: 'The log names the attempt', command: null }],
      dependsOn: ['T1'],
      read: [],
    },
  ],
  risks: ['Requests that are not idempotent could be sent twice'],
  nonGoals: ['A circuit breaker'],
  assumptions: ['Three attempts are enough'],
};

const finding: Finding = {
  id: 'F1',
  title: 'The delay never grows',
  severity: 'major',
  category: 'bug',
  path: 'src/delay.ts',
  line: 3,
  claimedLine: 3,
  quote: '  return BASE_MS * 1;',
  why: 'Every attempt waits the same 100 ms, so that a busy server is hit again at once.',
  fix: 'Multiply by 2 ** attempt.',
  confidence: 'high',
  criterion: 'T1.1',
  anchor: 'exact',
  onChange: true,
  blocking: true,
  status: 'open',
  round: 1,
  note: '',
};

export const findings: Finding[] = [
  finding,
  {
    ...finding,
    id: 'F2',
    title: 'The last failure is swallowed',
    severity: 'blocker',
    path: 'src/client.ts',
    line: 18,
    claimedLine: 25,
    quote: '  return undefined as never;',
    why: 'After three attempts the caller gets undefined.',
    fix: 'Throw the last error.',
    anchor: 'moved',
    criterion: null,
  },
  {
    ...finding,
    id: 'F3',
    title: 'No test for a 404',
    severity: 'minor',
    category: 'test',
    path: 'src/client.ts',
    line: null,
    claimedLine: 90,
    quote: 'expect(404)',
    why: 'T1.2 is not shown by any test.',
    fix: 'Add one.',
    anchor: 'unlocated',
    criterion: 'T1.2',
    onChange: false,
    blocking: false,
    confidence: 'low',
  },
  {
    ...finding,
    id: 'F4',
    title: 'README is out of date',
    severity: 'nit',
    category: 'maintainability',
    path: 'README.md',
    line: null,
    claimedLine: 1,
    quote: '# Client',
    why: '',
    fix: '',
    anchor: 'outside',
    criterion: null,
    onChange: false,
    blocking: false,
    status: 'dismissed',
    note: 'the file is not part of the change',
  },
  { ...finding, id: 'F5', title: 'Missing await', path: 'src/client.ts', line: 12, claimedLine: 12, status: 'fixed' },
  {
    ...finding,
    id: 'F6',
    title: 'The old helper does the same',
    severity: 'nit',
    category: 'maintainability',
    path: 'src/client.ts',
    line: 200,
    claimedLine: 200,
    quote: 'function sleep() {}',
    why: 'Two ways to wait.',
    fix: 'Use one.',
    criterion: null,
    onChange: false,
    blocking: false,
    confidence: 'medium',
  },
];

function line(key: string, calls: number, usd: string | null, unknownCalls: number): CostLine {
  const usage = {
    inputUncached: 1200 * calls,
    cacheRead: 3400,
    cacheWrite5m: 500,
    cacheWrite1h: 0,
    output: 890 * calls,
  };
  return {
    key,
    calls,
    usd,
    unknownCalls,
    usage: { ...usage, reasoning: usd === null ? null : 120 },
    bases: ['computed'],
  };
}

export const costLines: CostLine[] = [
  line('planner', 1, '0.0087', 0),
  line('executor', 4, '0.0036', 0),
  { ...line('reviewer', 1, null, 1), bases: ['unpriced'] },
];

export const result: RunResult = {
  sensitive: [
    { path: '.github/workflows/ci.yml', why: 'CI configuration', created: true, note: '' },
    {
      path: 'package.json',
      why: 'package or build scripts',
      created: false,
      note: 'scripts: postinstall (added, runs unasked)',
    },
  ],
  run: 'r-20260301-a1b2',
  outcome: 'changes_requested',
  exitCode: 3,
  parkedUntil: null,
  reason:
    'Two blocking findings are still open after 2 rounds. Read them, then mend by hand or run again with more rounds.',
  request: { text: 'Retry failed requests.\nBut not for ever.', source: 'text', base: BASE },
  plan,
  implementation: {
    branch: 'tercet/retry-a1b2',
    base: BASE,
    head: HEAD,
    files: [
      { path: 'src/client.ts', from: null, status: 'modified', additions: 12, deletions: 3, binary: false },
      { path: 'src/delay.ts', from: null, status: 'added', additions: 4, deletions: 0, binary: false },
    ],
    commits: [{ sha: HEAD, subject: 'Retry in the client', task: 'T1' }],
    tasks: [
      {
        task: 'T1',
        status: 'done',
        commit: HEAD,
        attempts: [
          { rung: 'edit', model: 'anthropic/claude-haiku', outcome: 'checks-failed', detail: 'npm test ended with 1' },
          { rung: 'repair', model: 'anthropic/claude-haiku', outcome: 'done', detail: '' },
        ],
        checks: [
          { command: 'npm test -- client', criteria: ['T1.1'], exitCode: 0, timedOut: false, ms: 812, output: '' },
        ],
        changeRequests: [],
        claim: 'Done and tested.',
      },
      {
        task: 'T2',
        status: 'failed',
        commit: null,
        attempts: [
          {
            rung: 'edit',
            model: 'anthropic/claude-haiku',
            outcome: 'edit-failed',
            detail: 'The search text stands twice in src/log.ts.',
          },
        ],
        checks: [{ command: 'npm test', criteria: [], exitCode: null, timedOut: true, ms: 60000, output: '' }],
        changeRequests: [],
        claim: '',
      },
    ],
  },
  review: {
    verdict: 'changes_requested',
    reason: 'Two blocking findings are open.',
    round: 2,
    criteria: [
      { id: 'T1.1', met: 'no', evidence: 'The delay stays at 100 ms.' },
      { id: 'T1.2', met: 'yes', evidence: 'src/client.ts:9 throws on 404.' },
      { id: 'T2.1', met: 'unclear', evidence: 'The task failed.' },
    ],
    findings,
    coverage: {
      hunks: 3,
      reviewed: 2,
      skipped: [{ path: 'src/client.ts', hunk: 'H2', reason: 'over the review budget of tokens' }],
    },
    servedBy: 'openai/gpt-review',
  },
  cost: { usd: '0.0123', basis: 'mixed', unknownCalls: 1, byRole: costLines },
  counterfactual: { model: 'anthropic/claude-fable', usd: '0.0866', saved: 0.858, note: 'Known costs only.' },
};

const context = (old: number, now: number, text: string) => ({ kind: 'context' as const, old, new: now, text });

export const diff: FileDiff[] = [
  {
    file: { path: 'src/client.ts', from: null, status: 'modified', additions: 2, deletions: 1, binary: false },
    hunks: [
      {
        path: 'src/client.ts',
        id: 'H1',
        oldStart: 16,
        newStart: 16,
        heading: 'fetchJson',
        lines: [
          context(16, 16, '  }'),
          { kind: 'removed', old: 17, new: null, text: '  return response;' },
          { kind: 'added', old: null, new: 17, text: '' },
          { kind: 'added', old: null, new: 18, text: '  return undefined as never;' },
          context(18, 19, '}'),
        ],
      },
    ],
  },
  {
    file: { path: 'src/delay.ts', from: null, status: 'added', additions: 4, deletions: 0, binary: false },
    hunks: [
      {
        path: 'src/delay.ts',
        id: 'H3',
        oldStart: 0,
        newStart: 1,
        heading: '',
        lines: [1, 2, 3, 4].map((at) => ({
          kind: 'added',
          old: null,
          new: at,
          text: at === 3 ? '  return BASE_MS * 1;' : '',
        })),
      },
    ],
  },
];
