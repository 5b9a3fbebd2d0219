import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CliAgentOptions, cliAgent } from '../../../../src/adapters/agent/cli/agent.ts';
import { CLAUDE_CODE } from '../../../../src/adapters/agent/cli/claude-code.ts';
import { CODEX } from '../../../../src/adapters/agent/cli/codex.ts';
import { CURSOR } from '../../../../src/adapters/agent/cli/cursor.ts';
import type { Turn } from '../../../../src/ports/agent.ts';
import { aTurn } from '../../../ports/agent.contract.ts';
import { type FakeTurn, installFake } from '../../../support/fake-agent/install.ts';

export const KINDS = {
  claude: { profile: CLAUDE_CODE, model: 'claude-code/claude-sonnet-5-5', pricedAs: 'anthropic/claude-sonnet-5-5' },
  codex: { profile: CODEX, model: 'codex/gpt-6.1-sol', pricedAs: 'openai/gpt-6.1-sol' },
  cursor: { profile: CURSOR, model: 'cursor/composer-2.5', pricedAs: 'cursor/composer-2.5' },
} as const;

/** Variables that no program but its own may see, among what it needs. */
export const ENV = {
  PATH: `relative/bin:${process.env.PATH ?? ''}`,
  HOME: '/home/nobody',
  ANTHROPIC_API_KEY: 'sk-ant-test-0123456789',
  OPENAI_API_KEY: 'sk-test-0123456789',
  CODEX_API_KEY: 'sk-codex-test-0123456789',
  CURSOR_API_KEY: 'cursor-test-0123456789',
  GEMINI_API_KEY: 'gemini-test-0123456789',
  TERCET_HOME: '/somewhere',
};

/** An agent over a fake program, and a folder for it to work in. */
export function fakeAgent(kind: keyof typeof KINDS, turns: readonly FakeTurn[], given: Partial<CliAgentOptions> = {}) {
  const { profile, model, pricedAs } = KINDS[kind];
  const fake = installFake(profile.program, turns);
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'tercet-work-')));
  const agent = cliAgent({
    profile,
    model,
    pricedAs,
    lineage: 'test',
    program: fake.program,
    billing: 'key',
    usdPerTurn: '0.75',
    env: ENV,
    ...given,
  });
  return {
    agent,
    fake,
    folder,
    go: (turn: Partial<Turn> = {}, write = true, signal = new AbortController().signal) =>
      agent.turn(aTurn(turn), { signal, folder: { path: folder, write } }),
    [Symbol.dispose]: () => {
      fake.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether a process runs: one that has ended and that nobody has asked about yet does not. */
export function isAlive(pid: number | null | undefined): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}
