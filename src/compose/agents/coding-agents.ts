import { acpAgent } from '../../adapters/agent/acp/agent.ts';
import { cliAgent } from '../../adapters/agent/cli/agent.ts';
import { CLAUDE_CODE } from '../../adapters/agent/cli/claude-code.ts';
import { CODEX } from '../../adapters/agent/cli/codex.ts';
import { CURSOR } from '../../adapters/agent/cli/cursor.ts';
import type { Profile } from '../../adapters/agent/cli/profile.ts';
import type { UserConfig } from '../../contract/config.ts';
import type { Lineage } from '../../contract/role.ts';
import type { Agent } from '../../ports/agent.ts';
import { packageVersion } from '../package-folder.ts';
import { acpKnown, acpNames, ownAgent } from './acp-agents.ts';
import { canRun, onPath } from './on-path.ts';
import { KNOWN_PROVIDERS, providerName } from './providers.ts';

/** What a program's models are called in the catalogue, and whose training they are of where that is always the same. */
interface CodingAgent {
  profile: Profile;
  provider: string | null;
  lineage: Lineage;
}

/** Coding agents that a role is given to by the first part of a model's name: `claude-code/claude-haiku-5-5`. */
const CODING_AGENTS: Readonly<Record<string, CodingAgent>> = {
  'claude-code': { profile: CLAUDE_CODE, provider: 'anthropic', lineage: 'anthropic' },
  codex: { profile: CODEX, provider: 'openai', lineage: 'openai' },
  cursor: { profile: CURSOR, provider: null, lineage: null },
};

/** USD held for one turn unless the person says otherwise: a task of a few files is far below. */
const USD_PER_TURN = '1';

type Env = Readonly<Record<string, string | undefined>>;

/** Whether a model is filled in by a program on this machine. A provider of the person's own by that name comes first. */
export function isCodingAgent(model: string, user: Pick<UserConfig, 'providers' | 'agents'>): boolean {
  const name = providerName(model);
  if (Object.hasOwn(user.providers ?? {}, name) || Object.hasOwn(KNOWN_PROVIDERS, name)) return false;
  return Object.hasOwn(CODING_AGENTS, name) || acpKnown(name, user) !== null;
}

/** The agent, and why it cannot work here; null when it can, as far as can be seen without asking it. */
export function castCodingAgent(
  model: string,
  user: UserConfig,
  env: Env,
  lineage: Lineage,
): { agent: Agent; missing: string | null } {
  const name = providerName(model);
  const own = ownAgent(name, user) ?? {};
  const id = model.slice(name.length + 1);
  const acp = acpKnown(name, user);
  const known = acp ?? (CODING_AGENTS[name] as CodingAgent);
  const found = findProgram(known.profile, own.command, env.PATH);
  const keys = keysOf(known.profile, id);
  const shared = {
    model,
    lineage: lineage ?? known.lineage ?? lineageByName(id),
    program: found ?? known.profile.program,
    billing: own.billing ?? (keyOf({ keys }, env) === null ? 'login' : 'key'),
    usdPerTurn: own.usdPerTurn === undefined ? USD_PER_TURN : String(own.usdPerTurn),
    pricedAs: pricedAs(known.provider, name, id),
    env,
    ...(own.minutes === undefined ? {} : { deadlines: { totalMs: own.minutes * 60_000 } }),
  };
  const agent =
    acp === null
      ? cliAgent({ ...shared, profile: (CODING_AGENTS[name] as CodingAgent).profile })
      : acpAgent({ ...shared, profile: acp.profile, keys, version: packageVersion() });
  return { agent, missing: found === null ? whereNot(known.profile, own.command) : null };
}

/** Variables with keys of an agent: its own, or those of the provider whose model it is asked for. */
function keysOf({ keys }: { keys: readonly string[] | 'by-model' }, id: string): readonly string[] {
  if (keys !== 'by-model') return keys;
  const provider = providerName(id);
  return Object.hasOwn(KNOWN_PROVIDERS, provider) ? (KNOWN_PROVIDERS[provider]?.keys ?? []) : [];
}

/** The catalogue's id of a model: `provider` is theirs, or a whole id; without one the model's own name may begin with it. */
function pricedAs(provider: string | null, name: string, id: string): string {
  if (provider !== null) return provider.includes('/') ? provider : `${provider}/${id}`;
  return id.includes('/') ? id : `${name}/${id}`;
}

/** A coding agent as it is on this machine; `at` is null where it is not. */
export interface InstalledAgent {
  name: string;
  title: string;
  at: string | null;
  /** Why not, in words. */
  why: string;
  /** What it says for `--version`; null where it says nothing. */
  version: string | null;
  /** The variable whose key it would call with; null: its own login, which it tells nobody. */
  key: string | null;
  login: string;
}

/** Asks every coding agent that is installed for its version, and nothing else: that calls no model. */
export async function surveyCodingAgents(user: UserConfig, env: Env): Promise<InstalledAgent[]> {
  return Promise.all(
    [...Object.keys(CODING_AGENTS), ...acpNames(user)].map(async (name) => {
      const { profile } = acpKnown(name, user) ?? (CODING_AGENTS[name] as CodingAgent);
      const own = ownAgent(name, user) ?? {};
      const at = findProgram(profile, own.command, env.PATH);
      const key = own.billing === 'login' ? null : keyOf({ keys: keysOf(profile, '') }, env);
      const version = at === null ? null : await versionOf(at, env);
      const { title, login } = profile;
      return { name, title, at, why: whereNot(profile, own.command), version, key, login };
    }),
  );
}

/** Programs answer this at once; one that does not is not waited for. */
const VERSION_MS = 5_000;

async function versionOf(program: string, env: Env): Promise<string | null> {
  const { execFile } = await import('node:child_process');
  const { PATH, HOME } = env;
  return new Promise((resolve) => {
    const options = { timeout: VERSION_MS, killSignal: 'SIGKILL', maxBuffer: 64 * 1024, env: { PATH, HOME } } as const;
    const child = execFile(program, ['--version'], options, (error, stdout) => {
      const line = stdout.trim().split('\n').at(-1) ?? '';
      resolve(error !== null || line === '' ? null : line.slice(0, 80));
    });
    child.stdin?.end();
  });
}

function keyOf({ keys }: Pick<Profile, 'keys'>, env: Env): string | null {
  return keys.find((key) => (env[key] ?? '').trim() !== '') ?? null;
}

/** The program as an absolute path, or null: where the person says it is, else on PATH. */
function findProgram({ program }: Pick<Profile, 'program'>, command: string | undefined, search = ''): string | null {
  if (command !== undefined) return canRun(command) ? command : null;
  return onPath(program, search);
}

function whereNot({ title, program }: Pick<Profile, 'title' | 'program'>, command: string | undefined): string {
  return command === undefined
    ? `${title} is not installed (no \`${program}\` on PATH)`
    : `${title} is not at ${command}`;
}

/** Of a program that serves models of several vendors, the name of the model tells; it may begin with a provider's. */
function lineageByName(id: string): Lineage {
  const name = id.slice(id.lastIndexOf('/') + 1);
  return LINEAGES.find(([begins]) => begins.test(name))?.[1] ?? null;
}

const LINEAGES: readonly (readonly [RegExp, string])[] = [
  [/^composer/i, 'cursor'],
  [/^(claude|sonnet|opus|haiku|fable)/i, 'anthropic'],
  [/^(gpt|o\d|codex)/i, 'openai'],
  [/^(gemini|gemma)/i, 'google'],
  [/^grok/i, 'xai'],
  [/^(qwen|qwq)/i, 'alibaba'],
  [/^deepseek/i, 'deepseek'],
  [/^(mistral|devstral|codestral|magistral)/i, 'mistral'],
];
