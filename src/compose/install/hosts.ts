import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Entry, Json } from '../../adapters/host-settings/entry.ts';
import { KNOWN_PROVIDERS } from '../agents/providers.ts';
import type { Machine, Start } from './machine.ts';

/** A tool that can call Tercet, and its own settings: where they are, how they are written, and what ours is in them. */
export interface HostTool {
  title: string;
  /** Any of these on PATH, or its folder, shows that it is here. */
  programs: readonly string[];
  folder(machine: Machine): string;
  /** The person's settings file that is read, or would be. */
  file(machine: Machine): string;
  /** `json` takes no comments. */
  format: 'json' | 'jsonc' | 'toml';
  entries(start: Start, machine: Machine): Entry[];
  /** A file of this package that has to be there and is not; null when all is. */
  lacks?(machine: Machine): string | null;
  /** What the person does for it to take effect. */
  next: string;
}

/** A call waits this long at most, in ms: see docs/mcp.md, "The timeout". */
const CALL_MS = 600_000;
const STARTUP_S = 30;

const home = ({ env }: Machine) => env.HOME || homedir();
const from = (variable: string, machine: Machine, otherwise: string) => machine.env[variable] || otherwise;
const xdg = (machine: Machine) => from('XDG_CONFIG_HOME', machine, path.join(home(machine), '.config'));

/** Names of variables, never their values: of those that hold keys, and of those that say where Tercet is and calls. */
const KEYS = [...new Set(Object.values(KNOWN_PROVIDERS).flatMap(({ keys }) => keys))].sort();
const PLACES = [
  'TERCET_HOME',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  ...Object.values(KNOWN_PROVIDERS).flatMap(({ baseUrlEnv }) => baseUrlEnv ?? []),
].sort();

export const HOSTS: Readonly<Record<string, HostTool>> = {
  'claude-code': {
    title: 'Claude Code',
    programs: ['claude'],
    folder: (machine) => from('CLAUDE_CONFIG_DIR', machine, path.join(home(machine), '.claude')),
    file: (machine) => path.join(HOSTS['claude-code']?.folder(machine) ?? '', 'settings.json'),
    format: 'json',
    entries: (_, { packageFolder }) => [
      {
        path: ['extraKnownMarketplaces', 'tercet'],
        value: { source: { source: 'directory', path: packageFolder } },
      },
      { path: ['enabledPlugins', 'tercet@tercet'], value: true },
    ],
    lacks: ({ packageFolder }) => {
      const file = path.join(packageFolder, '.claude-plugin', 'marketplace.json');
      return existsSync(file) ? null : file;
    },
    next: 'Start a new session: the plugin has /tercet:run, and the MCP server.',
  },
  codex: {
    title: 'Codex',
    programs: ['codex'],
    folder: (machine) => from('CODEX_HOME', machine, path.join(home(machine), '.codex')),
    file: (machine) => path.join(HOSTS.codex?.folder(machine) ?? '', 'config.toml'),
    format: 'toml',
    entries: ({ command, args }) => [
      {
        path: ['mcp_servers', 'tercet'],
        value: {
          command,
          args,
          // It hands a server only the variables that are named.
          env_vars: [...KEYS, ...PLACES],
          startup_timeout_sec: STARTUP_S,
          tool_timeout_sec: CALL_MS / 1000,
        },
      },
    ],
    next: 'Start a new session; `codex mcp list` shows the server.',
  },
  cursor: {
    title: 'Cursor',
    programs: ['cursor', 'cursor-agent'],
    folder: (machine) => path.join(home(machine), '.cursor'),
    file: (machine) => path.join(home(machine), '.cursor', 'mcp.json'),
    format: 'jsonc',
    entries: (start) => [{ path: ['mcpServers', 'tercet'], value: { ...start } }],
    next: 'Restart Cursor, and see that the server is on under its MCP settings.',
  },
  gemini: {
    title: 'Gemini CLI',
    programs: ['gemini'],
    folder: (machine) => path.join(home(machine), '.gemini'),
    file: (machine) => path.join(home(machine), '.gemini', 'settings.json'),
    format: 'jsonc',
    entries: (start) => [
      {
        path: ['mcpServers', 'tercet'],
        // It takes keys out of a server's environment unless they are named; one that is not set arrives empty.
        value: { ...start, env: named((key) => `\${${key}}`), timeout: CALL_MS },
      },
    ],
    next: 'Start a new session in a folder you trust; `gemini mcp list` shows the server.',
  },
  opencode: {
    title: 'opencode',
    programs: ['opencode'],
    folder: (machine) => path.join(xdg(machine), 'opencode'),
    file: (machine) => {
      const folder = path.join(xdg(machine), 'opencode');
      const files = ['opencode.jsonc', 'opencode.json'].map((name) => path.join(folder, name));
      return from(
        'OPENCODE_CONFIG',
        machine,
        files.find((file) => existsSync(file)) ?? path.join(folder, 'opencode.json'),
      );
    },
    format: 'jsonc',
    entries: ({ command, args }) => [
      {
        path: ['mcp', 'tercet'],
        value: { type: 'local', command: [command, ...args], enabled: true, timeout: CALL_MS },
      },
    ],
    next: 'Start a new session; `opencode mcp list` shows the server.',
  },
  vscode: {
    title: 'VS Code',
    programs: ['code'],
    folder: (machine) => path.join(vscode(machine), 'User'),
    file: (machine) => path.join(vscode(machine), 'User', 'mcp.json'),
    format: 'jsonc',
    entries: (start) => [{ path: ['servers', 'tercet'], value: { type: 'stdio', ...start } }],
    next: 'Start the server once with “MCP: List Servers”, and trust it there.',
  },
};

function named(value: (key: string) => string): { [key: string]: Json } {
  return Object.fromEntries(KEYS.map((key) => [key, value(key)]));
}

function vscode(machine: Machine): string {
  switch (machine.platform) {
    case 'darwin':
      return path.join(home(machine), 'Library', 'Application Support', 'Code');
    case 'win32':
      return path.join(from('APPDATA', machine, path.join(home(machine), 'AppData', 'Roaming')), 'Code');
    default:
      return path.join(xdg(machine), 'Code');
  }
}
