import { TercetError } from '../../contract/errors.ts';
import type { Io } from '../cli/io.ts';
import { type Said, sessionStart, type Told, userPromptSubmit } from './events.ts';
import { stop } from './stop.ts';

const EVENTS = new Map([
  ['session-start', sessionStart],
  ['user-prompt-submit', userPromptSubmit],
  ['stop', stop],
]);

/** What a host program says fits in this many characters; a prompt is the longest part. */
const LONGEST = 2_000_000;

/**
 * `tercet hook EVENT`: what a coding agent's hook runs. Reads its JSON on standard input, answers in JSON on standard output
 * where there is something to say, and exits 0 whatever happens: a hook of ours must not disturb a session.
 * @throws TercetError `usage` at a terminal, where no host program is.
 */
export async function hook(io: Io, event: string): Promise<number> {
  if (io.stdin.isTTY === true) {
    throw new TercetError(
      'usage',
      '`tercet hook` is for a coding agent, which tells it what happens on standard input.',
      {
        hint: 'docs/claude-code.md says what it does and how it is set up.',
      },
    );
  }
  const said = await answer(io, event).catch((error: unknown) => {
    // The host shows it in its debug output only.
    io.stderr.write(`tercet hook ${event}: ${error instanceof Error ? error.message : String(error)}\n`);
    return null;
  });
  if (said !== null) io.stdout.write(`${JSON.stringify(said)}\n`);
  return 0;
}

async function answer(io: Io, event: string): Promise<Said> {
  const run = EVENTS.get(event);
  const told = toldIn(await readAll(io));
  return run === undefined || told === null ? null : run({ env: io.env, cwd: told.cwd }, told, new Date());
}

/** null for what no host program says. */
function toldIn(text: string): Told | null {
  const said: unknown = JSON.parse(text);
  if (typeof said !== 'object' || said === null) return null;
  const { session_id, cwd, prompt, stop_hook_active, agent_id } = said as Record<string, unknown>;
  if (typeof session_id !== 'string' || session_id === '' || typeof cwd !== 'string') return null;
  return {
    session: session_id,
    cwd,
    prompt: typeof prompt === 'string' ? prompt : '',
    again: stop_hook_active === true,
    subagent: typeof agent_id === 'string',
  };
}

async function readAll(io: Io): Promise<string> {
  let text = '';
  for await (const chunk of io.stdin) {
    text += String(chunk);
    if (text.length > LONGEST) throw new Error(`more than ${LONGEST} characters on standard input`);
  }
  return text;
}
