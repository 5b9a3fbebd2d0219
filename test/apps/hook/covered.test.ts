import { describe, expect, it } from 'vitest';
import { reached, standingOf } from '../../../src/apps/hook/covered.ts';
import { farewellOf, reasonOf } from '../../../src/apps/hook/words.ts';
import type { Reviewed } from '../../../src/compose/sessions/reviews.ts';

const a = (from: string, to: string, verdict: Reviewed['verdict'] = 'approved', blocking = 0): Reviewed => ({
  run: `${from}-${to}`,
  base: `commit of ${from}`,
  from,
  to,
  verdict,
  blocking,
});
const none = () => false;

describe('reviews lead from where a session began to where it stands', () => {
  it('in one step, in several in any order, and not across a gap', () => {
    expect(standingOf('B', ['A'], [a('A', 'B')], none)).toEqual({ reviewed: true });
    expect(standingOf('D', ['A'], [a('C', 'D'), a('B', 'C'), a('A', 'B')], none)).toEqual({ reviewed: true });
    expect(standingOf('D', ['A'], [a('C', 'D'), a('A', 'B')], none)).toMatchObject({
      reviewed: false,
      why: 'unreviewed',
    });
    expect(standingOf('B', ['A'], [a('B', 'A')], none)).toMatchObject({ reviewed: false });
  });

  it('also from behind where it began', () => {
    const older = a('O', 'B');
    expect(standingOf('B', ['A'], [older], none)).toMatchObject({ reviewed: false });
    expect(standingOf('B', ['A'], [older], (review) => review === older)).toEqual({ reviewed: true });
  });

  it('in circles without end of its own', () => {
    expect(reached(['A'], [a('A', 'B'), a('B', 'A'), a('B', 'B')], none)).toEqual(new Set(['A', 'B']));
  });

  it('and one that did not approve speaks for its chain, until another does', () => {
    const asks = a('A', 'B', 'changes_requested', 2);
    expect(standingOf('B', ['A'], [asks], none)).toEqual({ reviewed: false, why: 'changes_requested', by: asks });
    expect(standingOf('C', ['A'], [asks, a('B', 'C')], none)).toEqual({
      reviewed: false,
      why: 'changes_requested',
      by: asks,
    });
    expect(standingOf('B', ['A'], [asks, a('A', 'B')], none)).toEqual({ reviewed: true });
    const elsewhere = a('X', 'Y', 'inconclusive');
    expect(standingOf('C', ['A'], [asks, a('B', 'C'), elsewhere, a('A', 'X')], none)).toMatchObject({ by: asks });
    const unsure = a('A', 'B', 'inconclusive');
    expect(standingOf('B', ['A'], [asks, unsure], none)).toMatchObject({ why: 'inconclusive', by: unsure });
  });
});

it('the reasons say what to do, whose word it is, and that it is said once', () => {
  const missing = { base: '0123456789abcdef', uncommitted: true };
  const reasons = [
    reasonOf('unreviewed', null, missing),
    reasonOf('changes_requested', a('A', 'B', 'changes_requested', 1), missing),
    reasonOf('changes_requested', null, missing),
    reasonOf('inconclusive', a('A', 'B', 'inconclusive'), missing),
  ];
  for (const reason of reasons) {
    expect(reason).toContain('/tercet:skip-review');
    expect(reason).toContain('said once');
  }
  expect(reasons[0]).toContain('base "0123456789ab" (the commits), and then without base');
  expect(reasons[1]).toContain('1 blocking finding is open');
  expect(reasons[2]).toContain('a criterion is not met');
  expect(farewellOf('inconclusive')).toContain('without a verdict');
});
