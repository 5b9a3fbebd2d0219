import { join } from 'node:path';
import type { Effort } from '../../../contract/role.ts';
import type { Usage } from '../../../contract/usage.ts';
import { parseObject } from '../parse-object.ts';
import { classify } from './classify.ts';
import { count, type Json, type Order, type Profile, type Reader, record, text } from './profile.ts';
import { promptOf } from './prompt.ts';

/** Its models take no `none`, and the highest is asked for by name. */
const EFFORT: Record<Effort, string> = { none: 'low', low: 'low', medium: 'medium', high: 'high', max: 'xhigh' };
/** It tries to connect for a minute, a line each time; our own policy says when to try again. */
const RECONNECTS = 4;

/** Codex, read and run as `codex exec`. Not `codex exec review`: that counts no tokens and ignores the schema. */
export const CODEX: Profile = {
  title: 'Codex',
  program: 'codex',
  variables: ['CODEX_HOME'],
  keys: ['CODEX_API_KEY'],
  login: 'codex login',
  start: ({ model, turn, folder, write, scratch }) => {
    const schema = join(scratch, 'schema.json');
    return {
      args: [
        ...['exec', '--json', '--ephemeral', '--skip-git-repo-check'],
        ...['--sandbox', write ? 'workspace-write' : 'read-only'],
        ...['--cd', folder],
        ...['--model', model],
        ...['--config', `model_reasoning_effort="${EFFORT[turn.effort]}"`],
        ...(turn.output === null ? [] : ['--output-schema', schema]),
        '-',
      ],
      input: `${turn.system}\n\n${promptOf(turn)}`,
      ...(turn.output === null ? {} : { files: { [schema]: JSON.stringify(turn.output.schema) } }),
    };
  },
  reader,
};

function reader({ turn, write }: Order): Reader {
  let spoken = '';
  let completed: Json | null = null;
  let failed: string | null = null;
  let trouble = '';
  let reconnects = 0;
  let thread: string | null = null;
  let started = false;
  return {
    event(event) {
      const { type } = event;
      if (type === 'error') {
        trouble = text(event.message);
        if (/reconnecting/i.test(trouble)) reconnects++;
        return reconnects >= RECONNECTS ? `no connection: ${trouble}` : null;
      }
      reconnects = 0;
      if (type === 'thread.started') thread = text(event.thread_id) || null;
      if (type === 'turn.completed') completed = event;
      if (type === 'turn.failed')
        failed = text(record(event.error).message) || text(event.message) || 'the turn failed';
      const item = record(event.item);
      if (type === 'item.completed') started = true;
      if (type === 'item.completed' && item.type === 'agent_message') spoken = text(item.text);
      return null;
    },
    finished: () => completed !== null || failed !== null,
    called: () => started,
    chars: () => spoken.length,
    seen: () => ({
      usage: completed === null ? null : usageOf(record(completed.usage)),
      reportedUsd: null,
      // It does not say which model served.
      servedModel: null,
      requestId: thread,
    }),
    conclude({ code, stderr }) {
      if (failed !== null) return classify(failed, { status: null, used: started, otherwise: 'cut-off' });
      if (completed === null) {
        const words = trouble || stderr.trim() || `ended with ${code ?? 'a signal'} and no result`;
        return classify(words, { status: null, used: started, otherwise: started ? 'cut-off' : 'bad-request' });
      }
      if (spoken === '' && !write)
        return { kind: 'empty', message: 'the answer is empty', billed: 'yes', retryAfterMs: null };
      return { text: spoken, object: turn.output === null ? null : parseObject(spoken), finish: 'stop' };
    },
  };
}

/** Its input includes what was cached. All zero is what it says where it does not count. */
function usageOf(said: Json): Usage | null {
  const input = count(said.input_tokens);
  const output = count(said.output_tokens);
  if (input + output === 0) return null;
  const cacheRead = Math.min(input, count(said.cached_input_tokens));
  const written = Math.min(input - cacheRead, count(said.cache_write_input_tokens));
  return {
    inputUncached: input - cacheRead - written,
    cacheRead,
    cacheWrite5m: written,
    cacheWrite1h: 0,
    output,
    reasoning: Math.min(output, count(said.reasoning_output_tokens)),
  };
}
