import { describe, expect, it } from 'vitest';
import type { Coverage, CriterionVerdict } from '../../src/contract/review.ts';
import { decide } from '../../src/handoff/decide.ts';
import { finding } from './make.ts';

const READ: Coverage = { hunks: 3, reviewed: 3, skipped: [] };
const met = (id: string, verdict: CriterionVerdict['met'] = 'yes'): CriterionVerdict => ({
  id,
  met: verdict,
  evidence: '',
});
const skip = (reason: string, hunk: string | null = 'H3') => ({
  hunks: 3,
  reviewed: hunk ? 2 : 3,
  skipped: [{ path: 'x', hunk, reason }],
});

describe('the verdict', () => {
  it('is approved when nothing blocks and every criterion is met', () => {
    expect(decide([], [met('T1.1'), met('T1.2')], READ, true)).toEqual({
      verdict: 'approved',
      reason: '2 criteria met; no finding.',
    });
    const notes = [finding({ blocking: false }), finding({ status: 'fixed' }), finding({ status: 'dismissed' })];
    expect(decide(notes, [], READ, false)).toEqual({ verdict: 'approved', reason: 'No blocking finding (1 note).' });
  });

  it('is changes_requested for a blocking finding or a criterion not met, also without a finding', () => {
    expect(decide([finding()], [met('T1.1', 'no')], READ, true)).toEqual({
      verdict: 'changes_requested',
      reason: '1 blocking finding (F1) and 1 criterion not met (T1.1).',
    });
    expect(decide([], [met('T1.1', 'no')], READ, true).verdict).toBe('changes_requested');
    expect(decide([finding()], [], skip('too large: …'), false).verdict).toBe('changes_requested');
  });

  it('is inconclusive when part of the change was not read', () => {
    expect(
      decide([], [met('T1.1')], skip('too large: about 9 tokens, at most 5 fit in one review'), true),
    ).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringContaining('x H3 (too large'),
    });
    expect(decide([], [met('T1.1')], { hunks: 3, reviewed: 1, skipped: [] }, true).verdict).toBe('inconclusive');
    expect(
      decide([], [], { hunks: 1, reviewed: 0, skipped: [{ path: 'x', hunk: 'H1', reason: 'lock file' }] }, false)
        .verdict,
    ).toBe('inconclusive');
  });

  it('allows binary, lock and generated files to go unread beside others, and says so', () => {
    expect(decide([], [met('T1.1')], skip('binary', null), true)).toEqual({
      verdict: 'approved',
      reason: '1 criterion met; no finding; not read: x (binary).',
    });
    expect(decide([], [met('T1.1')], skip('lock file'), true).verdict).toBe('approved');
  });

  it('names criteria that nobody could judge; a passing command shows them; with none judged it is inconclusive', () => {
    const criteria = [met('T1.1'), met('T1.2', 'unclear')];
    expect(decide([], criteria, READ, true)).toEqual({
      verdict: 'approved',
      reason: '1 criterion met; no finding; not judged: T1.2; check by hand.',
    });
    expect(decide([], criteria, READ, true, { shown: new Set(['T1.2']) }).reason).toBe('2 criteria met; no finding.');
    expect(decide([], criteria, READ, true, { unclear: 'inconclusive' }).verdict).toBe('inconclusive');
    expect(decide([], [met('T1.2', 'unclear')], READ, true).verdict).toBe('inconclusive');
    expect(decide([], [], READ, true).verdict).toBe('inconclusive');
  });
});
