import { castAgents } from '../../../compose/agents.ts';
import { catalogueOf, openSession, refusedKeysOf } from '../../../compose/compose.ts';
import { foldersOf } from '../../../compose/folders.ts';
import { packageVersion } from '../../../compose/package-folder.ts';
import { readPrompts } from '../../../compose/prompts.ts';
import { readConfig } from '../../../compose/read-config.ts';
import { type Merged, mergeSettings } from '../../../compose/settings.ts';
import { survey } from '../../../compose/survey.ts';
import { TercetError } from '../../../contract/errors.ts';
import { ROLES } from '../../../contract/role.ts';
import { findPrice } from '../../../pricing/catalogue.ts';
import { showUsd } from '../../../pricing/usd.ts';
import { checkLineage } from '../../../workflow/calls/lineage.ts';
import { type CommonOptions, type Io, print } from '../io.ts';

/** One thing looked at. `fix` says what to do when it is not well. */
interface Check {
  name: string;
  state: 'ok' | 'warning' | 'missing';
  detail: string;
  fix: string | null;
}

/** `tercet doctor`: says what is there and what is missing. Calls no model, prints no key. */
export async function doctor(io: Io, options: CommonOptions & { trio?: string }): Promise<number> {
  const checks: Check[] = [];
  const ok = (name: string, detail: string) => checks.push({ name, state: 'ok', detail, fix: null });
  const attempt = async (name: string, work: () => Promise<string>) => {
    try {
      ok(name, await work());
    } catch (error) {
      if (!(error instanceof TercetError)) throw error;
      checks.push({ name, state: 'missing', detail: error.message, fix: error.hint ?? null });
    }
  };
  const folders = foldersOf(io.env);
  ok('version', `tercet ${packageVersion()}, Node ${process.versions.node}`);
  await attempt('repository', async () => {
    const session = await openSession(io);
    await session.close();
    return `${session.repository.root}; runs and ledger in ${folders.data}`;
  });
  const root = await repositoryRootOrNull(io);
  let merged: Merged | null = null;
  await attempt('configuration', async () => {
    const config = await readConfig(folders, root);
    merged = mergeSettings(config, { trio: options.trio });
    return `${folders.config}${root === null ? '' : ` and ${root}/tercet.yaml`} (a missing file is empty); trio ${merged.trio}, budget ${showUsd(merged.settings.budgetUsd)} a run`;
  });
  if (merged !== null) await checkModels(io, merged, attempt, checks);
  const { user } = await readConfig(folders, null).catch(() => ({ user: {} }));
  const found = await survey(user, io.env);
  for (const { provider, variable, set } of found.keys) if (set) ok(`key ${provider}`, `${variable} is set`);
  for (const { provider, url, models } of found.servers)
    if (models !== null) ok(`server ${provider}`, `${url} answers, ${models.length} model(s)`);
  const broken = checks.some((check) => check.state === 'missing');
  const refused = refusedKeysOf(folders).clearAll();
  if (refused > 0) {
    const detail = `${refused} key(s) had been refused by their providers, and runs on them waited`;
    checks.push({
      name: 'refused keys',
      state: 'warning',
      detail,
      fix: 'Each is tried again from now on: `tercet resume`.',
    });
  }
  if (options.json === true) print(io, JSON.stringify({ ok: !broken, checks }));
  else for (const check of checks) print(io, line(check));
  return broken ? 2 : 0;
}

async function checkModels(
  io: Io,
  merged: Merged,
  attempt: (name: string, work: () => Promise<string>) => Promise<void>,
  checks: Check[],
): Promise<void> {
  const config = await readConfig(foldersOf(io.env), null);
  const catalogue = catalogueOf(config);
  await attempt('prompts', async () => {
    const prompts = await readPrompts({
      planner: merged.roles.planner.prompt,
      executor: merged.roles.executor.prompt,
      reviewer: merged.roles.reviewer.prompt,
    });
    return ROLES.map((role) => `${role} ${prompts[role].hash.slice(0, 12)}`).join(', ');
  });
  await attempt('models', async () => {
    const cast = castAgents(merged, config.user, catalogue, io.env, {}, ROLES);
    const warnings: string[] = [];
    checkLineage({
      ...cast,
      settings: merged.settings,
      emit: (event) => 'message' in event && warnings.push(event.message),
    });
    for (const warning of warnings) checks.push({ name: 'lineage', state: 'warning', detail: warning, fix: null });
    return ROLES.map(
      (role) => `${role} ${cast.agents[role].model} (${cast.agents[role].lineage ?? 'lineage unknown'})`,
    ).join(', ');
  });
  const day = new Date().toISOString().slice(0, 10);
  for (const role of ROLES) {
    const { model } = merged.roles[role];
    if (findPrice(catalogue, model, day) !== null || model.startsWith('ollama/')) continue;
    checks.push({
      name: `price ${role}`,
      state: 'warning',
      detail: `${model} has no known price`,
      fix: 'Add it under `prices:` in your own configuration; until then a metered call of it is refused.',
    });
  }
}

async function repositoryRootOrNull(io: Io): Promise<string | null> {
  const { repositoryRoot } = await import('../../../compose/compose.ts');
  return repositoryRoot(io).catch(() => null);
}

function line({ name, state, detail, fix }: Check): string {
  const mark = { ok: 'ok     ', warning: 'warning', missing: 'MISSING' }[state];
  return `${mark}  ${name}: ${detail}${fix === null ? '' : `\n         → ${fix}`}`;
}
