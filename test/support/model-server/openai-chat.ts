import { list, pieces, record, sse, text } from './json.ts';
import type { Answer, Dialect, Frame } from './types.ts';

/** OpenAI Chat Completions, as compatible servers speak it. Usage comes only when the request asks for it. */
export const openaiChat: Dialect = {
  parse(body) {
    const tools = list(body.tools).map((tool) => record(record(tool).function));
    const all = list(body.messages).map(record);
    const schema = record(record(body.response_format).json_schema).schema;
    const isSystem = (message: Item) => message.role === 'system' || message.role === 'developer';
    const system = all.filter(isSystem).map(messageText).join('\n');
    const rest = all.filter((message) => !isSystem(message));
    return {
      model: text(body.model),
      system,
      messages: rest.map((message) => ({ role: text(message.role), text: messageText(message) })),
      tools: tools.map((tool) => text(tool.name)),
      schema: schema ?? null,
      stream: body.stream === true,
      segments: [
        ...tools.map((tool) => ({ text: JSON.stringify(tool), breakpoint: null })),
        ...(schema === undefined ? [] : [{ text: JSON.stringify(schema), breakpoint: null }]),
        { text: system, breakpoint: null },
        ...rest.map((message) => ({ text: messageText(message), breakpoint: null })),
      ],
      objectTool: null,
      refused: refusal(all),
    };
  },
  frames(answer) {
    const chunk = (delta: Item, finish: string | null = null) => ({
      ...head(answer, 'chat.completion.chunk'),
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
    const frames: Frame[] = [{ text: sse(chunk({ role: 'assistant', content: '' })), opening: true }];
    for (const piece of pieces(answer.thinking)) frames.push({ text: sse(chunk({ reasoning_content: piece })) });
    for (const piece of pieces(answer.text)) {
      frames.push({ text: sse(chunk(answer.stop === 'refusal' ? { refusal: piece } : { content: piece })) });
    }
    for (const [index, { id, name, args }] of answer.calls.entries()) {
      const call = { index, id, type: 'function', function: { name, arguments: '' } };
      frames.push({ text: sse(chunk({ tool_calls: [call] })) });
      for (const piece of pieces(args)) {
        frames.push({ text: sse(chunk({ tool_calls: [{ index, function: { arguments: piece } }] })) });
      }
    }
    frames.push({ text: sse(chunk({}, finish(answer))), last: true });
    if (answer.usage !== null) {
      frames.push({
        text: sse({ ...head(answer, 'chat.completion.chunk'), choices: [], usage: usage(answer) }),
        last: true,
      });
    }
    frames.push({ text: 'data: [DONE]\n\n', last: true });
    return frames;
  },
  whole: (answer) => ({
    ...head(answer, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: answer.text,
          tool_calls: answer.calls.map(({ id, name, args }) => ({
            id,
            type: 'function',
            function: { name, arguments: args },
          })),
        },
        finish_reason: finish(answer),
      },
    ],
    ...(answer.usage === null ? {} : { usage: usage(answer) }),
  }),
  error: (status, message) => ({ error: { message, type: 'error', param: null, code: status } }),
  errorEvent: sse({ error: { message: 'Overloaded', type: 'server_error', code: 'server_error' } }),
  ping: ': OPENROUTER PROCESSING\n\n',
  textDelta: (content) => sse({ id: 'chatcmpl-huge', choices: [{ index: 0, delta: { content } }] }),
};

type Item = Record<string, unknown>;

function messageText(message: Item): string {
  const calls = list(message.tool_calls).map((call) => record(record(call).function));
  const said =
    typeof message.content === 'string'
      ? message.content
      : list(message.content)
          .map((part) => text(record(part).text))
          .join('\n');
  return said + calls.map((call) => text(call.name) + text(call.arguments)).join('');
}

function head(answer: Answer, object: string): Item {
  return { id: `chatcmpl-${answer.id}`, object, created: 1_790_000_000, model: answer.model };
}

function finish({ stop }: Answer): string {
  return { stop: 'stop', tools: 'tool_calls', length: 'length', refusal: 'stop', 'content-filter': 'content_filter' }[
    stop
  ];
}

function usage({ usage: billed }: Answer): Item | undefined {
  if (billed === null) return undefined;
  const prompt = billed.inputUncached + billed.cacheRead;
  return {
    prompt_tokens: prompt,
    completion_tokens: billed.output,
    total_tokens: prompt + billed.output,
    prompt_tokens_details: { cached_tokens: billed.cacheRead },
    completion_tokens_details: { reasoning_tokens: billed.reasoning ?? 0 },
  };
}

function refusal(messages: Item[]): string | null {
  const called = new Set<unknown>();
  for (const message of messages) {
    for (const call of list(message.tool_calls)) called.add(record(call).id);
    if (message.role === 'tool' && !called.has(message.tool_call_id)) {
      return "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
    }
  }
  return null;
}
