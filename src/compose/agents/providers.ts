import { ACP_PROFILES } from '../../adapters/agent/acp/profiles.ts';
import type { MindStudioSettings } from '../../adapters/agent/mindstudio/settings.ts';
import type { ProviderSettings } from '../../adapters/agent/model/settings.ts';
import type { UserConfig } from '../../contract/config.ts';
import { TercetError } from '../../contract/errors.ts';
import { showHidden } from '../../handoff/hidden.ts';
import { closestName } from '../../handoff/paths.ts';
import { isOwnNetwork } from './local-address.ts';
import { adviceFor } from './own-servers.ts';

/** Where the calls of a model go: a model API, or MindStudio's SDK. */
export type Source = ProviderSettings | MindStudioSettings;

/** A provider Tercet knows by name: which protocol it speaks, and which variables of the environment hold its key. */
export interface KnownProvider {
  kind: Source['kind'];
  keys: readonly string[];
  baseUrl?: string;
  /** Variable that redirects it, as the vendor's own tools read it. */
  baseUrlEnv?: string;
  structured?: boolean;
  /** People run it on machines of their own: free there, and without a key unless they set one. */
  selfHosted?: boolean;
}

export const KNOWN_PROVIDERS: Readonly<Record<string, KnownProvider>> = {
  anthropic: { kind: 'anthropic', keys: ['ANTHROPIC_API_KEY'], baseUrlEnv: 'ANTHROPIC_BASE_URL' },
  openai: { kind: 'openai', keys: ['OPENAI_API_KEY'], baseUrlEnv: 'OPENAI_BASE_URL' },
  google: { kind: 'google', keys: ['GOOGLE_GENERATIVE_AI_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_API_KEY'] },
  xai: { kind: 'openai-compatible', keys: ['XAI_API_KEY'], baseUrl: 'https://api.x.ai/v1', structured: true },
  openrouter: {
    kind: 'openai-compatible',
    keys: ['OPENROUTER_API_KEY'],
    baseUrl: 'https://openrouter.ai/api/v1',
    structured: true,
  },
  ollama: {
    kind: 'openai-compatible',
    keys: [],
    baseUrl: 'http://127.0.0.1:11434/v1',
    baseUrlEnv: 'OLLAMA_HOST',
    structured: true,
    selfHosted: true,
  },
  lmstudio: {
    kind: 'openai-compatible',
    keys: [],
    baseUrl: 'http://127.0.0.1:1234/v1',
    structured: true,
    selfHosted: true,
  },
  llamacpp: {
    kind: 'openai-compatible',
    keys: ['LLAMA_API_KEY'],
    baseUrl: 'http://127.0.0.1:8080/v1',
    structured: true,
    selfHosted: true,
  },
  vllm: {
    kind: 'openai-compatible',
    keys: ['VLLM_API_KEY'],
    baseUrl: 'http://127.0.0.1:8000/v1',
    structured: true,
    selfHosted: true,
  },
  mindstudio: {
    kind: 'mindstudio',
    keys: ['MINDSTUDIO_API_KEY'],
    baseUrl: 'https://v1.mindstudio-api.com',
    baseUrlEnv: 'MINDSTUDIO_BASE_URL',
  },
};

/** The name before the first slash of a model id. */
export function providerName(model: string): string {
  return model.slice(0, model.indexOf('/'));
}

/**
 * Where a model is called and with which key. Endpoints come from the person's configuration or environment only. It is
 * free (`local`) where the person says so, or where a server that is run at home answers at an address of their own network.
 * @throws TercetError `config` for a provider nobody has configured.
 */
export function providerFor(model: string, user: UserConfig, env: NodeJS.ProcessEnv): Source {
  const name = providerName(model);
  const own = ownProvider(user, name);
  const known = Object.hasOwn(KNOWN_PROVIDERS, name) ? KNOWN_PROVIDERS[name] : undefined;
  if (own === undefined && known === undefined) {
    const names = [...new Set([...Object.keys(KNOWN_PROVIDERS), ...Object.keys(user.providers ?? {})])];
    const builtIn = ['claude-code', 'codex', 'cursor', ...Object.keys(ACP_PROFILES)];
    const agents = [...new Set([...builtIn, ...Object.keys(user.agents ?? {})])];
    const near = closestName(name, [...names, ...agents]);
    const meant = near === null ? '' : `Did you mean ${near}? `;
    const of = model === `${name}/` ? '' : ` (for ${model})`;
    throw new TercetError('config', `There is no provider "${name}"${of}.`, {
      hint: `${meant}Known: ${names.join(', ')}, and the coding agents ${agents.join(', ')}. Add an OpenAI-compatible endpoint under \`providers:\` in your own configuration.`,
    });
  }
  const keys = own?.apiKeyEnv === undefined ? (known?.keys ?? []) : [own.apiKeyEnv];
  const baseUrl = own?.baseUrl ?? redirected(name, env) ?? known?.baseUrl;
  if (baseUrl !== undefined && /[^!-~]/u.test(baseUrl)) throw deceptiveAddress(name, baseUrl);
  if (known === undefined && baseUrl === undefined) {
    throw new TercetError('config', `Provider ${name} has no base URL.`, {
      hint: `Set providers.${name}.baseUrl in your configuration.`,
    });
  }
  if (known?.kind === 'mindstudio' && !/^https?:/.test(schemeOf(baseUrl))) {
    throw new TercetError('config', `The address of ${name} is none: ${JSON.stringify(baseUrl)}.`, {
      hint: 'Give it as https://…, in MINDSTUDIO_BASE_URL or under `providers:` in your own configuration.',
    });
  }
  const structured = own?.structured ?? known?.structured;
  const kind = known?.kind ?? 'openai-compatible';
  const apiKey = keys.map((key) => nonEmpty(env[key])).find((key) => key !== undefined) ?? null;
  const headers = own?.headers === undefined ? {} : { headers: own.headers };
  if (kind === 'mindstudio') {
    const credits = own?.creditsPerTurn === undefined ? {} : { creditsPerTurn: String(own.creditsPerTurn) };
    return { kind, name, apiKey, baseUrl: baseUrl ?? '', local: false, ...headers, ...credits };
  }
  return {
    kind,
    name,
    apiKey,
    local: own?.local ?? (known?.selfHosted === true && baseUrl !== undefined && isOwnNetwork(baseUrl)),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...headers,
    ...(structured === undefined ? {} : { structured }),
    ...(isSelfHosted(name) ? { advice: adviceFor(name, apiModelName(model)) } : {}),
  };
}

/** `https:` of an address; empty where it is none. */
function schemeOf(url = ''): string {
  return URL.canParse(url) ? new URL(url).protocol : '';
}

/** What follows the provider's name in a model id. */
function apiModelName(model: string): string {
  return model.slice(model.indexOf('/') + 1);
}

/** Whether calls are refused without a key. A server of the person's own, near or far, has none unless they set one. */
export function needsKey({ name, local }: Pick<Source, 'name' | 'local'>): boolean {
  return local !== true && !isSelfHosted(name);
}

/** Whether people run a provider themselves. */
export function isSelfHosted(name: string): boolean {
  return Object.hasOwn(KNOWN_PROVIDERS, name) && KNOWN_PROVIDERS[name]?.selfHosted === true;
}

/** A letter that looks like another leads elsewhere, and a line break is dropped when the address is read. */
function deceptiveAddress(name: string, baseUrl: string): TercetError {
  const shown = showHidden(JSON.stringify(baseUrl));
  return new TercetError('config', `The address of ${name} holds a character that is not plain ASCII: ${shown}.`, {
    hint: 'Type it anew, by hand; a name in another script is written in its xn-- form.',
  });
}

/** The variables a missing key can be put into; empty when the provider needs none. */
export function keyNames(model: string, user: UserConfig): readonly string[] {
  const name = providerName(model);
  const own = ownProvider(user, name)?.apiKeyEnv;
  return own === undefined ? (Object.hasOwn(KNOWN_PROVIDERS, name) ? (KNOWN_PROVIDERS[name]?.keys ?? []) : []) : [own];
}

/** What the person's configuration says of a provider. */
export function ownProvider(user: UserConfig, name: string): NonNullable<UserConfig['providers']>[string] | undefined {
  return user.providers !== undefined && Object.hasOwn(user.providers, name) ? user.providers[name] : undefined;
}

/** Where the environment sends calls to a provider, as the vendor's own tools read it. */
export function redirected(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const variable = Object.hasOwn(KNOWN_PROVIDERS, name) ? KNOWN_PROVIDERS[name]?.baseUrlEnv : undefined;
  const value = variable === undefined ? undefined : nonEmpty(env[variable]);
  return value !== undefined && name === 'ollama' ? ollamaUrl(value) : value;
}

/** OLLAMA_HOST as Ollama reads it: `host`, `host:port`, `:port` or a URL. A server that listens everywhere is called at home. */
function ollamaUrl(said: string): string | undefined {
  const host = said.startsWith(':') ? `127.0.0.1${said}` : said;
  try {
    const url = new URL(/^https?:\/\//.test(host) ? host : `http://${host}`);
    const name = url.hostname === '0.0.0.0' || url.hostname === '[::]' ? '127.0.0.1' : url.hostname;
    return `${url.protocol}//${name}:${url.port || '11434'}/v1`;
  } catch {
    return undefined;
  }
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}
