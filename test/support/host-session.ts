import { readFileSync } from 'node:fs';
import { type Home, tercet } from './cli.ts';

type Event = 'session-start' | 'user-prompt-submit' | 'stop';

/** What Claude Code 2.1.330 tells its hooks, as recorded from it; paths and ids replaced. */
export const SAID = JSON.parse(
  readFileSync(new URL('../fixtures/claude-code/hooks.json', import.meta.url), 'utf8'),
) as Record<Event, Record<string, unknown>>;

export interface Answer {
  decision?: 'block';
  reason?: string;
  systemMessage?: string;
}

/** A session of Claude Code as its hooks see it: each event is a process of the built command. */
export interface HostSession {
  start(more?: Record<string, unknown>): Promise<Answer | null>;
  prompt(text: string): Promise<Answer | null>;
  stop(more?: Record<string, unknown>): Promise<Answer | null>;
}

/** `folder` is where the session works. What a hook answers is read as the host reads it; an exit code but 0 fails. */
export function hostSession(
  home: Home,
  folder: string,
  { id = 'session-1', env = {} }: { id?: string; env?: Record<string, string> } = {},
): HostSession {
  const tell = async (event: Event, more: Record<string, unknown>): Promise<Answer | null> => {
    const input = JSON.stringify({ ...SAID[event], session_id: id, cwd: folder, ...more });
    const { code, stdout, stderr } = await tercet(['hook', event], { cwd: folder, home, input, env });
    if (code !== 0 || stderr !== '') throw new Error(`tercet hook ${event} exited ${code}: ${stderr}`);
    return stdout === '' ? null : (JSON.parse(stdout) as Answer);
  };
  return {
    start: (more = {}) => tell('session-start', more),
    prompt: (text) => tell('user-prompt-submit', { prompt: text }),
    stop: (more = {}) => tell('stop', more),
  };
}
