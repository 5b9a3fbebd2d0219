import type { Effort } from '../../../contract/role.ts';

/**
 * An agent that speaks ACP, as data: how it is started, and what it means by what it says. Texts may hold `{folder}`,
 * `{model}`, `{effort}`, and for a model that is `provider/name`, `{provider}` and `{name}`.
 */
export interface AcpProfile {
  /** For people. */
  readonly title: string;
  /** The program, as it is found on PATH. */
  readonly program: string;
  /** Arguments that make it speak ACP on its standard input and output; filled in. */
  readonly args: readonly string[];
  /** Variables of the environment that are its own: where its configuration is, where it calls. */
  readonly variables: readonly string[];
  /** Variables set for it, whatever the person's say; filled in. */
  readonly set: Readonly<Record<string, string>>;
  /** Variables that hold a key it calls with; `by-model`: those of the provider that the model's name begins with. */
  readonly keys: readonly string[] | 'by-model';
  /** What a person does to log in. */
  readonly login: string;
  /** The method of `authenticate`, and whether it is called always or only where a key is set. */
  readonly authenticate: { readonly method: string; readonly when: 'always' | 'key' } | null;
  /** What the client says of itself beside the standard, in `clientCapabilities._meta`. */
  readonly meta: Readonly<Record<string, unknown>>;
  /** What is asked for with a new session beside the standard, in its `_meta`. */
  readonly sessionMeta: Readonly<Record<string, unknown>>;
  /** The mode of a session that writes and of one that reads; null leaves it as it is. Modes that ask are preferred: we answer. */
  readonly modes: { readonly write: string | null; readonly read: string | null };
  /** How its model is chosen: by asking the session, or by the arguments alone (`{model}` is among them). */
  readonly model: 'session' | 'arguments';
  /** Its name for each effort, the first that it offers; its order where an effort is an argument. */
  readonly efforts: Readonly<Record<Effort, readonly string[]>>;
  readonly usage: UsageProfile;
  /** Its commands run through our terminals, so that they may be allowed: the sandbox holds them. Others run them by themselves. */
  readonly commands: 'ours' | 'own';
  /** It takes every error of a read for a broken disk: a file that is not there is shown as an empty one. */
  readonly absentIsEmpty: boolean;
}

/** What an agent's figures mean. */
export interface UsageProfile {
  /** Where they are: the answer to `session/prompt`, `_meta.quota` beside it (all models of the turn), or nowhere. */
  readonly from: 'prompt' | 'quota' | 'none';
  /** Whether its input holds what was read from a cache; null: its own total tells. */
  readonly inputHasCache: boolean | null;
  /** Whether its output holds the thinking; null: its own total tells. */
  readonly outputHasThought: boolean | null;
  /** Something of every turn is in no figure (its thinking, a call for a title): a price made of them is an estimate. */
  readonly uncounted: boolean;
  /** Whether they are of the whole turn, or of its last step, which is the whole one only of a turn without tools. */
  readonly covers: 'turn' | 'last-step';
  /** Whether `usage_update` tells what the session has cost. */
  readonly cost: boolean;
}

export const EFFORTS: AcpProfile['efforts'] = {
  none: ['none', 'minimal', 'low'],
  low: ['low', 'minimal'],
  medium: ['medium'],
  high: ['high'],
  max: ['max', 'xhigh', 'high'],
};

/** An agent that nobody has described: everything is asked of the session, and its own total says what its figures hold. */
export const UNKNOWN_USAGE: UsageProfile = {
  from: 'prompt',
  inputHasCache: null,
  outputHasThought: null,
  uncounted: false,
  covers: 'turn',
  cost: true,
};
