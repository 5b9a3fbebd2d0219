import type { Outcome, RunResult } from '../contract/outcome.ts';

export interface NextStep {
  command: string;
  why: string;
}

export interface NextStepOptions {
  /** The command that goes on with a run; null when this run cannot be resumed. */
  resume?: (run: string) => string | null;
}

const RESUMABLE: readonly Outcome[] = ['parked', 'failed', 'cancelled', 'inconclusive'];

/** Outcomes that left the plan to be carried out. */
const WITHOUT_END: readonly Outcome[] = ['parked', 'failed', 'cancelled'];

/** What a person can do now, most useful first. Commands are safe to paste: values are quoted for a POSIX shell. */
export function nextSteps(result: RunResult, options: NextStepOptions = {}): NextStep[] {
  const run = shellQuote(result.run);
  const { implementation, outcome } = result;
  const steps: NextStep[] = [];
  const resume = RESUMABLE.includes(outcome) ? (options.resume?.(run) ?? null) : null;
  if (resume !== null) steps.push({ command: resume, why: 'go on from here; nothing paid for is paid again' });
  if (resume === null && WITHOUT_END.includes(outcome) && result.plan !== null && result.request.source !== 'plan') {
    steps.push({
      command: `tercet show ${run} --plan > plan.yaml && tercet execute plan.yaml`,
      why: 'carry out its plan anew; planning is not paid for again',
    });
  }
  if (implementation !== null && implementation.head !== implementation.base) {
    const range = shellQuote(`${implementation.base.slice(0, 12)}...${implementation.branch}`);
    if (outcome === 'approved') steps.push({ command: `tercet apply ${run}`, why: 'bring the change into your tree' });
    steps.push({ command: `git diff ${range}`, why: 'read the change' });
    if (outcome === 'changes_requested' || outcome === 'inconclusive') {
      steps.push({ command: `tercet apply ${run} --force`, why: 'bring it into your tree as it is, to go on by hand' });
    }
  }
  steps.push({ command: `tercet show ${run}`, why: 'see the run: plan, findings, calls' });
  return steps;
}

/** A value as one word of a POSIX shell. */
export function shellQuote(value: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
