import { showUsd } from '../../pricing/usd.ts';
import { cleanLine } from '../../report/clean.ts';
import { planText } from '../../report/plan-text.ts';
import { terminalReport } from '../../report/terminal.ts';
import type { Known } from '../runs/run-state.ts';
import { stateOf } from './addresses.ts';
import type { RunState } from './schemas.ts';

/** A run for the model that asked: what is, what it means, and which call comes next. */
export function runText(known: Known): string {
  const { result } = known;
  const state = stateOf(known);
  if (result === null) return unfinished(state);
  const about = `Run ${state.run} (${state.kind}) in ${cleanLine(state.repository, 1_000)}`;
  const plan = state.kind === 'plan' && result.plan !== null ? `\n${planText(result.plan)}` : '';
  const report = terminalReport(result, { money: showUsd, width: 100, next: false });
  return `${about}\n${report}${plan}\n${next(state)}`;
}

function unfinished(state: RunState): string {
  const phase = state.phase === null ? '' : `, phase ${state.phase}`;
  const spent = state.costUsd === null ? '' : `, ${showUsd(state.costUsd)} so far`;
  const head = `Run ${state.run} (${state.kind}) is ${state.outcome ?? state.state}${phase}${spent}.`;
  const reason = state.reason === '' ? [] : [state.reason];
  const question = state.question === null ? [] : [`The person is asked:\n${state.question}`];
  const progress = state.progress.length === 0 ? [] : [`Progress:\n${state.progress.join('\n')}`];
  return [head, ...reason, ...question, ...progress, next(state)].join('\n');
}

function next(state: RunState): string {
  const run = JSON.stringify(state.run);
  if (state.state === 'working')
    return `Next: get_run with run ${run} and waitSeconds 30 follows it; cancel_run ends it.`;
  if (state.state === 'waiting')
    return `Next: get_run with run ${run} and waitSeconds 30 puts the question to the person. Without an answer what is assumed stands, and a plan is not carried out.`;
  const read = state.resources.length === 0 ? '' : ` Its files: ${state.resources.join(' ')}`;
  if (state.kind === 'plan' && state.outcome === 'planned') return `Next: execute with planRun ${run}.${read}`;
  if (state.outcome === 'approved' && state.branch !== null)
    return `Next: the change is on branch ${cleanLine(state.branch, 300)}; \`tercet apply ${state.run}\` brings it into the working tree.${read}`;
  if (state.outcome === 'parked')
    return `Next: once what it waits for is there, resume_run with run ${run}; with approval "skip" if the person has approved the plan.${read}`;
  return state.resumable
    ? `Next: resume_run with run ${run} goes on; nothing paid for is paid again.${read}`
    : read.trim();
}
