import { cleanLine } from '../../report/clean.ts';
import type { RunState } from './schemas.ts';

/**
 * Which call comes next, in a sentence; '' where none does. It is part of the state, because some clients (Claude Code) show
 * their model only what is structured.
 */
export function nextOf(state: Omit<RunState, 'next'>): string {
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
