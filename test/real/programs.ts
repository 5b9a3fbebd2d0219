import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A real coding agent: what is installed, what Tercet calls it, and how it is pointed at a model server on loopback. */
export interface RealProgram {
  title: string;
  /** Versions by package name. */
  packages: Readonly<Record<string, string>>;
  /** Its command. */
  command: string;
  model: string;
  /** Models of another lineage, for the two other roles. */
  others: { executor: string; reviewer: string };
  /** Which of its tokens it tells of, in words; absent: of all. */
  tells?: string;
  /** Added to the person's configuration, as YAML. */
  config?: string;
  /** What a person would have in their environment; files that it needs are written into `home`. */
  env(url: string, home: string): Record<string, string>;
}

const CODEX_TOML = (url: string) => `model_provider = "loopback"
[model_providers.loopback]
name = "loopback"
base_url = "${url}/v1"
env_key = "CODEX_API_KEY"
wire_api = "responses"
`;

const CODEX_ENV: RealProgram['env'] = (url, home) => {
  const folder = path.join(home, '.codex');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'config.toml'), CODEX_TOML(url));
  return { CODEX_HOME: folder, CODEX_API_KEY: KEY };
};

/** It knows no model that is newer than its own list. */
const openCode = (url: string) => ({
  autoupdate: false,
  share: 'disabled',
  provider: {
    anthropic: {
      options: { baseURL: `${url}/v1` },
      models: { 'claude-haiku-5-5': { name: 'Haiku', tool_call: true, limit: { context: 200_000, output: 32_000 } } },
    },
  },
});

const NOT_ANTHROPIC = { executor: 'openai/gpt-6-luna', reviewer: 'openai/gpt-6.1-sol' };
const NOT_OPENAI = { executor: 'anthropic/claude-haiku-5-5', reviewer: 'anthropic/claude-opus-5-5' };
const KEY = 'sk-real-test-0123456789abcdef';

export const PROGRAMS: readonly RealProgram[] = [
  {
    title: 'Claude Code',
    packages: { '@anthropic-ai/claude-code': '2.1.330' },
    command: 'claude',
    model: 'claude-code/claude-haiku-5-5',
    others: NOT_ANTHROPIC,
    env: (url) => ({ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: KEY }),
  },
  {
    title: 'Codex',
    packages: { '@openai/codex': '0.169.0' },
    command: 'codex',
    model: 'codex/gpt-6-luna',
    others: NOT_OPENAI,
    env: CODEX_ENV,
  },
  {
    title: 'opencode',
    packages: { 'opencode-ai': '1.18.33' },
    command: 'opencode',
    model: 'opencode/anthropic/claude-haiku-5-5',
    tells: 'it tells only those of its last step',
    others: NOT_ANTHROPIC,
    env: (url, home) => {
      const file = path.join(home, 'opencode.json');
      writeFileSync(file, JSON.stringify(openCode(url)));
      return { OPENCODE_CONFIG: file, ANTHROPIC_API_KEY: KEY };
    },
  },
  {
    title: 'Gemini CLI',
    packages: { '@google/gemini-cli': '0.61.0' },
    command: 'gemini',
    model: 'gemini-cli/gemini-3.8-flash',
    others: NOT_ANTHROPIC,
    env: (url) => ({ GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: KEY }),
  },
  {
    title: 'claude-agent-acp',
    packages: { '@agentclientprotocol/claude-agent-acp': '0.101.0' },
    command: 'claude-agent-acp',
    model: 'claude-acp/claude-haiku-5-5',
    others: NOT_ANTHROPIC,
    env: (url) => ({ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: KEY }),
  },
  {
    title: 'codex-acp',
    packages: { '@agentclientprotocol/codex-acp': '2.6.0' },
    command: 'codex-acp',
    model: 'codex-acp/gpt-6-luna',
    others: NOT_OPENAI,
    env: CODEX_ENV,
  },
];
