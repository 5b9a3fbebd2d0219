import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type AcpAgentOptions, acpAgent } from '../../../../src/adapters/agent/acp/agent.ts';
import { ACP_PROFILES } from '../../../../src/adapters/agent/acp/profiles.ts';
import type { Door, Turn } from '../../../../src/ports/agent.ts';
import { aTurn } from '../../../ports/turn.ts';
import { type FakeTurn, installFake } from '../../../support/fake-agent/install.ts';
import { ENV } from '../cli/setup.ts';

/** A known agent, a model its transcript offers, and the transcript. */
export const KINDS = {
  opencode: { model: 'opencode/fake/fast', acp: 'acp-opencode', keys: [] },
  'gemini-cli': { model: 'gemini-cli/gemini-3.8-flash', acp: 'acp-gemini', keys: ['GEMINI_API_KEY'] },
  'claude-acp': { model: 'claude-acp/claude-haiku-5-5', acp: 'acp-claude-perm', keys: ['ANTHROPIC_API_KEY'] },
  'codex-acp': { model: 'codex-acp/gpt-6.1-sol', acp: 'acp-codex-perm', keys: ['CODEX_API_KEY'] },
  'cursor-acp': { model: 'cursor-acp/composer-2.5', acp: 'acp-cursor', keys: ['CURSOR_API_KEY'] },
  copilot: { model: 'copilot/gpt-6.1-sol', acp: 'acp-copilot', keys: [] },
  goose: { model: 'goose/anthropic/claude-haiku-5-5', acp: 'acp-goose', keys: ['ANTHROPIC_API_KEY'] },
  'qwen-code': { model: 'qwen-code/qwen3-coder-plus', acp: 'acp-qwen', keys: [] },
} as const;
export type Kind = keyof typeof KINDS;

/** The door to a plain folder, in which everything but `refused` may be written. */
export function doorTo(folder: string, refused: readonly string[] = [], run: Door['run'] = null): Door {
  const refuse = (file: string) => (refused.includes(file) ? `"${file}" is not among the files of T1.` : null);
  const at = (file: string) => path.join(folder, file);
  return {
    refuse,
    read: async (file) => {
      try {
        return { text: readFileSync(at(file), 'utf8') };
      } catch {
        return { text: null };
      }
    },
    write: async (file, text) => {
      const reason = refuse(file);
      if (reason !== null) return reason;
      mkdirSync(path.dirname(at(file)), { recursive: true });
      writeFileSync(at(file), text);
      return null;
    },
    run,
  };
}

/** An agent over a fake program that replays the kind's transcript on each turn, and a folder for it to work in. */
export function fakeAcp(
  kind: Kind,
  turns: readonly FakeTurn[] = [{}],
  given: Partial<AcpAgentOptions> = {},
  { refused, run }: { refused?: readonly string[]; run?: Door['run'] } = {},
) {
  const { model, acp, keys } = KINDS[kind];
  const profile = ACP_PROFILES[kind];
  if (profile === undefined) throw new Error(`no profile ${kind}`);
  const fake = installFake(
    profile.program,
    turns.map((turn) => ({ acp, ...turn })),
  );
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'tercet-work-')));
  const agent = acpAgent({
    profile,
    model,
    keys,
    pricedAs: model,
    lineage: 'test',
    program: fake.program,
    billing: keys.length > 0 ? 'key' : 'login',
    usdPerTurn: '0.75',
    env: ENV,
    version: '0.0.0-test',
    ...given,
  });
  return {
    agent,
    fake,
    folder,
    /** What the client was sent and sent back, of one method. */
    sent: (method: string) => fake.words().flatMap(({ got }) => (got?.method === method ? [got.params ?? {}] : [])),
    go: (turn: Partial<Turn> = {}, write = true, signal = new AbortController().signal) =>
      agent.turn(aTurn(turn), { signal, folder: { path: folder, write, door: doorTo(folder, refused, run) } }),
    [Symbol.dispose]: () => {
      fake.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
