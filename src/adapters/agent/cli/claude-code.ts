import type { Effort } from '../../../contract/role.ts';
import type { Usage } from '../../../contract/usage.ts';
import { parseObject } from '../parse-object.ts';
import { classify } from './classify.ts';
import {
  count,
  type Ended,
  type Failed,
  isJson,
  type Json,
  type Order,
  type Profile,
  type Reader,
  record,
  type Said,
  text,
  usd,
} from './profile.ts';
import { promptOf } from './prompt.ts';

const EFFORT: Record<Effort, string> = { none: 'low', low: 'low', medium: 'medium', high: 'high', max: 'max' };
/** Nothing of a task is on the web; a page could say anything. */
const NO_WEB = 'WebFetch,WebSearch';

/** Claude Code, read and run against 2.1.330. */
export const CLAUDE_CODE: Profile = {
  title: 'Claude Code',
  program: 'claude',
  variables: ['ANTHROPIC_BASE_URL', 'CLAUDE_CONFIG_DIR', 'CLAUDE_CODE_OAUTH_TOKEN'],
  keys: ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN'],
  login: 'claude /login',
  start: ({ model, turn, write, mostUsd }) => ({
    args: [
      '-p',
      ...['--output-format', 'stream-json', '--verbose'],
      ...['--model', model],
      ...['--effort', EFFORT[turn.effort]],
      // Without anybody to ask, what a mode does not allow is denied: other commands than reading ones in both.
      ...['--permission-mode', write ? 'acceptEdits' : 'dontAsk'],
      ...['--disallowedTools', write ? NO_WEB : `Edit,Write,NotebookEdit,${NO_WEB}`],
      // The repository's settings, hooks and MCP servers are not the person's.
      ...['--setting-sources', 'user', '--strict-mcp-config'],
      '--no-session-persistence',
      ...['--append-system-prompt', turn.system],
      ...(mostUsd === null ? [] : ['--max-budget-usd', mostUsd]),
      ...(turn.output === null ? [] : ['--json-schema', JSON.stringify(turn.output.schema)]),
    ],
    input: promptOf(turn),
  }),
  reader,
};

function reader({ turn, folder, write }: Order): Reader {
  let result: Json | null = null;
  let started = false;
  let served: string | null = null;
  let request: string | null = null;
  let spoken = '';
  const seen = () => ({
    usage: result === null ? null : usageOf(record(result.modelUsage)),
    reportedUsd: result === null ? null : usd(result.total_cost_usd),
    servedModel: served,
    requestId: request,
  });
  return {
    event(event) {
      const { type } = event;
      if (type === 'system' && event.subtype === 'init') {
        const cwd = text(event.cwd);
        return cwd === folder ? null : `works in ${cwd} and not in ${folder}`;
      }
      // A subagent in the background brings a second result; its figures are those of the whole turn so far.
      if (type === 'result') result = event;
      if (type !== 'assistant' || event.parent_tool_use_id != null) return null;
      const message = record(event.message);
      const model = text(message.model);
      if (model === '' || model === '<synthetic>') return null;
      // One event per block of a message; what it says of usage is a snapshot, never a sum.
      [started, served, request] = [true, model, text(event.request_id) || request];
      for (const block of Array.isArray(message.content) ? message.content : [])
        if (isJson(block) && block.type === 'text') spoken = text(block.text);
      return null;
    },
    finished: () => result !== null,
    called: () => started,
    chars: () => spoken.length,
    seen,
    conclude: (end) => (result === null ? withoutResult(end, started) : concluded(result)),
  };

  function concluded(last: Json): Said | Failed {
    const { subtype } = last;
    const notes = deniedIn(last);
    const said = text(last.result) || spoken;
    if (subtype === 'error_max_turns' || subtype === 'error_max_budget_usd')
      return { text: spoken, object: null, finish: 'length', notes: [...notes, `Claude Code: ${reasonOf(last)}.`] };
    if (last.is_error === true || subtype !== 'success') {
      const status = typeof last.api_error_status === 'number' ? last.api_error_status : null;
      return classify(reasonOf(last), { status, used: used(last), otherwise: 'cut-off' });
    }
    if (turn.output === null) {
      if (said === '' && !write) return empty();
      return { text: said, object: null, finish: 'stop', notes };
    }
    // It ends with `success` also when it disobeyed the schema: then its text may still hold the object.
    const object = isJson(last.structured_output) ? last.structured_output : parseObject(said);
    if (object === null && said === '') return empty();
    return { text: said === '' ? JSON.stringify(object) : said, object, finish: 'stop', notes };
  }
}

function empty(): Failed {
  return { kind: 'empty', message: 'the answer is empty', billed: 'yes', retryAfterMs: null };
}

function withoutResult({ code, stderr }: Ended, started: boolean): Failed {
  const words = stderr.trim() === '' ? `ended with ${code ?? 'a signal'} and no result` : stderr;
  return classify(words, { status: null, used: started, otherwise: started ? 'cut-off' : 'bad-request' });
}

function reasonOf(last: Json): string {
  const errors = Array.isArray(last.errors) ? last.errors.map(text).filter((error) => error !== '') : [];
  return text(last.result) || errors.join('; ') || text(last.terminal_reason) || text(last.subtype);
}

/** A tool that was denied does not fail the turn, so that nobody would know why it did less. */
function deniedIn(last: Json): string[] {
  const denials = Array.isArray(last.permission_denials) ? last.permission_denials : [];
  const names = new Set(denials.map((denial) => text(record(denial).tool_name)));
  return denials.length === 0 ? [] : [`Claude Code was denied ${denials.length} uses of ${[...names].join(', ')}.`];
}

function used(last: Json): boolean {
  return (
    usageOf(record(last.modelUsage)) !== null || (typeof last.total_cost_usd === 'number' && last.total_cost_usd > 0)
  );
}

/** All models of the turn, subagents' included. Its input leaves cached input out. */
function usageOf(byModel: Json): Usage | null {
  const sum: Usage = { inputUncached: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0, reasoning: 0 };
  let tokens = 0;
  for (const each of Object.values(byModel)) {
    const of = record(each);
    const written = count(of.cacheCreationInputTokens);
    const hour = Math.min(written, count(of.cacheCreationEphemeral1hInputTokens));
    sum.inputUncached += count(of.inputTokens);
    sum.cacheRead += count(of.cacheReadInputTokens);
    sum.cacheWrite1h += hour;
    sum.cacheWrite5m += written - hour;
    sum.output += count(of.outputTokens);
    sum.reasoning = (sum.reasoning ?? 0) + count(of.thinkingTokens);
    tokens += count(of.inputTokens) + count(of.outputTokens) + count(of.cacheReadInputTokens) + written;
  }
  return tokens === 0 ? null : { ...sum, reasoning: Math.min(sum.reasoning ?? 0, sum.output) };
}
