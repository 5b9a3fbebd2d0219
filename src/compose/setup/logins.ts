import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { agentEnvironment } from '../../adapters/agent/cli/environment.ts';
import { runBriefly, type Said } from './run-briefly.ts';

/**
 * Whether a coding agent is logged in, by its own word. `unknown`: it does not tell without a call. Even `in` is what is
 * stored, not what its vendor would say: that is seen at the first call.
 */
export interface Login {
  state: 'in' | 'out' | 'unknown';
  /** For people; our words only: no account, no address, no key. */
  detail: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** How a program is asked, and how its answer is read. It may say anything: what is not known in it says nothing. */
interface Check {
  args: readonly string[];
  /** Variables of its own that say where its login is, or are it. */
  variables: readonly string[];
  read(said: Said): Login | null;
}

/** Programs answer this within two seconds; one that does not is not waited for. In ms. */
const DEADLINE_MS = 8_000;

const loggedIn = (how: string): Login => ({ state: 'in', detail: how });
const OUT: Login = { state: 'out', detail: 'not logged in' };

const CURSOR: Check = {
  args: ['status'],
  variables: ['CURSOR_CONFIG_DIR'],
  read: ({ stdout, stderr }) => {
    const text = `${stdout}\n${stderr}`;
    if (/\bnot (?:logged in|authenticated)\b/i.test(text)) return OUT;
    return /\blogged in\b/i.test(text) ? loggedIn('its own account') : null;
  },
};

/** By the name of the agent. Forms: claude 2.1.330, codex 0.169.0, opencode 1.18.33 as run; Cursor's as documented. */
const CHECKS: Readonly<Record<string, Check>> = {
  'claude-code': {
    args: ['auth', 'status'],
    variables: ['CLAUDE_CONFIG_DIR', 'CLAUDE_CODE_OAUTH_TOKEN', 'ANTHROPIC_BASE_URL', 'CLAUDE_CODE_USE_BEDROCK'],
    read: ({ stdout }) => readClaude(stdout),
  },
  codex: {
    args: ['login', 'status'],
    variables: ['CODEX_HOME'],
    read: ({ stdout, stderr }) => {
      const text = `${stdout}\n${stderr}`;
      if (/^Not logged in/m.test(text)) return OUT;
      if (/^Logged in using ChatGPT/m.test(text)) return loggedIn('ChatGPT');
      return /^(?:API key configured|Logged in using an API key)/m.test(text) ? loggedIn('an API key it stores') : null;
    },
  },
  cursor: CURSOR,
  'cursor-acp': CURSOR,
  opencode: {
    args: ['auth', 'list'],
    variables: ['OPENCODE_CONFIG', 'OPENCODE_CONFIG_DIR'],
    read: ({ stdout }) => {
      const [, stored] = /\b(\d+) credentials?\b/.exec(stdout) ?? [];
      if (stored === undefined) return null;
      // Without any it may still call: with keys of the environment, or models that are free.
      return stored === '0' ? { state: 'unknown', detail: 'no credentials stored' } : loggedIn(`${stored} stored`);
    },
  },
};

/** Files in the home folder that a program without such a command keeps its login in. */
const FILES: Readonly<Record<string, string>> = {
  'gemini-cli': '.gemini/oauth_creds.json',
};

/** Asks an installed coding agent for its login. It calls no model; Cursor's may ask its own server. Never throws. */
export async function loginOf(name: string, program: string, env: Env): Promise<Login> {
  const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
  if (check === undefined) return fromFile(name, env);
  const said = await runBriefly(program, check.args, agentEnvironment(env, check.variables), DEADLINE_MS);
  const plain = (text: string) => stripVTControlCharacters(text);
  const login = said === null ? null : check.read({ ...said, stdout: plain(said.stdout), stderr: plain(said.stderr) });
  return login ?? { state: 'unknown', detail: `its login is not told by \`${check.args.join(' ')}\`` };
}

function readClaude(stdout: string): Login | null {
  let status: { loggedIn?: unknown; authMethod?: unknown; subscriptionType?: unknown };
  try {
    status = JSON.parse(stdout);
  } catch {
    return null;
  }
  if (status.loggedIn === false) return OUT;
  if (status.loggedIn !== true) return null;
  const word = (value: unknown) =>
    typeof value === 'string' && /^[a-z][a-z0-9_.-]{1,30}$/i.test(value) ? value : null;
  const words = [word(status.authMethod), word(status.subscriptionType)].filter((each) => each !== null);
  return loggedIn(words.join(', ') || 'its own account');
}

async function fromFile(name: string, env: Env): Promise<Login> {
  const unknown = { state: 'unknown', detail: 'it does not tell whether it is logged in' } as const;
  const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  if (file === undefined) return unknown;
  const there = await stat(path.join(env.HOME ?? homedir(), file)).then(
    (found) => found.isFile(),
    () => false,
  );
  return there ? { state: 'unknown', detail: 'a login is stored; whether it is valid, it does not tell' } : unknown;
}
