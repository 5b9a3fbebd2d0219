import { showUsd } from '../../pricing/usd.ts';
import { cleanLine } from '../../report/clean.ts';
import { planText } from '../../report/plan-text.ts';
import { terminalReport } from '../../report/terminal.ts';
import type { Known } from './run-state.ts';
import type { RunState } from './schemas.ts';

/** A run for the model that asked: what is, what it means, and which call comes next. */
export function runText({ state, result }: Known): string {
  if (result === null) return unfinished(state);
  const about = `Run ${state.run} (${state.kind}) in ${cleanLine(state.repository, 1_000)}`;
  const plan = state.kind === 'plan' && result.plan !== null ? `\n${planText(result.plan)}` : '';
  const report = terminalReport(result, { money: showUsd, width: 100, next: false });
  return `${about}\n${report}${plan}\n${state.next}`;
}

function unfinished(state: RunState): string {
  const phase = state.phase === null ? '' : `, phase ${state.phase}`;
  const spent = state.costUsd === null ? '' : `, ${showUsd(state.costUsd)} so far`;
  const head = `Run ${state.run} (${state.kind}) is ${state.outcome ?? state.state}${phase}${spent}.`;
  const reason = state.reason === '' ? [] : [state.reason];
  const question = state.question === null ? [] : [`The person is asked:\n${state.question}`];
  const progress = state.progress.length === 0 ? [] : [`Progress:\n${state.progress.join('\n')}`];
  return [head, ...reason, ...question, ...progress, state.next].join('\n');
}
