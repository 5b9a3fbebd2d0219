import type { Effort } from '../../../contract/role.ts';
import { isJson, type Json, record, text } from '../cli/profile.ts';
import type { AcpProfile } from './profile.ts';
import { Halt } from './refusal.ts';

/** Sends a request and gives its result. */
export type Ask = (method: string, params: Json) => Promise<Json>;

export interface SessionOrder {
  /** Where it works, without links. */
  readonly folder: string;
  readonly write: boolean;
  /** The model as the agent knows it; `default` is whatever it is set to. */
  readonly model: string;
  readonly effort: Effort;
  readonly hasKey: boolean;
  /** Methods of ours that the agent may call. */
  readonly capabilities: Json;
  readonly version: string;
}

const PROTOCOL = 1;
const NAMES_TOLD = 20;

/** Greets the agent, logs in where that needs a call, and opens a session set to our model, effort and mode. @returns its id. */
export async function openSession(ask: Ask, profile: AcpProfile, order: SessionOrder): Promise<string> {
  const hello = await ask('initialize', {
    protocolVersion: PROTOCOL,
    clientCapabilities: { ...order.capabilities, _meta: profile.meta },
    clientInfo: { name: 'tercet', title: 'Tercet', version: order.version },
  });
  if (hello.protocolVersion !== PROTOCOL) {
    const spoken = JSON.stringify(hello.protocolVersion) ?? 'none';
    throw new Halt(
      'bad-request',
      `speaks version ${spoken} of the Agent Client Protocol and not ${PROTOCOL}; update it`,
    );
  }
  await logIn(ask, profile, order, hello);
  const session = await ask('session/new', {
    cwd: order.folder,
    mcpServers: [],
    ...(Object.keys(profile.sessionMeta).length === 0 ? {} : { _meta: profile.sessionMeta }),
  });
  const sessionId = text(session.sessionId);
  if (sessionId === '') throw new Halt('bad-request', 'opened a session without an id');
  const model = await chooseModel(ask, profile, order, { ...session, sessionId });
  const effort = await chooseEffort(ask, profile, order, model);
  await chooseMode(ask, profile, order, effort);
  return sessionId;
}

async function logIn(ask: Ask, { authenticate }: AcpProfile, { hasKey }: SessionOrder, hello: Json): Promise<void> {
  if (authenticate === null || (authenticate.when === 'key' && !hasKey)) return;
  const offered = listOf(hello.authMethods).map(({ id }) => id);
  if (!offered.includes(authenticate.method)) return;
  await ask('authenticate', { methodId: authenticate.method });
}

/** A session as it stands: an answer that sets an option brings them all anew. */
async function chooseModel(ask: Ask, profile: AcpProfile, order: SessionOrder, session: Json): Promise<Json> {
  const { model, effort } = order;
  if (model === 'default') return session;
  const option = optionOf(session, 'model', ['model']);
  if (option !== null) {
    const value = find(choicesOf(option), model);
    if (value !== null) return setOption(ask, session, option, value);
  }
  const models = record(session.models);
  const listed = listOf(models.availableModels).map(({ modelId, name }) => ({
    value: text(modelId),
    name: text(name),
  }));
  if (text(models.currentModelId) === model) return session;
  const known = profile.efforts[effort].map((name) => `${model}[${name}]`).find((id) => has(listed, id));
  const modelId = known ?? find(listed, model);
  if (modelId !== null) {
    await ask('session/set_model', { sessionId: session.sessionId, modelId });
    return session;
  }
  if (profile.model === 'arguments') return session;
  const names = [...(option === null ? [] : choicesOf(option)), ...listed].map(({ value }) => value);
  if (names.length === 0)
    throw new Halt('unknown-model', `offers no choice of a model: set it there, and ask for the model \`default\``);
  const more = names.length - NAMES_TOLD;
  const told = [...new Set(names)].slice(0, NAMES_TOLD).join(', ') + (more > 0 ? ` and ${more} more` : '');
  throw new Halt('unknown-model', `has no model ${model}; it has ${told}`);
}

async function setOption(ask: Ask, session: Json, option: Json, value: string): Promise<Json> {
  if (option.currentValue === value) return session;
  const { sessionId } = session;
  const configId = text(option.id);
  const set = await ask('session/set_config_option', { sessionId, configId, value });
  const after = { ...session, ...(Array.isArray(set.configOptions) ? { configOptions: set.configOptions } : {}) };
  const stands = listOf(set.configOptions).find(({ id }) => id === configId)?.currentValue;
  if (stands !== undefined && stands !== value)
    throw new Halt('unknown-model', `was asked for ${value} and took ${String(stands)}`);
  return after;
}

/** An effort it does not know is none to fail of. */
async function chooseEffort(ask: Ask, profile: AcpProfile, { effort }: SessionOrder, session: Json): Promise<Json> {
  const option = optionOf(session, 'thought_level', ['effort', 'reasoning_effort', 'thought_level']);
  const value = option === null ? undefined : profile.efforts[effort].find((name) => has(choicesOf(option), name));
  if (option === null || value === undefined) return session;
  return setOption(ask, session, option, value).catch(() => session);
}

/** A mode it does not have leaves it as it is: whatever it does there, the tree is compared afterwards. */
async function chooseMode(ask: Ask, { modes }: AcpProfile, { write }: SessionOrder, session: Json): Promise<void> {
  const mode = write ? modes.write : modes.read;
  if (mode === null) return;
  const option = optionOf(session, 'mode', ['mode']);
  if (option !== null && has(choicesOf(option), mode)) {
    await setOption(ask, session, option, mode).catch(() => session);
    return;
  }
  const current = record(session.modes);
  const offered = listOf(current.availableModes).some(({ id }) => id === mode);
  if (!offered || current.currentModeId === mode) return;
  await ask('session/set_mode', { sessionId: session.sessionId, modeId: mode }).catch(() => ({}));
}

interface Choice {
  value: string;
  name: string;
}

function optionOf({ configOptions }: Json, category: string, ids: readonly string[]): Json | null {
  const options = listOf(configOptions);
  const named = options.find(({ id }) => ids.includes(text(id)));
  return named ?? options.find((option) => option.category === category) ?? null;
}

/** The values of an option; they may stand in groups. */
function choicesOf({ options }: Json): Choice[] {
  return listOf(options).flatMap((each) =>
    Array.isArray(each.options) ? choicesOf(each) : [{ value: text(each.value), name: text(each.name) }],
  );
}

const has = (choices: readonly Choice[], value: string): boolean => choices.some((choice) => choice.value === value);

/**
 * The value that is a model: by its id; by its id with parameters (`composer-2.5[fast=false]`); by the name that people
 * read, where the value is only an alias (`haiku`, "Haiku 5.5", for `claude-haiku-5-5`).
 */
function find(choices: readonly Choice[], model: string): string | null {
  if (has(choices, model)) return model;
  const wanted = slug(model);
  const found =
    choices.find(({ value }) => value.startsWith(`${model}[`)) ??
    choices.find(({ name }) => slug(name) === wanted || (slug(name).length > 3 && wanted.endsWith(`-${slug(name)}`)));
  return found?.value ?? null;
}

const slug = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/gu, '-');

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isJson) : []);
