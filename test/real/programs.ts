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
    env: (url, home) => {
      const folder = path.join(home, '.codex');
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, 'config.toml'), CODEX_TOML(url));
      return { CODEX_HOME: folder, CODEX_API_KEY: KEY };
    },
  },
];
