import { createHash } from 'node:crypto';
import type { RunEvent } from '../contract/event.ts';
import type { Request } from '../contract/request.ts';
import type { Role } from '../contract/role.ts';
import type { Settings } from '../contract/settings.ts';
import type { Redactor } from '../handoff/redact.ts';
import type { Agent } from '../ports/agent.ts';
import type { Clock } from '../ports/clock.ts';
import type { Commands } from '../ports/commands.ts';
import type { Journal } from '../ports/journal.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Person } from '../ports/person.ts';
import type { RefusedKeys } from '../ports/refused-keys.ts';
import type { RunStore } from '../ports/store.ts';
import type { Repository } from '../ports/workspace.ts';
import type { Catalogue } from '../pricing/catalogue.ts';
import type { Providers } from './calls/breaker.ts';

/** A role's prompt file: its sections by name, and the hash of the file as it was read. */
export interface RolePrompt {
  sections: ReadonlyMap<string, string>;
  hash: string;
}

/** Everything a stage of the workflow may touch. Made once per run by compose; stages take it as their first argument. */
export interface RunContext {
  readonly run: string;
  /** The run was begun before and is carried on. */
  readonly again: boolean;
  readonly request: Request;
  readonly settings: Settings;
  readonly agents: Readonly<Record<Role, Agent>>;
  /** A dearer executor for the last rung of the ladder; null when none is configured. */
  readonly stronger: Agent | null;
  /** Who answers for a role while its own model cannot; null where none is configured. */
  readonly fallbacks: Readonly<Record<Role, Agent | null>>;
  readonly prompts: Readonly<Record<Role, RolePrompt>>;
  readonly repository: Repository;
  readonly ledger: Ledger;
  readonly store: RunStore;
  readonly journal: Journal;
  readonly commands: Commands;
  /** null where nobody can answer: then nothing waits. */
  readonly person: Person | null;
  readonly clock: Clock;
  /** How the providers are, shared by the runs of this process. */
  readonly providers: Providers;
  readonly refusedKeys: RefusedKeys;
  readonly catalogue: Catalogue;
  readonly signal: AbortSignal;
  /** Takes keys out of what is stored and shown; agents, commands and events come without them already. */
  readonly redactor: Redactor;
  readonly emit: (event: RunEvent) => void;
  /** How often each call was tried, so that its next try has an id of its own. */
  readonly attempts: Map<string, number>;
}

/** Content address of a value: JSON with the keys as they stand. */
export function digest(...parts: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
