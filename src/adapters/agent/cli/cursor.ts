import type { Usage } from '../../../contract/usage.ts';
import { parseObject } from '../parse-object.ts';
import { classify } from './classify.ts';
import { count, isJson, type Json, type Order, type Profile, type Reader, record, text } from './profile.ts';
import { promptOf, schemaInWords } from './prompt.ts';

/** Cursor's agent, as its documentation and third-party code have it; not run. It takes its prompt as an argument. */
export const CURSOR: Profile = {
  title: 'Cursor',
  program: 'cursor-agent',
  variables: ['CURSOR_CONFIG_DIR'],
  keys: ['CURSOR_API_KEY'],
  login: 'cursor-agent login',
  start: ({ model, turn, write }) => ({
    args: [
      ...['-p', '--output-format', 'stream-json', '--trust'],
      ...['--model', model],
      ...(write ? ['--force'] : ['--mode', 'ask']),
      `${turn.system}\n\n${promptOf(turn)}${schemaInWords(turn)}`,
    ],
    input: '',
  }),
  reader,
};

function reader({ turn, folder, write }: Order): Reader {
  let result: Json | null = null;
  let served: string | null = null;
  let started = false;
  let spoken = '';
  return {
    event(event) {
      const { type } = event;
      if (type === 'system' && event.subtype === 'init') {
        // It gives the name that people read: `Composer 2.5` is `composer-2.5`.
        served = text(event.model).trim().toLowerCase().replace(/\s+/gu, '-') || null;
        const cwd = text(event.cwd);
        return cwd === '' || cwd === folder ? null : `works in ${cwd} and not in ${folder}`;
      }
      if (type === 'result') result = event;
      if (type === 'thinking' || type === 'tool_call' || type === 'assistant') started = true;
      if (type !== 'assistant') return null;
      const { content } = record(event.message);
      for (const block of Array.isArray(content) ? content : [])
        if (isJson(block) && block.type === 'text') spoken = text(block.text);
      return null;
    },
    finished: () => result !== null,
    called: () => started,
    chars: () => spoken.length,
    seen: () => ({
      usage: result === null ? null : usageOf(record(result.usage)),
      reportedUsd: null,
      servedModel: served,
      requestId: result === null ? null : text(result.request_id) || null,
    }),
    conclude({ code, stderr }) {
      // A failure may have no result at all: its words are then on stderr.
      if (result === null) {
        const words = stderr.trim() || `ended with ${code ?? 'a signal'} and no result`;
        return classify(words, { status: null, used: started, otherwise: started ? 'cut-off' : 'bad-request' });
      }
      const said = text(result.result) || spoken;
      if (result.is_error === true || result.subtype !== 'success') {
        const words = said || stderr.trim() || text(result.subtype);
        return classify(words, { status: null, used: started, otherwise: 'cut-off' });
      }
      if (said === '' && !write)
        return { kind: 'empty', message: 'the answer is empty', billed: 'yes', retryAfterMs: null };
      return { text: said, object: turn.output === null ? null : parseObject(said), finish: 'stop' };
    },
  };
}

/** Its input leaves out what was read from a cache (inferred from its figures). Old builds count nothing. */
function usageOf(said: Json): Usage | null {
  const usage: Usage = {
    inputUncached: count(said.inputTokens),
    cacheRead: count(said.cacheReadTokens),
    cacheWrite5m: count(said.cacheWriteTokens),
    cacheWrite1h: 0,
    output: count(said.outputTokens),
    reasoning: null,
  };
  const { inputUncached, cacheRead, cacheWrite5m, output } = usage;
  return inputUncached + cacheRead + cacheWrite5m + output === 0 ? null : usage;
}
