import type { FileDiff } from '../contract/change.ts';
import {
  type CriterionVerdict,
  type Finding,
  type ReviewerAnswer,
  type ReviewerFinding,
  SEVERITIES,
  type Severity,
} from '../contract/review.ts';
import { locate, type Place } from './anchor.ts';
import { oneLine, shorten, stripHidden } from './hidden.ts';
import { pathProblem } from './paths.ts';
import { sameAsKnown, sameFinding } from './same-finding.ts';

/** What the reviewer was given, and what is known from earlier rounds. */
export interface ReviewGiven {
  /** The change as the reviewer saw it. */
  files: readonly FileDiff[];
  /** A file at the head of the change; null when absent or unreadable. */
  textOf(path: string): string | null;
  /** From 1. */
  round: number;
  /** Findings of earlier rounds, whatever their status. */
  known: readonly Finding[];
  /** Ids of the plan's criteria. */
  criteria: ReadonlySet<string>;
  /** The severities that block. */
  blocking: readonly Severity[];
}

export interface Verified {
  /** All findings of the run as they now stand: the known ones first (same ids), then the new ones. */
  findings: Finding[];
  /** Findings of this answer that were folded into another one or could not be used, each with the reason. */
  dropped: { finding: ReviewerFinding; reason: string }[];
  /** One verdict per criterion of the plan, in the plan's order; `unclear` where the reviewer gave none. */
  criteria: CriterionVerdict[];
}

/** More than a person reads; what is above is dropped and said. */
const MAX_FINDINGS = 200;

/**
 * Holds a reviewer's answer against the change. A finding blocks only when its severity does, its quote stands in a
 * changed file, and it is on the change or breaks a criterion. A known finding stays open until the reviewer says it
 * is fixed and does not report it again.
 */
export function verifyFindings(answer: ReviewerAnswer, given: ReviewGiven): Verified {
  const criteria = verdictsOf(answer, given.criteria);
  const known = given.known.map((finding) => carried(finding, answer, given));
  const fresh: Finding[] = [];
  const dropped: Verified['dropped'] = [];
  let next = 1 + Math.max(0, ...given.known.map((finding) => Number(finding.id.replace(/^F/u, '')) || 0));

  for (const [index, claim] of answer.findings.entries()) {
    const finding = verified(claim, `F${next}`, criteria, given);
    if (index >= MAX_FINDINGS || finding.title === '') {
      const reason = finding.title === '' ? 'it has no title' : `more than ${MAX_FINDINGS} findings`;
      dropped.push({ finding: claim, reason });
      continue;
    }
    const before = known.findIndex((other) => sameAsKnown(finding, other));
    const twin = fresh.findIndex((other) => sameFinding(finding, other));
    const old = known[before];
    const other = fresh[twin];
    if (old) {
      known[before] = reported(old, finding);
      dropped.push({ finding: claim, reason: `same as ${old.id}` });
    } else if (other) {
      fresh[twin] = merged(other, finding);
      dropped.push({ finding: claim, reason: `same as ${other.id}` });
    } else {
      fresh.push(finding);
      next += 1;
    }
  }
  return { findings: [...known, ...fresh], dropped, criteria };
}

function verified(
  claim: ReviewerFinding,
  id: string,
  criteria: readonly CriterionVerdict[],
  given: ReviewGiven,
): Finding {
  const path = pathInChange(claim.path, given.files);
  const notes: string[] = [];
  const broken = criteria.find((verdict) => verdict.id === claim.criterion);
  if (claim.criterion !== null && !broken) notes.push(`There is no criterion ${oneLine(claim.criterion, 40)}.`);
  const place = placeOf(claim, path, given);
  if (place.note) notes.unshift(place.note);
  return {
    id,
    title: oneLine(claim.title, 200),
    severity: claim.severity,
    category: claim.category,
    path: path ?? oneLine(claim.path, 1000),
    line: place.line,
    claimedLine: claim.line,
    quote: bounded(claim.quote, 2000),
    why: bounded(claim.why, 2000),
    fix: bounded(claim.fix, 4000),
    confidence: claim.confidence,
    criterion: broken?.id ?? null,
    anchor: place.anchor,
    onChange: place.onChange,
    // A finding that breaks a criterion the reviewer itself calls met contradicts itself: then only the place counts.
    blocking:
      given.blocking.includes(claim.severity) &&
      isLocated(place) &&
      (place.onChange || (broken !== undefined && broken.met !== 'yes')),
    status: 'open',
    round: given.round,
    note: notes.join(' '),
  };
}

/** Whether its quote was found; on a removed line it has no line number all the same. */
function isLocated({ anchor }: Pick<Finding, 'anchor'>): boolean {
  return anchor === 'exact' || anchor === 'moved';
}

function placeOf(claim: ReviewerFinding, path: string | null, given: ReviewGiven): Place {
  const file = given.files.find((each) => each.file.path === path);
  if (file && path !== null) return locate(claim, file, file.file.status === 'deleted' ? null : given.textOf(path));
  const outside = {
    line: null,
    anchor: 'outside' as const,
    onChange: false,
    note: 'The path is not part of the change.',
  };
  const problem = pathProblem(claim.path);
  if (problem) return { ...outside, note: `The path ${problem}.` };
  return outside;
}

/** The changed path a reviewer means by `b/src/a.ts`, `./src/a.ts`, `src\a.ts`, `src/a.ts:12` or the former name; or null. */
function pathInChange(claimed: string, files: readonly FileDiff[]): string | null {
  const plain = claimed.trim().replaceAll('\\', '/').replace(/^`|`$/gu, '');
  const bare = plain.replace(/^(?:\.\/)+/u, '').replace(/(?::\d+)+(?:-\d+)?$/u, '');
  for (const path of [claimed, plain, bare, bare.replace(/^[ab]\//u, '')]) {
    const file = files.find((each) => each.file.path === path) ?? files.find((each) => each.file.from === path);
    if (file) return file.file.path;
  }
  return null;
}

/** A known finding in this round: fixed when the reviewer says so, otherwise found again where its code has gone. */
function carried(finding: Finding, answer: ReviewerAnswer, given: ReviewGiven): Finding {
  if (finding.status !== 'open') return finding;
  if (answer.fixed.includes(finding.id)) {
    return {
      ...finding,
      status: 'fixed',
      note: added(finding.note, `Fixed, says the reviewer in round ${given.round}.`),
    };
  }
  if (finding.line === null || finding.anchor === 'outside') return finding;
  const file = given.files.find((each) => each.file.path === finding.path);
  const text = given.textOf(finding.path);
  if (!file || text === null) return finding;
  const place = locate({ line: finding.line, quote: finding.quote }, file, text);
  if (place.anchor === 'unlocated')
    return { ...finding, note: added(finding.note, 'The quoted code has changed since.') };
  return { ...finding, line: place.line };
}

/** A known finding that was reported again: open again if it was fixed; a dismissal stands. */
function reported(known: Finding, again: Finding): Finding {
  if (known.status === 'dismissed') return known;
  const place = isLocated(again) ? { line: again.line, quote: again.quote, anchor: again.anchor } : {};
  if (known.status === 'open') return { ...known, ...place };
  const note = added(known.note, `Reported again in round ${again.round}.`);
  return { ...known, ...place, status: 'open', blocking: known.blocking || again.blocking, note };
}

/** Two reports of one thing: the graver one under the first one's id, at the place that was found. */
function merged(first: Finding, second: Finding): Finding {
  const graver = SEVERITIES.indexOf(second.severity) < SEVERITIES.indexOf(first.severity) ? second : first;
  const placed = [graver, first, second].find(isLocated) ?? graver;
  const { line, claimedLine, quote, anchor, onChange, note } = placed;
  return {
    ...graver,
    ...{ line, claimedLine, quote, anchor, onChange, note },
    id: first.id,
    criterion: graver.criterion ?? first.criterion ?? second.criterion,
    blocking: first.blocking || second.blocking,
  };
}

function verdictsOf(answer: ReviewerAnswer, criteria: ReadonlySet<string>): CriterionVerdict[] {
  const order = ['no', 'unclear', 'yes'];
  return [...criteria].map((id) => {
    const given = answer.criteria.filter((verdict) => verdict.id.trim() === id);
    // Of several verdicts on one criterion the worst counts.
    const worst = given.sort((a, b) => order.indexOf(a.met) - order.indexOf(b.met))[0];
    if (!worst) return { id, met: 'unclear', evidence: 'The reviewer gave no verdict.' };
    return { id, met: worst.met, evidence: bounded(worst.evidence, 2000) };
  });
}

function bounded(text: string, max: number): string {
  return shorten(stripHidden(text).trim(), max);
}

function added(note: string, sentence: string): string {
  return note.includes(sentence) ? note : `${note} ${sentence}`.trim();
}
