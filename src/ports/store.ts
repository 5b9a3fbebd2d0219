import type { RecordedEvent } from '../contract/event.ts';
import type { RunRecord } from '../contract/outcome.ts';

/** Files a run leaves for people and machines, by name. */
export const ARTEFACTS = ['plan.yaml', 'change.diff', 'review.json', 'report.md', 'result.json'] as const;
export type Artefact = (typeof ARTEFACTS)[number];

/** A process on this machine. `since` is ISO 8601, UTC. */
export interface Owner {
  pid: number;
  since: string;
}

/** Runs of one repository, outside the user's tree. Writes are atomic: a reader sees the old or the new file. */
export interface RunStore {
  save(record: RunRecord): Promise<void>;
  /** By full id or unambiguous prefix. Throws `usage` when none or several match. */
  get(id: string): Promise<RunRecord>;
  /** Newest first. Unreadable records are reported by `onBroken`, never dropped silently. */
  list(onBroken: (path: string, why: string) => void): Promise<RunRecord[]>;
  write(run: string, name: Artefact, text: string): Promise<string>;
  read(run: string, name: Artefact): Promise<string | null>;
  append(event: RecordedEvent): void;
  /** The events of a run in order; lines that cannot be read are left out. Empty when there are none. */
  events(run: string): Promise<RecordedEvent[]>;
  /**
   * Takes a run for this process, until it is released or the process ends, however it ends.
   * Throws `usage` naming the process that has it.
   */
  own(run: string): Promise<{ release(): void }>;
  /** The process that carries a run on now; null when none does. */
  ownerOf(run: string): Promise<Owner | null>;
  /** Removes the folder of a run. Throws `usage` when a process has it. */
  remove(run: string): Promise<void>;
  /** The folder of a run. */
  folder(run: string): string;
}
