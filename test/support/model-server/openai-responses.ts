import { list, pieces, record, sse, strictProblem, text } from './json.ts';
import type { Answer, Dialect, Frame, ParsedRequest } from './types.ts';

/** OpenAI Responses. Refuses open schemas in strict mode, unpaired calls, forged reasoning, efforts a model lacks. */
export const openaiResponses: Dialect = {
  parse(body): ParsedRequest {
    const tools = list(body.tools).map(record);
    const format = record(record(body.text).format);
    const input =
      typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : list(body.input).map(record);
    const isSystem = (item: Item) => item.role === 'system' || item.role === 'developer';
    const system = [text(body.instructions), ...input.filter(isSystem).map(itemText)].filter(Boolean).join('\n');
    const rest = input.filter((item) => !isSystem(item));
    return {
      model: text(body.model),
      system,
      messages: rest.map((item) => ({ role: text(item.role) || text(item.type), text: itemText(item) })),
      tools: tools.map((tool) => text(tool.name)),
      schema: format.schema ?? null,
      stream: body.stream === true,
      segments: [
        ...tools.map((tool) => ({ text: JSON.stringify(tool), breakpoint: null })),
        ...(format.schema === undefined ? [] : [{ text: JSON.stringify(format.schema), breakpoint: null }]),
        { text: system, breakpoint: null },
        ...rest.map((item) => ({ text: itemText(item), breakpoint: null })),
      ],
      objectTool: null,
      refused: refusal(body, tools, format, input),
    };
  },
  frames(answer) {
    const frames: Frame[] = [];
    let sequence = 0;
    const push = (type: string, data: Item, last = false) =>
      frames.push({ text: sse({ type, sequence_number: sequence++, ...data }, type), opening: sequence === 1, last });
    push('response.created', { response: response(answer, 'in_progress') });
    push('response.in_progress', { response: response(answer, 'in_progress') });
    for (const [output_index, item] of output(answer).entries()) {
      push('response.output_item.added', { output_index, item: opened(item) });
      for (const [type, data] of deltas(item)) push(type, { output_index, item_id: item.id, ...data });
      push('response.output_item.done', { output_index, item });
    }
    const incomplete = answer.stop === 'length' || answer.stop === 'content-filter';
    const status = incomplete ? 'incomplete' : 'completed';
    push(`response.${status}`, { response: response(answer, status) }, true);
    return frames;
  },
  whole: (answer) => response(answer, answer.stop === 'length' ? 'incomplete' : 'completed'),
  error: (status, message) => ({
    error: { message, type: status === 401 ? 'invalid_request_error' : 'error', param: null, code: code(status) },
  }),
  errorEvent: sse(
    { type: 'error', sequence_number: 9, error: { type: 'server_error', code: 'server_error', message: 'Overloaded' } },
    'error',
  ),
  // The API sends none of its own; proxies send comments.
  ping: ': ping\n\n',
  textDelta: (delta) =>
    sse({ type: 'response.output_text.delta', output_index: 0, item_id: 'msg_0', content_index: 0, delta }),
};

type Item = Record<string, unknown>;

function itemText(item: Item): string {
  if (isCall(item)) return `${text(item.name)}${text(item.arguments ?? item.input)}`;
  if (isOutput(item) && typeof item.output === 'string') return item.output;
  if (item.type === 'reasoning') return thoughtOf(item.encrypted_content) ?? '';
  if (typeof item.content === 'string') return item.content;
  return list(isOutput(item) ? item.output : item.content)
    .map((part) => text(record(part).text))
    .join('\n');
}

const isCall = ({ type }: Item) => type === 'function_call' || type === 'custom_tool_call';
const isOutput = ({ type }: Item) => type === 'function_call_output' || type === 'custom_tool_call_output';

function sealed(thinking: string): string {
  return `sealed:${Buffer.from(thinking).toString('base64')}`;
}

function thoughtOf(content: unknown): string | null {
  return text(content).startsWith('sealed:') ? Buffer.from(text(content).slice(7), 'base64').toString() : null;
}

function output(answer: Answer): Item[] {
  const refused = answer.stop === 'refusal';
  const part = refused
    ? { type: 'refusal', refusal: answer.text }
    : { type: 'output_text', text: answer.text, annotations: [] };
  return [
    ...(answer.thinking === ''
      ? []
      : [{ type: 'reasoning', id: `rs_${answer.id}`, encrypted_content: sealed(answer.thinking), summary: [] }]),
    ...(answer.text === ''
      ? []
      : [{ type: 'message', id: `msg_${answer.id}`, role: 'assistant', status: 'completed', content: [part] }]),
    ...answer.calls.map(({ id, name, args, freeform }, index) => ({
      ...(freeform ? { type: 'custom_tool_call', input: args } : { type: 'function_call', arguments: args }),
      id: `${freeform ? 'ctc' : 'fc'}_${answer.id}_${index}`,
      call_id: id,
      name,
      status: 'completed',
    })),
  ];
}

function opened(item: Item): Item {
  if (item.type === 'message') return { ...item, status: 'in_progress', content: [] };
  if (item.type === 'custom_tool_call') return { ...item, input: '', status: 'in_progress' };
  return item.type === 'function_call'
    ? { ...item, arguments: '', status: 'in_progress' }
    : { ...item, encrypted_content: null };
}

function deltas(item: Item): [string, Item][] {
  if (item.type === 'function_call') {
    return pieces(text(item.arguments)).map((delta) => ['response.function_call_arguments.delta', { delta }]);
  }
  if (item.type === 'custom_tool_call')
    return pieces(text(item.input)).map((delta) => ['response.custom_tool_call_input.delta', { delta }]);
  const part = record(list(item.content)[0]);
  if (part.type === 'refusal') return [['response.refusal.delta', { content_index: 0, delta: part.refusal }]];
  return pieces(text(part.text)).map((delta) => ['response.output_text.delta', { content_index: 0, delta }]);
}

function response(answer: Answer, status: string): Item {
  const { usage } = answer;
  const done = status !== 'in_progress';
  const reason = answer.stop === 'length' ? 'max_output_tokens' : 'content_filter';
  return {
    id: `resp_${answer.id}`,
    object: 'response',
    created_at: 1_790_000_000,
    model: answer.model,
    status,
    output: done ? output(answer) : [],
    incomplete_details: status === 'incomplete' ? { reason } : null,
    ...(done && usage !== null
      ? {
          usage: {
            input_tokens: usage.inputUncached + usage.cacheRead + usage.cacheWrite5m,
            input_tokens_details: {
              cached_tokens: usage.cacheRead,
              ...(usage.cacheWrite5m === 0 ? {} : { cache_write_tokens: usage.cacheWrite5m }),
            },
            output_tokens: usage.output,
            output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
            total_tokens: usage.inputUncached + usage.cacheRead + usage.cacheWrite5m + usage.output,
          },
        }
      : {}),
  };
}

function code(status: number): string | null {
  const codes: Record<number, string> = { 401: 'invalid_api_key', 404: 'model_not_found', 429: 'rate_limit_exceeded' };
  return codes[status] ?? null;
}

const NO_NONE = /^gpt-6\.1-sol/;

function refusal(body: Item, tools: Item[], format: Item, input: Item[]): string | null {
  const effort = record(body.reasoning).effort;
  const model = text(body.model);
  if (NO_NONE.test(model) && (effort === 'none' || effort === 'minimal')) return `Unsupported value: '${effort}'`;
  if (effort !== undefined && /^gpt-4/.test(model)) return "Unsupported parameter: 'reasoning.effort'";
  if (format.strict === true) {
    const problem = strictProblem(format.schema);
    if (problem !== null) return `Invalid schema for response_format '${text(format.name)}': ${problem}`;
  }
  for (const tool of tools) {
    const problem = tool.strict === true ? strictProblem(tool.parameters) : null;
    if (problem !== null) return `Invalid schema for function '${text(tool.name)}': ${problem}`;
  }
  const called = new Set<unknown>();
  for (const item of input) {
    if (isCall(item)) called.add(item.call_id);
    if (isOutput(item) && !called.has(item.call_id)) {
      return `No tool call found for function call output with call_id ${text(item.call_id)}.`;
    }
    if (item.type === 'reasoning' && thoughtOf(item.encrypted_content) === null)
      return 'reasoning: encrypted content could not be verified';
    if (item.type === 'item_reference' && body.store === false) return 'Items are not persisted when store is false.';
  }
  return null;
}
