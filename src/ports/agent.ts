import type { Effort, Lineage, Role } from '../contract/role.ts';
import type { CallPurpose, FailureKind, Usage } from '../contract/usage.ts';
import type { CommandOptions, CommandResult } from './commands.ts';

export type { FailureKind } from '../contract/usage.ts';

/** What fills a role. One `turn` is one paid call; the workflow looks up and books a receipt around it. */
export interface Agent {
  /** Requested model, as `provider/model`; exact, because prices are matched by it. */
  readonly model: string;
  readonly lineage: Lineage;
  /**
   * Which strategies of execution this agent can serve. `worktree`: a coding agent, which reads and writes files by
   * itself in a folder it is given ({@link TurnOptions.folder}); one turn of it is many calls to a model.
   */
  readonly can: { readonly structured: boolean; readonly tools: boolean; readonly worktree?: boolean };
  /**
   * `local` costs nothing by definition; `metered` is paid by token, in dollars; `credits` in the vendor's own unit;
   * `subscription` counts one call a turn.
   */
  readonly billing: 'metered' | 'local' | 'credits' | 'subscription';
  /** The most one turn of a coding agent may cost under `metered`, USD, a decimal string: what is held before it. */
  readonly usdPerTurn?: string;
  /** The catalogue's id of the model, where `model` names a program and not who is paid; `model` unless told. */
  readonly pricedAs?: string;
  /** The most one turn takes under `credits`, a decimal string: what is held before it. */
  readonly creditsPerTurn?: string;
  /** Names the key it calls with and does not tell it (a hash); absent or null without a key. */
  readonly keyId?: string | null;
  /**
   * One call. Never throws for what a provider does: failure is data. Never retries by itself.
   * Honours `signal` within a second. Rejects only for defects of the adapter.
   */
  turn(turn: Turn, options: TurnOptions): Promise<TurnResult>;
}

/** JSON Schema, draft 2020-12, within the subset every provider accepts (objects closed, all properties required). */
export type JsonSchema = Record<string, unknown>;

export interface Turn {
  readonly role: Role;
  readonly purpose: CallPurpose;
  readonly task: string | null;
  /** Instructions; byte-identical across the calls of a role within a run, so that providers can cache them. */
  readonly system: string;
  readonly messages: readonly TurnMessage[];
  /** When given, the answer is an object of this schema (checked by the workflow, not by the agent). */
  readonly output: { readonly name: string; readonly schema: JsonSchema } | null;
  readonly tools: readonly ToolSpec[];
  readonly effort: Effort;
  /** Tokens, reasoning included. */
  readonly maxOutputTokens: number;
}

export type TurnMessage =
  /** `cache` marks the end of a prefix worth keeping: a provider's cache breakpoint is put there. */
  | { role: 'user'; text: string; cache?: boolean }
  /** `raw` is the provider's own content (reasoning signatures and the like), handed back as it came. */
  | { role: 'assistant'; text: string; toolCalls: ToolCall[]; raw: unknown }
  | { role: 'tool'; results: ToolResult[] };

export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly input: JsonSchema;
}

export interface ToolCall {
  id: string;
  name: string;
  /** Parsed arguments; null with `malformed` set when they were not JSON. */
  input: unknown;
  malformed: string | null;
}

export interface ToolResult {
  id: string;
  name: string;
  text: string;
  isError: boolean;
}

export interface TurnOptions {
  readonly signal: AbortSignal;
  /** Under which the call is booked. */
  readonly callId?: string;
  /** Where a coding agent works, absolute, and whether it may write there; made anew for every turn that only reads. */
  readonly folder?: Folder;
  /** Called as output arrives, with the characters so far. */
  readonly onProgress?: (outputChars: number) => void;
}

/** Where a coding agent works. `path` is absolute. */
export interface Folder {
  readonly path: string;
  readonly write: boolean;
  /** For an agent that asks before it acts, or has us act for it; absent where nobody guards the folder. */
  readonly door?: Door;
}

/** The guarded way into a folder. Paths are relative to it, with `/`. Nothing here throws for what an agent asks. */
export interface Door {
  /** Why a file may not be written or deleted, in a sentence for the agent; null when it may. */
  refuse(path: string, action: 'modify' | 'delete'): string | null;
  /** null: there is no such file. */
  read(path: string): Promise<{ text: string | null } | { refused: string }>;
  /** Writes a whole file. @returns why it was not written, or null when it was. */
  write(path: string, text: string): Promise<string | null>;
  /** Runs a command of the agent's, confined as those of the run; null where nothing confines them. */
  readonly run: ((command: string, options: Omit<CommandOptions, 'timeoutMs'>) => Promise<CommandResult>) | null;
}

export type TurnResult = TurnAnswer | TurnFailure;

export interface TurnAnswer {
  ok: true;
  text: string;
  /** The parsed object when `output` was asked for and the text is JSON; otherwise null. */
  object: unknown;
  toolCalls: ToolCall[];
  /** `stop` a whole answer; `tools` it waits for results; `length` it was cut. */
  finish: 'stop' | 'tools' | 'length';
  raw: unknown;
  servedModel: string | null;
  /** null when the provider did not say: the workflow estimates and marks it. */
  usage: Usage | null;
  /** Something of the turn is not in `usage`, because nobody counts it: a price made of it is an estimate. */
  partial?: boolean;
  /** USD as a decimal string when the provider states its own price. */
  reportedUsd: string | null;
  /** Credits the turn took, a decimal string, under `credits`; null or absent when the vendor did not say. */
  reportedCredits?: string | null;
  requestId: string | null;
  /** What a person should know of the turn: tools that were denied, say. */
  notes?: readonly string[];
  /** What a coding agent left in the worktree; put there by the workflow, so that a receipt holds all of the answer. */
  work?: Work;
}

/** What a turn in the worktree came to, as the scope guard saw it. */
export interface Work {
  /** All files of the task that differ from HEAD. */
  files: readonly WorkFile[];
  /** What was put back, and why. */
  refused: readonly { readonly path: string; readonly reason: string }[];
}

export interface WorkFile {
  readonly path: string;
  /** null: removed. */
  readonly text: string | null;
  /** Absent in receipts of before this was kept: the mode stays as it is. */
  readonly executable?: boolean;
}

export interface TurnFailure {
  ok: false;
  kind: FailureKind;
  /** For people, keys redacted. */
  message: string;
  retryAfterMs: number | null;
  /** Whether the provider may charge for it: `no` is certain, `maybe` keeps the hold. */
  billed: 'no' | 'maybe' | 'yes';
  usage: Usage | null;
  /** USD as a decimal string when the provider states what the failed call cost. */
  reportedUsd?: string | null;
  servedModel: string | null;
  requestId: string | null;
}
