import type { Phase, RecordedEvent } from '../contract/event.ts';
import type { Outcome } from '../contract/outcome.ts';
import type { Role } from '../contract/role.ts';
import type { CallPurpose, CostBasis } from '../contract/usage.ts';
import { inputOf } from './phrases.ts';

/** A call under way. `since` is in ms since the epoch. */
export interface CallUnderWay {
  role: Role;
  purpose: CallPurpose;
  task: string | null;
  model: string;
  since: number;
  outputChars: number;
}

/** Where a run stands, as far as its events say. For display: the ledger is what counts. */
export interface Progress {
  run: string | null;
  phase: Phase | null;
  round: number;
  task: { id: string; title: string; index: number; of: number } | null;
  calls: ReadonlyMap<string, CallUnderWay>;
  settledCalls: number;
  inputTokens: number;
  outputTokens: number;
  /** Known costs in billionths of a dollar: a whole number, so that adding them for display stays exact to nine places. */
  nanoUsd: number;
  unknownCalls: number;
  findings: number;
  outcome: Outcome | null;
}

export const START: Progress = {
  run: null,
  phase: null,
  round: 1,
  task: null,
  calls: new Map(),
  settledCalls: 0,
  inputTokens: 0,
  outputTokens: 0,
  nanoUsd: 0,
  unknownCalls: 0,
  findings: 0,
  outcome: null,
};

/** The state after one more event. Pure; the given state is left as it was. */
export function advance(state: Progress, event: RecordedEvent): Progress {
  switch (event.type) {
    case 'run.started':
      return { ...START, run: event.run };
    case 'phase.started':
      return { ...state, phase: event.phase, round: event.round, task: null };
    case 'task.started':
      return { ...state, task: { id: event.task, title: event.title, index: event.index, of: event.of } };
    case 'task.committed':
    case 'task.failed':
      return state.task?.id === event.task ? { ...state, task: null } : state;
    case 'call.started': {
      const { role, purpose, task, model } = event;
      const call = { role, purpose, task, model, since: Date.parse(event.at), outputChars: 0 };
      return { ...state, calls: new Map(state.calls).set(event.callId, call) };
    }
    case 'call.progressed': {
      const call = state.calls.get(event.callId);
      if (call === undefined) return state;
      return { ...state, calls: new Map(state.calls).set(event.callId, { ...call, outputChars: event.outputChars }) };
    }
    case 'call.settled':
      return settle(without(state, event.callId), event);
    case 'call.failed':
      return without(state, event.callId);
    case 'finding.verified':
      return { ...state, findings: state.findings + 1 };
    case 'run.finished':
      return { ...state, calls: new Map(), task: null, outcome: event.outcome };
    default:
      return state;
  }
}

function settle(state: Progress, event: Extract<RecordedEvent, { type: 'call.settled' }>): Progress {
  const { usage, cost } = event;
  return {
    ...state,
    settledCalls: state.settledCalls + 1,
    inputTokens: state.inputTokens + (usage === null ? 0 : inputOf(usage)),
    outputTokens: state.outputTokens + (usage?.output ?? 0),
    nanoUsd: state.nanoUsd + (cost.usd === null ? 0 : Math.round(Number(cost.usd) * 1e9)),
    unknownCalls: state.unknownCalls + (cost.usd === null && inDollars(cost.basis) ? 1 : 0),
  };
}

/** A credit or a call of a subscription is no dollar of unknown amount. */
function inDollars(basis: CostBasis): boolean {
  return basis !== 'credits' && basis !== 'subscription';
}

function without(state: Progress, callId: string): Progress {
  const calls = new Map(state.calls);
  calls.delete(callId);
  return { ...state, calls };
}

/** What was spent so far, as a sum to show; `usd` is null until a cost is known. */
export function spentSoFar(state: Progress): { usd: string | null; unknownCalls: number; bases: [] } {
  const known = state.settledCalls > state.unknownCalls;
  return { usd: known ? decimal(state.nanoUsd) : null, unknownCalls: state.unknownCalls, bases: [] };
}

function decimal(nano: number): string {
  return (nano / 1e9).toFixed(9).replace(/\.?0+$/, '');
}
