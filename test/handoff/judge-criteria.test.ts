import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/contract/change.ts';
import type { CriterionVerdict } from '../../src/contract/review.ts';
import { carryOver, mergeParts, overrule, shownBy } from '../../src/handoff/judge-criteria.ts';

const MET = ['yes', 'no', 'unclear'] as const;
const of = (met: CriterionVerdict['met'], evidence = ''): CriterionVerdict[] => [{ id: 'T1.1', met, evidence }];
const check = (exitCode: number | null, criteria: string[], output = ''): CheckResult => ({
  command: 'npm test',
  criteria,
  exitCode,
  timedOut: false,
  ms: 1,
  output,
});

/** What `join` makes of every pair: rows by what stood before, columns by what is said now (yes, no, unclear). */
function table(join: typeof carryOver): Record<string, string[]> {
  return Object.fromEntries(MET.map((before) => [before, MET.map((now) => join(of(before), of(now))[0]?.met ?? '')]));
}

describe('verdicts on criteria', () => {
  it('of the parts of one round: a "no" outweighs, a "yes" beats "unclear"', () => {
    expect(table(mergeParts)).toEqual({
      yes: ['yes', 'no', 'yes'],
      no: ['no', 'no', 'no'],
      unclear: ['yes', 'no', 'unclear'],
    });
  });

  it('of a later round: its word stands where it has one, else the round before’s', () => {
    expect(table(carryOver)).toEqual({
      yes: ['yes', 'no', 'yes'],
      no: ['yes', 'no', 'no'],
      unclear: ['yes', 'no', 'unclear'],
    });
  });

  it('stay when a later round leaves them out, and join when it adds some', () => {
    const added: CriterionVerdict = { id: 'T2.1', met: 'yes', evidence: '' };
    expect(carryOver(of('no'), [])).toEqual(of('no'));
    expect(carryOver(of('no'), [added])).toEqual([...of('no'), added]);
  });

  it('give way to a command of the criterion that fails', () => {
    expect(overrule(of('yes'), [check(1, ['T1.1', 'T1.2'], ' 1 failed\n')])).toEqual([
      { id: 'T1.1', met: 'no', evidence: '`npm test` passed for its task and fails on the whole change:\n1 failed' },
      { id: 'T1.2', met: 'no', evidence: '`npm test` passed for its task and fails on the whole change:\n1 failed' },
    ]);
    expect(overrule(of('yes'), [check(null, ['T1.1'])])[0]?.evidence).toMatch(/whole change\.$/u);
    expect(overrule(of('no'), [check(0, ['T1.1'])])).toEqual(of('no'));
  });

  it('are shown by commands that all pass', () => {
    expect(shownBy([check(0, ['T1.1', 'T1.2']), check(1, ['T1.2']), check(0, [])])).toEqual(new Set(['T1.1']));
  });
});
