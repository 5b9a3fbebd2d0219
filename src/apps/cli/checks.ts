import { castAgents } from '../../compose/agents/agents.ts';
import { isCodingAgent } from '../../compose/agents/coding-agents.ts';
import { isLoopback } from '../../compose/agents/local-address.ts';
import { adviceFor } from '../../compose/agents/own-servers.ts';
import { keyNames, needsKey, providerFor, providerName } from '../../compose/agents/providers.ts';
import { surveySandbox } from '../../compose/commands.ts';
import { catalogueOf, openLedgerOf, refusedKeysOf, repositoryRoot } from '../../compose/compose.ts';
import { CREDITS_HINT } from '../../compose/config/check-prices.ts';
import { readPrompts } from '../../compose/config/prompts.ts';
import { type Config, readConfig } from '../../compose/config/read-config.ts';
import { type Merged, mergeSettings } from '../../compose/config/settings.ts';
import { type Folders, foldersOf } from '../../compose/folders.ts';
import { packageVersion } from '../../compose/package-folder.ts';
import { type Survey, survey } from '../../compose/setup/survey.ts';
import type { UserConfig } from '../../contract/config.ts';
import { TercetError } from '../../contract/errors.ts';
import { ROLES } from '../../contract/role.ts';
import { findPrice } from '../../pricing/catalogue.ts';
import { showUsd } from '../../pricing/usd.ts';
import { count } from '../../report/phrases.ts';
import { checkLineage } from '../../workflow/calls/lineage.ts';
import { accountText } from './account-text.ts';
import type { Check } from './check.ts';
import { checkTrust } from './check-trust.ts';
import type { Io } from './io.ts';

/** Looks at everything a run needs, in the order it would need it. Calls no model; keys are never part of a check. */
export async function checkAll(io: Io, trio: string | undefined): Promise<{ checks: Check[]; found: Survey }> {
  const folders = foldersOf(io.env);
  const checks = [ok('version', `tercet ${packageVersion()}, Node ${process.versions.node}`)];
  checks.push(await attempt('repository', () => repositoryRoot(io)));
  checks.push(
    await attempt('storage', async () => {
      await (await openLedgerOf(folders)).close();
      return `ledger and runs in ${folders.data}`;
    }),
  );
  const root = await repositoryRoot(io).catch(() => null);
  let merged: Merged | null = null;
  let config: Config | null = null;
  checks.push(
    await attempt('configuration', async () => {
      config = await readConfig(folders, root);
      merged = mergeSettings(config, { trio });
      const files = [folders.config, ...(root === null ? [] : [`${root}/tercet.yaml`])];
      const found = await Promise.all(files.map(async (file) => `${file}${(await isThere(file)) ? '' : ' (none)'}`));
      return [`trio ${merged.trio}, budget ${showUsd(merged.settings.budgetUsd)} a run`, ...found].join('\n');
    }),
  );
  if (root !== null && merged !== null) checks.push(await checkTrust(io));
  const found = await survey((config as Config | null)?.user ?? {}, io.env);
  if (merged !== null && config !== null) checks.push(...(await checkRoles(io, merged, config, found)));
  checks.push(...checkAgents(merged, (config as Config | null)?.user ?? {}, found));
  if (merged !== null) checks.push(await checkSandbox(merged, io));
  return { checks: [...checks, ...whatElseIsThere(found), ...freeRefusedKeys(folders)], found };
}

async function checkSandbox({ settings }: Merged, io: Io): Promise<Check> {
  return { name: 'sandbox', ...(await surveySandbox(settings.sandbox, io.env.PATH)) };
}

async function checkRoles(io: Io, merged: Merged, config: Config, found: Survey): Promise<Check[]> {
  const { user } = config;
  const catalogue = catalogueOf(config);
  const checks: Check[] = [];
  const cast = await attempt('models', async () => {
    const { agents } = castAgents(merged, user, catalogue, io.env, {}, []);
    return ROLES.map((role) => `${role} ${agents[role].model} (${agents[role].lineage ?? 'lineage unknown'})`).join(
      '\n',
    );
  });
  checks.push(cast);
  if (cast.state !== 'ok') return checks;
  checks.push(
    await attempt('lineage', async () => {
      const warnings: string[] = [];
      const emit = (event: object) => 'message' in event && warnings.push(String(event.message));
      checkLineage({ ...castAgents(merged, user, catalogue, io.env, {}, []), settings: merged.settings, emit });
      if (warnings.length > 0) throw new Warning(warnings.join('\n'));
      return merged.settings.lineage === 'off' ? 'not checked (review.lineage: off)' : 'the reviewer’s differs';
    }),
    await attempt('prompts', async () => {
      const { planner, executor, reviewer } = merged.roles;
      const files = { planner: planner.prompt, executor: executor.prompt, reviewer: reviewer.prompt };
      await readPrompts(files);
      return ROLES.map((role) => `${role} ${files[role] ?? 'built in'}`).join(', ');
    }),
  );
  const models = new Set(ROLES.map((role) => merged.roles[role].model));
  if (merged.stronger !== null) models.add(merged.stronger);
  checks.push(...missingKeys(io, [...models], config));
  const day = new Date().toISOString().slice(0, 10);
  for (const model of models) {
    if (isCodingAgent(model, user)) continue;
    const provider = providerFor(model, user, io.env);
    if (provider.local === true) checks.push(checkServer(model, found));
    else if (provider.kind === 'mindstudio') checks.push(checkCredits(model, provider, merged.settings.unpriced));
    else if (findPrice(catalogue, model, day) === null) checks.push(unpriced(model, merged.settings.unpriced));
  }
  return checks;
}

/** One check for each provider whose key is missing. */
function missingKeys(io: Io, models: readonly string[], { user }: Config): Check[] {
  const missing = new Map<string, string>();
  for (const model of models) {
    if (isCodingAgent(model, user)) continue;
    const provider = providerFor(model, user, io.env);
    const names = keyNames(model, user);
    if (provider.apiKey === null && needsKey(provider) && names.length > 0)
      missing.set(provider.name, names.join(' or '));
  }
  return [...missing].map(([provider, names]) => ({
    name: `key ${provider}`,
    state: 'problem',
    detail: `${names} is not set`,
    fix: 'Set it in the environment, or choose other models (--trio, or `roles:` in tercet.yaml).',
  }));
}

/** Coding agents: those that a role is given to have to be there and logged in; the others are told of where they are. */
function checkAgents(merged: Merged | null, user: UserConfig, found: Survey): Check[] {
  const models = merged === null ? [] : [...ROLES.map((role) => merged.roles[role].model), merged.stronger ?? ''];
  return found.agents.flatMap(({ name, at, why, version, key, login, account }): Check[] => {
    const wanted = models.some((model) => providerName(model) === name && isCodingAgent(model, user));
    const shown = { name: `agent ${name}` };
    if (at === null && !wanted) return [];
    if (at === null)
      return [
        {
          ...shown,
          state: 'problem',
          detail: why,
          fix: 'Install it, or say where it is under `agents:`: docs/agents.md.',
        },
      ];
    const paid =
      key === null
        ? `its own login (${accountText(account, key)}), a turn is one call of a subscription`
        : accountText(account, key);
    const detail = `${at}, ${version ?? 'no version told'}\ncalls with ${paid}`;
    if (account?.state !== 'out') return [ok(shown.name, detail)];
    return [{ ...shown, state: wanted ? 'problem' : 'warning', detail, fix: `Log in: ${login}` }];
  });
}

/** A local model is there when its server says so. */
function checkServer(model: string, found: Survey): Check {
  const provider = providerName(model);
  const name = model.slice(provider.length + 1);
  const server = found.servers.find((candidate) => candidate.provider === provider);
  const shown = { name: `model ${name}`, fix: null };
  if (server === undefined || !isLoopback(server.url))
    return { ...shown, state: 'warning', detail: `${server?.url ?? provider} is not on this machine: not asked` };
  if (server.models === null)
    return {
      ...shown,
      state: 'problem',
      detail: `no server answers at ${server.url}`,
      fix: adviceFor(provider, name).start,
    };
  if (server.models.includes(name)) return ok(shown.name, `${server.url} has it`);
  return { ...shown, state: 'problem', detail: `${server.url} does not have it`, fix: adviceFor(provider, name).get };
}

/** A model paid in credits has no price in dollars; a budget needs to know the most a call takes. */
function checkCredits(model: string, { creditsPerTurn }: { creditsPerTurn?: string }, rule: 'refuse' | 'allow'): Check {
  if (creditsPerTurn !== undefined) return ok('credits', `${model}: at most ${creditsPerTurn} credits a call`);
  const detail = `nobody says how many credits a call of ${model} takes at most`;
  return rule === 'allow'
    ? { name: 'credits', state: 'warning', detail: `${detail}: none are held for it`, fix: null }
    : { name: 'credits', state: 'problem', detail, fix: CREDITS_HINT };
}

function unpriced(model: string, rule: 'refuse' | 'allow'): Check {
  return {
    name: 'price',
    state: rule === 'allow' ? 'warning' : 'problem',
    detail: `${model} has no known price${rule === 'allow' ? ': its cost will be unknown' : ''}`,
    fix: rule === 'allow' ? null : 'Add one under `prices:` in your own configuration, or choose another model.',
  };
}

/** What could be used besides: keys that are set, servers that answer. */
function whatElseIsThere(found: Survey): Check[] {
  const keys = found.keys.filter((key) => key.set).map((key) => ok(`key ${key.provider}`, `${key.variable} is set`));
  const servers = found.servers.flatMap(({ provider, url, models }) =>
    models === null ? [] : [ok(`server ${provider}`, `${url} answers, ${count(models.length, 'model')}`)],
  );
  return [...keys, ...servers];
}

/** Whoever asks what is wrong has looked at the keys: each that was refused may be tried once more. */
function freeRefusedKeys(folders: Folders): Check[] {
  const refused = refusedKeysOf(folders).clearAll();
  if (refused === 0) return [];
  const detail = `${count(refused, 'key')} had been refused, and runs with ${refused === 1 ? 'it' : 'them'} waited`;
  return [{ name: 'refused keys', state: 'warning', detail, fix: 'Tried again from now on: `tercet resume`.' }];
}

class Warning extends Error {}

async function attempt(name: string, work: () => Promise<string>): Promise<Check> {
  try {
    return ok(name, await work());
  } catch (error) {
    if (error instanceof Warning) return { name, state: 'warning', detail: error.message, fix: null };
    if (!(error instanceof TercetError)) throw error;
    return { name, state: 'problem', detail: error.message, fix: error.hint ?? null };
  }
}

function ok(name: string, detail: string): Check {
  return { name, state: 'ok', detail, fix: null };
}

async function isThere(file: string): Promise<boolean> {
  const { access } = await import('node:fs/promises');
  return access(file).then(
    () => true,
    () => false,
  );
}
