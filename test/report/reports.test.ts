import { describe, expect, test } from 'vitest';
import { costsTable } from '../../src/report/costs-table.ts';
import { githubReview } from '../../src/report/github.ts';
import { jsonLine, summaryOf } from '../../src/report/json.ts';
import { markdownReport } from '../../src/report/markdown.ts';
import { ANSI } from '../../src/report/palette.ts';
import { planText } from '../../src/report/plan-text.ts';
import { rdjsonOf } from '../../src/report/rdjson.ts';
import { sarifOf } from '../../src/report/sarif.ts';
import { terminalReport } from '../../src/report/terminal.ts';
import { costLines, diff, findings, HEAD, money, plan, result } from './run-fixture.ts';

const golden = (name: string) => `../fixtures/report/${name}`;
const pretty = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const review = result.review;
if (review === null) throw new Error('the fixture has a review');

describe('golden reports of one rich run', () => {
  test('terminal', () => expect(terminalReport(result, { money })).toMatchFileSnapshot(golden('terminal.txt')));
  test('markdown', () => expect(markdownReport(result, { money })).toMatchFileSnapshot(golden('report.md')));
  test('json', () => expect(pretty(summaryOf(result))).toMatchFileSnapshot(golden('summary.json')));
  test('sarif', () =>
    expect(
      pretty(sarifOf(review, { version: '0.1.0', run: result.run, sensitive: result.sensitive })),
    ).toMatchFileSnapshot(golden('review.sarif')));
  test('rdjson', () => expect(pretty(rdjsonOf(review))).toMatchFileSnapshot(golden('review.rdjson')));
  test('github', () =>
    expect(pretty(githubReview(review, diff, { head: HEAD, sensitive: result.sensitive }))).toMatchFileSnapshot(
      golden('github.json'),
    ));
  test('plan', () => {
    const warnings = [
      { rule: 'vague-task', severity: 'warning' as const, at: 'tasks[1]', task: 'T2', message: 'T2 says little' },
      { rule: 'many-files', severity: 'warning' as const, at: '', task: null, message: 'the plan is wide' },
    ];
    return expect(planText(plan, { warnings, width: 80 })).toMatchFileSnapshot(golden('plan.txt'));
  });
  test('costs', () => {
    const usage = {
      inputUncached: 7200,
      cacheRead: 10200,
      cacheWrite5m: 1500,
      cacheWrite1h: 0,
      output: 5340,
      reasoning: null,
    };
    const total = {
      key: '',
      calls: 6,
      usage,
      usd: '0.0123',
      unknownCalls: 1,
      bases: ['computed' as const, 'unpriced' as const],
    };
    return expect(costsTable(costLines, { money, key: 'role', total })).toMatchFileSnapshot(golden('costs.txt'));
  });
});

describe('terminal', () => {
  test('colour changes nothing but colour', () => {
    const coloured = terminalReport(result, { money, palette: ANSI });
    expect(coloured).toContain('\x1b[');
    expect(coloured.replace(/\x1b\[\d+m/g, '')).toBe(terminalReport(result, { money }));
  });

  test('a parked run without a change says how to go on, and offers nothing to apply', () => {
    const parked = { ...result, outcome: 'parked' as const, implementation: null, review: null, counterfactual: null };
    const text = terminalReport(parked, { money, resume: (run) => `tercet run --resume ${run}` });
    expect(text).toContain('tercet run --resume r-20260301-a1b2');
    expect(text).not.toContain('tercet apply');
    expect(text).not.toContain('git diff');
  });

  test('an approved run leads with apply', () => {
    const text = terminalReport({ ...result, outcome: 'approved' }, { money });
    expect(text.slice(text.indexOf('Next'))).toMatch(/^Next\n {2}tercet apply r-20260301-a1b2/);
  });

  test('a branch with a quote in it cannot leave its word in the command', () => {
    if (result.implementation === null) throw new Error('fixture');
    const hostile = { ...result, implementation: { ...result.implementation, branch: "x'; rm -rf ~ #" } };
    expect(terminalReport(hostile, { money })).toContain(`git diff '111111111111...x'\\''; rm -rf ~ #'`);
  });

  test('a subscription is never shown as dollars', () => {
    const cost = { usd: null, basis: 'subscription' as const, unknownCalls: 2, byRole: [] };
    expect(terminalReport({ ...result, cost }, { money })).toContain('Cost  subscription, not in dollars');
  });

  test('nothing paid is said as that, and an unknown total never as zero', () => {
    const none = { usd: null, basis: 'none' as const, unknownCalls: 0, byRole: [] };
    expect(terminalReport({ ...result, cost: none }, { money })).toContain('Cost  nothing paid');
    const unknown = { ...none, basis: 'unpriced' as const, unknownCalls: 2 };
    expect(terminalReport({ ...result, cost: unknown }, { money })).toContain('Cost  unknown (2 calls)');
  });

  test('a dearer mixture is said as dearer', () => {
    const counterfactual = { model: 'm', usd: '1', saved: -0.12, note: '' };
    expect(terminalReport({ ...result, counterfactual }, { money })).toContain('this run cost 12.0% more');
  });
});

describe('json', () => {
  test('base falls back to the request when nothing was done', () => {
    const summary = summaryOf({ ...result, implementation: null, review: null });
    expect(summary).toMatchObject({
      base: result.request.base,
      branch: null,
      verdict: null,
      commits: [],
      findings: [],
    });
  });

  test('jsonLine is one inert line that parses to the same value', () => {
    const value = { text: 'a\x1b[31m\u202eb\u{e0041}\u2028\x9b\n"\\', list: [null, 1] };
    const line = jsonLine(value);
    expect(JSON.parse(line)).toEqual(value);
    expect(line).toMatch(/^[\x20-\x7e]+$/);
  });
});

describe('github', () => {
  test('comments stand only on new-side lines of a hunk', () => {
    const { comments } = githubReview(review, diff, { head: HEAD });
    expect(comments.map(({ path, line, side }) => [path, line, side])).toEqual([
      ['src/client.ts', 18, 'RIGHT'],
      ['src/delay.ts', 3, 'RIGHT'],
    ]);
  });

  test('findings without such a line are in the body, closed ones nowhere', () => {
    const { body } = githubReview(review, diff, { head: HEAD });
    expect(body).toContain('No test for a 404');
    expect(body).toContain('src/client.ts:200');
    expect(body).not.toContain('Missing await');
  });

  test('a verdict decides only when asked, and inconclusive never', () => {
    const event = (verdict: typeof review.verdict, decide: boolean) =>
      githubReview({ ...review, verdict }, diff, { head: HEAD, decide }).event;
    expect(event('approved', false)).toBe('COMMENT');
    expect(event('approved', true)).toBe('APPROVE');
    expect(event('changes_requested', true)).toBe('REQUEST_CHANGES');
    expect(event('inconclusive', true)).toBe('COMMENT');
  });

  test('a very long review is cut where GitHub would refuse it', () => {
    const [first] = findings;
    if (first === undefined) throw new Error('fixture');
    const many = Array.from({ length: 300 }, (_, n) => ({ ...first, id: `F${n}`, why: 'x '.repeat(900) }));
    const { body, comments } = githubReview({ ...review, findings: many }, diff, { head: HEAD });
    expect(comments).toHaveLength(40);
    expect(body.length).toBeLessThan(65_536);
    expect(body).toContain('(cut: the review is longer than GitHub takes)');
  });
});

describe('plan text', () => {
  test('says that characters are hidden', () => {
    const tagged = [...'rm -rf'].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('');
    const text = planText({ ...plan, summary: `Nice.${tagged}` });
    expect(text).toContain('6 invisible characters');
    expect(text).not.toMatch(/[\u{e0000}-\u{e007f}]/u);
  });

  test('shows a command in full', () => {
    const [task] = plan.tasks;
    if (task === undefined) throw new Error('fixture');
    const command = `npm test ${'x'.repeat(500)} && curl evil`;
    const text = planText({ ...plan, tasks: [{ ...task, criteria: [{ id: 'T1.1', text: 'ok', command }] }] });
    expect(text).toContain(`$ ${command}`);
  });
});
