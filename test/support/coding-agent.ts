import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent, Turn, TurnAnswer, TurnFailure } from '../../src/ports/agent.ts';
import { writeFiles } from './repository.ts';

/** What a coding agent has of one turn: the folder it works in, and hands to write there. */
export interface AtWork {
  index: number;
  turn: Turn;
  folder: string;
  mayWrite: boolean;
  write(files: Record<string, string>): void;
  read(path: string): string;
  git(...args: string[]): string;
}

export type Deed = Partial<TurnAnswer> | Partial<Omit<TurnFailure, 'ok'>>;

/** A coding agent that is a function: it works in the folder it is given, in process. */
export function codingAgent(model: string, work: (at: AtWork) => Deed | Promise<Deed>): Agent & { turns: Turn[] } {
  const turns: Turn[] = [];
  return {
    turns,
    model,
    lineage: model.slice(0, model.indexOf('/')),
    can: { structured: true, tools: false, worktree: true },
    billing: 'metered',
    usdPerTurn: '0.5',
    async turn(turn, { folder }) {
      if (folder === undefined) throw new Error('a coding agent needs a folder');
      const { path, write } = folder;
      const index = turns.push(turn) - 1;
      const env = { PATH: process.env.PATH ?? '', HOME: path, GIT_CONFIG_NOSYSTEM: '1' };
      const who = ['-c', 'user.name=Agent', '-c', 'user.email=agent@example.org'];
      const deed = await work({
        index,
        turn,
        folder: path,
        mayWrite: write,
        write: (files) => writeFiles(path, files),
        read: (file) => readFileSync(join(path, file), 'utf8'),
        git: (...args) =>
          execFileSync('git', [...who, ...args], { cwd: path, env, encoding: 'utf8', stdio: 'pipe' }).trim(),
      });
      const seen = { usage: null, servedModel: model, requestId: null };
      if ('kind' in deed) {
        return {
          ok: false,
          kind: 'bad-request',
          message: 'failed',
          retryAfterMs: null,
          billed: 'yes',
          ...seen,
          ...deed,
        };
      }
      const text = 'Done.';
      return {
        ok: true,
        text,
        object: null,
        toolCalls: [],
        finish: 'stop',
        raw: null,
        reportedUsd: '0.01',
        ...seen,
        ...deed,
      };
    },
  };
}
