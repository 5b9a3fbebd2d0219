import { createHash } from 'node:crypto';
import { list, pieces, record, sse, strictProblem, text } from './json.ts';
import type { Answer, Dialect, Frame, Segment } from './types.ts';

/** Anthropic Messages. Refuses what the API refuses: a fifth breakpoint, empty text, unpaired tools, forged thinking. */
export const anthropic: Dialect = {
  parse(body) {
    const tools = list(body.tools).map(record);
    const system = blocks(body.system);
    const messages = list(body.messages).map(record);
    const format = record(record(body.output_config).format);
    const jsonTool = tools.find((tool) => tool.name === 'json');
    const segments: Segment[] = [
      ...(format.schema === undefined ? [] : [{ text: JSON.stringify(format.schema), breakpoint: null }]),
      ...tools.map(segmentOf),
      ...system.map((block) => ({ text: text(block.text), breakpoint: ttl(block) })),
      ...messages.flatMap((message) =>
        blocks(message.content).map((block) => ({ text: blockText(block), breakpoint: ttl(block) })),
      ),
    ];
    return {
      model: text(body.model),
      system: system.map((block) => text(block.text)).join('\n'),
      messages: messages.map((message) => ({
        role: text(message.role),
        text: blocks(message.content).map(blockText).join('\n'),
      })),
      tools: tools.filter((tool) => tool !== jsonTool).map((tool) => text(tool.name)),
      schema: format.schema ?? jsonTool?.input_schema ?? null,
      stream: body.stream === true,
      segments,
      objectTool: jsonTool === undefined ? null : 'json',
      refused: refusal(body, segments, messages, format.schema),
    };
  },
  frames(answer) {
    const frames: Frame[] = [];
    const push = (data: { type: string; [key: string]: unknown }, last = false) =>
      frames.push({ text: sse(data, data.type), opening: data.type === 'message_start', last });
    push({
      type: 'message_start',
      message: { ...message(answer), content: [], stop_reason: null, usage: start(answer) },
    });
    push({ type: 'ping' });
    for (const [index, block] of contentOf(answer).entries()) {
      push({ type: 'content_block_start', index, content_block: opened(block) });
      for (const delta of deltas(block)) push({ type: 'content_block_delta', index, delta });
      push({ type: 'content_block_stop', index });
    }
    const usage = answer.usage === null ? {} : { usage: end(answer) };
    push({ type: 'message_delta', delta: { stop_reason: stopReason(answer), stop_sequence: null }, ...usage }, true);
    push({ type: 'message_stop' }, true);
    return frames;
  },
  whole: (answer) => ({
    ...message(answer),
    content: contentOf(answer).map((block) =>
      block.type === 'tool_use' ? { ...block, input: JSON.parse(text(block.input)) as unknown } : block,
    ),
    stop_reason: stopReason(answer),
    ...(answer.usage === null ? {} : { usage: { ...start(answer), ...end(answer) } }),
  }),
  error: (status, why) => ({
    type: 'error',
    error: { type: errorType(status), message: why },
    request_id: 'req_error',
  }),
  errorEvent: sse({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'error'),
  ping: sse({ type: 'ping' }, 'ping'),
  textDelta: (delta) =>
    sse({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: delta } }, 'content_block_delta'),
};

export function sign(thinking: string): string {
  return createHash('sha256').update(`thought ${thinking}`).digest('base64');
}

type Block = Record<string, unknown>;

function blocks(content: unknown): Block[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : list(content).map(record);
}

function blockText(block: Block): string {
  if (block.type === 'tool_use') return `${text(block.name)}${JSON.stringify(block.input)}`;
  if (block.type === 'tool_result') return blocks(block.content).map(blockText).join('\n');
  return text(block.text) || text(block.thinking);
}

function ttl(block: Block): Segment['breakpoint'] {
  const control = record(block.cache_control);
  return control.type === 'ephemeral' ? (control.ttl === '1h' ? '1h' : '5m') : null;
}

function segmentOf({ cache_control, ...tool }: Block): Segment {
  return { text: JSON.stringify(tool), breakpoint: ttl({ cache_control }) };
}

function message(answer: Answer): Block {
  return { id: answer.id, type: 'message', role: 'assistant', model: answer.model, stop_sequence: null };
}

function start({ usage }: Answer): Block | undefined {
  if (usage === null) return undefined;
  return {
    input_tokens: usage.inputUncached,
    cache_creation_input_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
    cache_read_input_tokens: usage.cacheRead,
    cache_creation: { ephemeral_5m_input_tokens: usage.cacheWrite5m, ephemeral_1h_input_tokens: usage.cacheWrite1h },
    output_tokens: 1,
    service_tier: 'standard',
  };
}

function end({ usage }: Answer): Block {
  return { output_tokens: usage?.output, output_tokens_details: { thinking_tokens: usage?.reasoning } };
}

function contentOf({ thinking, text: said, calls }: Answer): Block[] {
  return [
    ...(thinking === '' ? [] : [{ type: 'thinking', thinking, signature: sign(thinking) }]),
    ...(said === '' ? [] : [{ type: 'text', text: said }]),
    ...calls.map(({ id, name, args }) => ({ type: 'tool_use', id, name, input: args })),
  ];
}

function opened(block: Block): Block {
  if (block.type === 'thinking') return { type: 'thinking', thinking: '', signature: '' };
  return block.type === 'text' ? { type: 'text', text: '' } : { ...block, input: {} };
}

function deltas(block: Block): Block[] {
  if (block.type === 'thinking') {
    const thought = pieces(text(block.thinking)).map((piece) => ({ type: 'thinking_delta', thinking: piece }));
    return [...thought, { type: 'signature_delta', signature: block.signature }];
  }
  if (block.type === 'text') return pieces(text(block.text)).map((piece) => ({ type: 'text_delta', text: piece }));
  return pieces(text(block.input)).map((piece) => ({ type: 'input_json_delta', partial_json: piece }));
}

function stopReason({ stop }: Answer): string {
  const reasons = { stop: 'end_turn', tools: 'tool_use', length: 'max_tokens', refusal: 'refusal' };
  return stop === 'content-filter' ? 'refusal' : reasons[stop];
}

function errorType(status: number): string {
  const types: Record<number, string> = {
    400: 'invalid_request_error',
    401: 'authentication_error',
    403: 'permission_error',
    404: 'not_found_error',
    413: 'request_too_large',
    429: 'rate_limit_error',
    529: 'overloaded_error',
  };
  return types[status] ?? 'api_error';
}

function refusal(body: Block, segments: Segment[], messages: Block[], schema: unknown): string | null {
  if (typeof body.max_tokens !== 'number' || body.max_tokens < 1) return 'max_tokens: Field required';
  if (messages.length === 0) return 'messages: at least one message is required';
  if (segments.filter(({ breakpoint }) => breakpoint !== null).length > 4) {
    return 'A maximum of 4 blocks with cache_control may be provided.';
  }
  const thinking = record(body.thinking);
  if (thinking.type === 'enabled') {
    if (text(body.model).includes('-5-5')) return 'thinking.type: enabled is not supported by this model';
    if (Number(thinking.budget_tokens) < 1024) return 'thinking.budget_tokens: must be at least 1024';
    if (Number(thinking.budget_tokens) >= body.max_tokens) return 'max_tokens must exceed thinking.budget_tokens';
  }
  const problem = schema === undefined ? null : strictProblem(schema, 'output_config.format.schema');
  return problem ?? contentRefusal(messages);
}

function contentRefusal(messages: Block[]): string | null {
  const called = new Set<unknown>();
  for (const { content } of messages) {
    for (const block of blocks(content)) {
      if (block.type === 'text' && block.text === '') return 'messages: text content blocks must be non-empty';
      if (block.type === 'tool_use') {
        if (called.has(block.id)) return 'messages: `tool_use` ids must be unique';
        if (!/^[a-zA-Z0-9_-]+$/.test(text(block.id))) return 'messages: tool_use.id: String should match pattern';
        called.add(block.id);
      }
      if (block.type === 'tool_result' && !called.has(block.tool_use_id)) {
        return 'messages: unexpected `tool_use_id` found in `tool_result` blocks';
      }
      if (block.type === 'thinking' && block.signature !== sign(text(block.thinking))) {
        return 'messages: Invalid `signature` in `thinking` block';
      }
    }
  }
  return null;
}
