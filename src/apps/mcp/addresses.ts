import type { FileName, Known } from '../runs/run-state.ts';
import { nextOf } from './next.ts';
import type { RunState } from './schemas.ts';

/** The address of a run's file. */
export function addressOf(run: string, file: FileName): string {
  return `tercet://runs/${run}/${file}`;
}

/** A run as the tools tell it. */
export function stateOf({ state, files }: Known): RunState {
  const told = { ...state, resources: files.map((file) => addressOf(state.run, file)) };
  return { ...told, next: nextOf(told) };
}
