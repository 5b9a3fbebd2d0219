import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { Usage } from '../../../src/contract/usage.ts';
import { aFinding, aPlan, approval, aTask, edit } from '../../support/answers.ts';
import type { Line } from '../../support/cast.ts';
import { picoOf, picoToUsd, total } from '../../support/reckon.ts';
import type { TestRepository } from '../../support/repository.ts';
import { runFolder, setStage, summary, thisRepository } from '../../support/stage.ts';

const USD = 'src/pricing/usd.ts';
const USD_TEST = 'test/pricing/usd.test.ts';
const SUM = 'src/pricing/sum.ts';
const RUN_USD_TESTS = 'vitest run --root test/pricing usd.test';
const RUN_SUM =
  "node --input-type=module -e \"const { dearestUsd } = await import(process.cwd() + '/src/pricing/sum.ts'); const call = (usd) => ({ state: 'settled', cost: { usd } }); if (dearestUsd([call('9'), call('10')]) !== '10') process.exit(1)\"";

it('carries a request of two tasks through this very repository: one repair, one fix, two commits', {
  timeout: 60_000,
}, async () => {
  const repository = thisRepository();
  const base = repository.git('rev-parse', 'HEAD');
  expect(repository.git('ls-files').split('\n').length).toBeGreaterThan(50);
  makeDirty(repository);
  await using stage = await setStage(
    { planner: [{ object: plan(), thinking: 'two tasks' }], executor: executor(repository), reviewer: reviewer() },
    { repository, minimumCachedTokens: 32 },
  );

  const before = repository.fingerprint();
  const gitBefore = gitState(repository);
  const result = await stage.tercet([
    'run',
    '--yes',
    '--json',
    'Add maxUsd to the money functions and dearestUsd to the sums: the largest of several amounts, and of several calls',
  ]);
  const after = repository.fingerprint();

  expect(result.stderr).toContain('Approved');
  expect(result.code).toBe(0);
  const said = summary(result);
  expect(Object.keys(said)).toEqual([
    'run',
    'outcome',
    'reason',
    'verdict',
    'branch',
    'base',
    'commits',
    'tasks',
    'findings',
    'sensitive',
    'cost',
    'counterfactual',
  ]);
  expect(said).toMatchObject({ outcome: 'approved', verdict: 'approved', base });
  expect(said.tasks.map(({ task, status, attempts }) => [task, status, attempts.map(({ rung }) => rung)])).toEqual([
    ['T1', 'done', ['edit', 'repair']],
    ['T2', 'done', ['edit', 'edit']],
  ]);
  expect(said.tasks[0]?.attempts[0]).toMatchObject({ outcome: 'checks-failed' });
  expect(said.findings).toMatchObject([{ id: 'F1', path: SUM, anchor: 'exact', blocking: true, status: 'fixed' }]);

  // The branch: two commits of three files, each signed with run, task, the model that served it and what was fixed in it.
  const branch = said.branch ?? '';
  const log = repository.git(
    'log',
    '--reverse',
    '--format=%H%x09%(trailers:only,unfold,separator=%x2C)',
    `${base}..${branch}`,
  );
  expect(log.split('\n')).toEqual(
    said.commits.map(
      ({ sha, task }) =>
        `${sha}\tTercet-Run: ${said.run},Tercet-Task: ${task},Tercet-Model: anthropic/claude-haiku-5-5${task === 'T2' ? ',Tercet-Fixed: F1' : ''}`,
    ),
  );
  expect(said.commits.map(({ task, subject }) => [task, subject])).toEqual([
    ['T1', 'Add maxUsd'],
    ['T2', 'Add dearestUsd'],
  ]);
  expect(said.tasks.map(({ commit }) => commit)).toEqual(said.commits.map(({ sha }) => sha));
  expect(repository.git('diff', '--name-only', base, branch).split('\n')).toEqual([SUM, USD, USD_TEST]);
  expect(repository.git('show', `${branch}:${SUM}`)).toContain(FIXED);
  expect(readFileSync(path.join(runFolder(stage.home, said.run), 'change.diff'), 'utf8').trimEnd()).toBe(
    repository.git('diff', '--full-index', base, branch),
  );

  // The user's side: nothing is any other than it was.
  expect(after).toEqual(before);
  expect(gitState(repository, branch)).toEqual(gitBefore);
  expect(repository.git('worktree', 'list').split('\n')).toHaveLength(1);
  expect(repository.git('fsck', '--full', '--strict', '--no-dangling')).toBe('');

  await expectLedgerEqualsServer(stage, said.run);

  // A provider caches what stays byte for byte: the executor's instructions, from task to task and into the fix.
  const instructions = stage.calls('executor').map((call) => JSON.stringify((call.body as { system: unknown }).system));
  expect(instructions).toHaveLength(4);
  expect(new Set(instructions).size).toBe(1);
  expect(stage.calls('executor').map(({ usage }) => (usage?.cacheRead ?? 0) > 0)).toEqual([false, true, true, true]);
});

/** Call by call, then by role as `tercet costs` adds it up, then the money. */
async function expectLedgerEqualsServer(stage: Awaited<ReturnType<typeof setStage>>, run: string): Promise<void> {
  const { log } = stage.server;
  const receipts = await stage.receipts(run);
  expect(receipts.map(({ role, purpose, task }) => [role, purpose, task])).toEqual([
    ['planner', 'plan', null],
    ['executor', 'edit', 'T1'],
    ['executor', 'repair', 'T1'],
    ['executor', 'edit', 'T2'],
    ['reviewer', 'review', null],
    ['executor', 'fix', 'T2'],
    ['reviewer', 'rereview', null],
  ]);
  expect(receipts.map(({ usage }) => usage)).toEqual(log.map(({ usage }) => usage));
  expect(receipts.map(({ requestedModel }) => requestedModel)).toEqual(
    log.map(({ provider, requestedModel }) => `${provider}/${requestedModel}`),
  );
  expect(receipts.map(({ servedModel }) => servedModel)).toEqual(
    log.map(({ provider, servedModel }) => `${provider}/${servedModel}`),
  );
  const provider = { anthropic: '/v1/messages', openai: '/v1/responses' } as Record<string, string>;
  for (const call of log) {
    expect(call).toMatchObject({ status: 200, path: provider[call.provider], body: { stream: true } });
  }
  // Each kind of token occurs, so that none can be lost unseen.
  const all = total(log.map(({ usage }) => usage));
  for (const kind of ['inputUncached', 'cacheRead', 'cacheWrite5m', 'output', 'reasoning'] as const) {
    expect(all[kind], kind).toBeGreaterThan(0);
  }

  for (const receipt of receipts) {
    expect(receipt.cost).toMatchObject({
      basis: 'computed',
      usd: picoToUsd(picoOf(receipt.requestedModel, receipt.usage)),
    });
  }
  const costs = (await stage.tercet(['costs', '--run', run, '--json'])).json() as {
    lines: { key: string; calls: number; usage: Usage; usd: string }[];
    total: { usage: Usage; usd: string };
  };
  for (const [role, model] of Object.entries(MODELS)) {
    const name = model.slice(model.indexOf('/') + 1);
    const mine = log.filter(({ requestedModel }) => requestedModel === name).map(({ usage }) => usage);
    expect(costs.lines.find(({ key }) => key === role)).toMatchObject({
      calls: mine.length,
      usage: total(mine),
      usd: picoToUsd(mine.reduce((sum, usage) => sum + picoOf(model, usage), 0n)),
    });
  }
  const spent = receipts.reduce((sum, { requestedModel, usage }) => sum + picoOf(requestedModel, usage), 0n);
  expect(costs.total).toMatchObject({ usage: all, usd: picoToUsd(spent) });
  const shown = (await stage.tercet(['show', run, '--json'])).json() as { cost: unknown; counterfactual: unknown };
  expect(shown.cost).toMatchObject({ usd: picoToUsd(spent), basis: 'computed', unknownCalls: 0 });
  const alone = receipts.reduce((sum, { usage }) => sum + picoOf(MODELS.planner, usage), 0n);
  expect(shown.counterfactual).toMatchObject({ model: MODELS.planner, usd: picoToUsd(alone) });
}

const MODELS = {
  planner: 'anthropic/claude-fable-5-2',
  executor: 'anthropic/claude-haiku-5-5',
  reviewer: 'openai/gpt-6.1-sol',
};

function plan() {
  const files = (...paths: string[]) => paths.map((each) => ({ path: each, action: 'modify' as const }));
  return aPlan(
    [
      aTask('T1', {
        title: 'Add maxUsd',
        behaviour:
          'maxUsd(...amounts) returns the largest of the given decimal strings as it was written; "0" of nothing.',
        files: files(USD, USD_TEST),
        symbols: [
          { path: USD, name: 'maxUsd', action: 'add', signature: 'maxUsd(...amounts: readonly string[]): string' },
        ],
        criteria: [{ id: 'T1.1', text: 'maxUsd("9", "10") returns "10"', command: RUN_USD_TESTS }],
      }),
      aTask('T2', {
        title: 'Add dearestUsd',
        behaviour:
          'dearestUsd(receipts) returns the cost of the dearest receipt; null when there is none whose cost is known.',
        files: files(SUM),
        symbols: [
          {
            path: SUM,
            name: 'dearestUsd',
            action: 'add',
            signature: 'dearestUsd(receipts: readonly Receipt[]): string | null',
          },
          { path: USD, name: 'maxUsd', action: 'use', signature: '' },
        ],
        criteria: [
          { id: 'T2.1', text: 'of costs "9" and "10" it returns "10"', command: RUN_SUM },
          { id: 'T2.2', text: 'it returns null when no receipt has a known cost', command: null },
        ],
        dependsOn: ['T1'],
        read: [USD],
      }),
    ],
    { title: 'Say which call was the dearest' },
  );
}

const WRONG_MAX = "  return [...amounts].sort().at(-1) ?? '0';";
const RIGHT_MAX = "  return [...amounts].sort(compareUsd).at(-1) ?? '0';";
const DEAREST = "  return maxUsd(...receipts.map((receipt) => knownUsd(receipt) ?? '0'));";
const FIXED = `  const known = receipts.map(knownUsd).filter((usd) => usd !== null);
  return known.length === 0 ? null : maxUsd(...known);`;

/** Edits hang on lines that are read from the files as they are, so that the test outlives changes to them. */
function executor(repository: TestRepository): Line[] {
  const text = (name: string) => readFileSync(path.join(repository.root, name), 'utf8');
  const firstLine = (name: string, start: string) => {
    const line = text(name)
      .split('\n')
      .find((each) => each.startsWith(start));
    if (line === undefined) throw new Error(`${name} has no line that starts with ${start}`);
    return line;
  };
  const above = (name: string, start: string, added: string) => {
    const line = firstLine(name, start);
    return edit(name, line, `${added}\n${line}`);
  };
  const maxUsd = `/** The largest of the amounts, as it was written; \`"0"\` of nothing. */
export function maxUsd(...amounts: readonly string[]): string {
${WRONG_MAX}
}
`;
  const test = `import { maxUsd } from '../../src/pricing/usd.ts';

it('finds the largest amount', () => {
  expect(maxUsd('9', '10')).toBe('10');
  expect(maxUsd()).toBe('0');
});
`;
  const dearest = `/** The cost of the dearest call; null when none is known. */
export function dearestUsd(receipts: readonly Receipt[]): string | null {
${DEAREST}
}
`;
  return [
    {
      text: `${above(USD, 'const AMOUNT', maxUsd)}\n${above(USD_TEST, "describe('usd'", test)}\nAdded maxUsd and its test.`,
    },
    (call) => {
      // What failed is told in the words of the test runner.
      expect(call.messages.at(-1)?.text).toContain("expected '9' to be '10'");
      return { text: `${edit(USD, WRONG_MAX, RIGHT_MAX)}\nAmounts are compared as amounts.` };
    },
    {
      text: `${above(SUM, 'import ', "import { maxUsd } from './usd.ts';")}\n${above(SUM, 'const calls', dearest)}\nAdded dearestUsd.`,
    },
    (call) => {
      expect(call.messages.at(-1)?.text).toContain('Unknown costs count as zero');
      return { text: `${edit(SUM, DEAREST, FIXED)}\nUnknown costs are left out.`, thinking: 'so that null comes out' };
    },
  ];
}

function reviewer(): Line[] {
  const criteria = approval(['T1.1', 'T2.1', 'T2.2']).criteria;
  return [
    (call) => ({
      thinking: 'what if no cost is known?',
      object: approval([], {
        criteria: criteria.map((each) =>
          each.id === 'T2.2' ? { ...each, met: 'no', evidence: 'it returns "0" when no cost is known' } : each,
        ),
        findings: [
          aFinding(call, {
            title: 'Unknown costs count as zero',
            path: SUM,
            quote: DEAREST,
            why: 'Without any known cost the function returns "0" instead of null.',
            fix: 'Leave unknown costs out, and return null when none is left.',
            criterion: 'T2.2',
          }),
        ],
      }),
    }),
    { object: approval([], { criteria, fixed: ['F1'] }) },
  ];
}

/** A tree as people leave it: something changed, something staged, something new, something ignored, something stashed. */
function makeDirty(repository: TestRepository): void {
  const { root } = repository;
  const append = (name: string, text: string) =>
    repository.write({ [name]: `${readFileSync(path.join(root, name), 'utf8')}${text}` });
  append('package.json', '\n');
  repository.git('stash', 'push', '-q', '-m', 'for later');
  append(USD, '\n// a remark of mine\n');
  append(SUM, '\n// staged\n');
  repository.git('add', SUM);
  append(SUM, '\n// and not staged\n');
  repository.write({ 'notes.txt': 'mine\n', 'dist/old.js': 'built\n' });
  repository.git('branch', 'other');
}

/** What git says about everything but the run's branch, without letting it refresh the index. */
function gitState(repository: TestRepository, branch = '') {
  const git = (...args: string[]) => repository.git('--no-optional-locks', ...args);
  return {
    refs: git('for-each-ref', '--format=%(refname) %(objectname)')
      .split('\n')
      .filter((line) => !line.startsWith(`refs/heads/${branch} `)),
    head: git('symbolic-ref', 'HEAD'),
    stashes: git('stash', 'list'),
    status: git('status', '--porcelain=v2', '--branch', '--untracked-files=all', '--ignored'),
    staged: git('diff', '--cached'),
    unstaged: git('diff'),
  };
}
