import { cleanLine } from './clean.ts';
import type { Palette } from './palette.ts';
import { count, duration, grouped, type Money, short, spentOf } from './phrases.ts';
import { type CallUnderWay, type Progress, spentSoFar } from './progress.ts';
import { fitColumns } from './width.ts';

export interface LiveOptions {
  money: Money;
  palette: Palette;
  /** Columns of the terminal. */
  width: number;
  /** ms since the epoch. */
  now: number;
  /** Counts up with every repaint; turns the spinner. */
  frame: number;
}

const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const MOST_CALLS = 3;

/** The region at the bottom of a terminal: where the run stands, and one line per call under way. */
export function liveLines(state: Progress, options: LiveOptions): string[] {
  if (state.run === null || state.outcome !== null) return [];
  const { palette, width, money, frame } = options;
  const task = state.task;
  const spent = spentSoFar(state);
  // The task comes last, because a narrow terminal cuts the end: what is unknown about the cost must stay.
  const parts = [
    state.round > 1 ? `${state.phase ?? 'start'} (round ${state.round})` : (state.phase ?? 'start'),
    spent.usd === null && spent.unknownCalls === 0 ? '' : spentOf(spent, money),
    `${short(state.inputTokens)} in, ${short(state.outputTokens)} out`,
    task === null ? '' : `${cleanLine(task.id, 10)} ${task.index}/${task.of} ${cleanLine(task.title, 60)}`,
  ];
  // One column is left free: a full line makes some terminals wrap.
  const head = fitColumns(parts.filter((part) => part !== '').join(' · '), width - 3);
  const calls = [...state.calls.values()];
  const lines = [`${palette.cyan(SPINNER[frame % SPINNER.length] ?? '')} ${palette.bold(head)}`];
  for (const call of calls.slice(0, MOST_CALLS))
    lines.push(palette.dim(fitColumns(`  ${callLine(call, options.now)}`, width - 1)));
  const more = calls.length - MOST_CALLS;
  if (more > 0) lines.push(palette.dim(fitColumns(`  and ${count(more, 'more call')}`, width - 1)));
  return lines;
}

function callLine(call: CallUnderWay, now: number): string {
  const seconds = duration(Math.max(0, Math.floor((now - call.since) / 1_000)) * 1_000).replace('0 ms', '0 s');
  const written = call.outputChars > 0 ? `${grouped(call.outputChars)} characters` : 'waiting';
  const task = call.task === null ? '' : ` ${cleanLine(call.task, 10)}`;
  return `${call.role} ${call.purpose}${task} · ${cleanLine(call.model, 60)} · ${seconds} · ${written}`;
}
