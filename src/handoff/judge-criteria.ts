import type { CheckResult } from '../contract/change.ts';
import type { CriterionVerdict } from '../contract/review.ts';

type Verdicts = readonly CriterionVerdict[];

/** Parts of a large change answer for the same criteria: one "no" outweighs, and one "yes" beats "unclear". */
export function mergeParts(before: Verdicts, now: Verdicts): CriterionVerdict[] {
  const weight = { unclear: 0, yes: 1, no: 2 };
  return overlay(before, now, (known, verdict) => weight[verdict.met] > weight[known.met]);
}

/**
 * What stands after a later round, which was shown only what changed since: its own word where it has one, else the
 * word of the round before. So a criterion that was not met stays so until somebody says that it is.
 */
export function carryOver(before: Verdicts, now: Verdicts): CriterionVerdict[] {
  return overlay(before, now, (_, verdict) => verdict.met !== 'unclear');
}

/** A criterion whose own command fails is not met, whatever a reviewer says. */
export function overrule(criteria: Verdicts, checks: readonly CheckResult[]): CriterionVerdict[] {
  const failed = checks
    .filter((check) => check.exitCode !== 0)
    .flatMap(({ command, criteria: ids, output }) =>
      ids.map((id): CriterionVerdict => {
        const said = output.trim();
        const evidence = `\`${command}\` passed for its task and fails on the whole change${said === '' ? '.' : `:\n${said}`}`;
        return { id, met: 'no', evidence };
      }),
    );
  return overlay(criteria, failed, () => true);
}

/** Criteria that a command of theirs has shown, whatever a reviewer makes of them. */
export function shownBy(checks: readonly CheckResult[]): Set<string> {
  const failed = new Set(checks.filter((check) => check.exitCode !== 0).flatMap((check) => check.criteria));
  return new Set(checks.flatMap((check) => check.criteria).filter((id) => !failed.has(id)));
}

function overlay(
  before: Verdicts,
  now: Verdicts,
  wins: (known: CriterionVerdict, verdict: CriterionVerdict) => boolean,
): CriterionVerdict[] {
  const merged = new Map(before.map((verdict) => [verdict.id, verdict]));
  for (const verdict of now) {
    const known = merged.get(verdict.id);
    if (known === undefined || wins(known, verdict)) merged.set(verdict.id, verdict);
  }
  return [...merged.values()];
}
