import { list, pieces, record, text } from './json.ts';
import type { Answer, Dialect, Frame } from './types.ts';

/** Google generateContent: the model is in the path, events have no name, the last one carries the finish reason. */
export const google: Dialect = {
  parse(body, path) {
    const tools = list(body.tools).flatMap((tool) => list(record(tool).functionDeclarations).map(record));
    const contents = list(body.contents).map(record);
    const config = record(body.generationConfig);
    const system = partsText(record(body.systemInstruction).parts);
    const schema = config.responseJsonSchema ?? config.responseSchema;
    return {
      model: /models\/([^:/]+)/.exec(path)?.[1] ?? '',
      system,
      messages: contents.map((content) => ({ role: text(content.role), text: partsText(content.parts) })),
      tools: tools.map((tool) => text(tool.name)),
      schema: schema ?? null,
      stream: path.includes(':streamGenerateContent'),
      segments: [
        ...tools.map((tool) => ({ text: JSON.stringify(tool), breakpoint: null })),
        ...(schema === undefined ? [] : [{ text: JSON.stringify(schema), breakpoint: null }]),
        { text: system, breakpoint: null },
        ...contents.map((content) => ({ text: partsText(content.parts), breakpoint: null })),
      ],
      objectTool: null,
      refused: contents.length === 0 ? 'contents is not specified' : null,
    };
  },
  frames(answer) {
    const frames: Frame[] = parts(answer).map((part) => ({ text: event(answer, [part]) }));
    if (frames.length === 0) frames.push({ text: event(answer, []) });
    return [...frames, { text: event(answer, [{ text: '' }], true), last: true }];
  },
  whole: (answer) => chunk(answer, parts(answer), true),
  error: (status, message) => ({ error: { code: status, message, status: errorStatus(status) } }),
  errorEvent: `data: ${JSON.stringify({ error: { code: 503, message: 'Overloaded', status: 'UNAVAILABLE' } })}\r\n\r\n`,
  ping: ': ping\r\n\r\n',
  textDelta: (delta) =>
    `data: ${JSON.stringify({ candidates: [{ content: { role: 'model', parts: [{ text: delta }] } }] })}\r\n\r\n`,
};

type Item = Record<string, unknown>;

function partsText(parts: unknown): string {
  return list(parts)
    .map(record)
    .map((part) => {
      if (part.functionCall !== undefined) return JSON.stringify(part.functionCall);
      return part.functionResponse === undefined ? text(part.text) : JSON.stringify(part.functionResponse);
    })
    .join('\n');
}

function parts(answer: Answer): Item[] {
  return [
    ...pieces(answer.thinking).map((piece) => ({ text: piece, thought: true })),
    ...pieces(answer.text).map((piece) => ({ text: piece })),
    ...answer.calls.map(({ id, name, args }) => ({
      functionCall: { id, name, args: JSON.parse(args) as unknown },
      ...(answer.thinking === '' ? {} : { thoughtSignature: Buffer.from(answer.thinking).toString('base64') }),
    })),
  ];
}

function event(answer: Answer, content: Item[], last = false): string {
  return `data: ${JSON.stringify(chunk(answer, content, last))}\r\n\r\n`;
}

function chunk(answer: Answer, content: Item[], last: boolean): Item {
  const { usage, stop } = answer;
  const reasons = {
    stop: 'STOP',
    tools: 'STOP',
    length: 'MAX_TOKENS',
    refusal: 'PROHIBITED_CONTENT',
    'content-filter': 'SAFETY',
  };
  return {
    candidates: [
      { index: 0, content: { role: 'model', parts: content }, ...(last ? { finishReason: reasons[stop] } : {}) },
    ],
    modelVersion: answer.model,
    responseId: answer.id,
    ...(last && usage !== null
      ? {
          usageMetadata: {
            promptTokenCount: usage.inputUncached + usage.cacheRead,
            cachedContentTokenCount: usage.cacheRead,
            candidatesTokenCount: usage.output - (usage.reasoning ?? 0),
            thoughtsTokenCount: usage.reasoning ?? 0,
            totalTokenCount: usage.inputUncached + usage.cacheRead + usage.output,
          },
        }
      : {}),
  };
}

function errorStatus(status: number): string {
  const words: Record<number, string> = {
    400: 'INVALID_ARGUMENT',
    401: 'UNAUTHENTICATED',
    403: 'PERMISSION_DENIED',
    404: 'NOT_FOUND',
    429: 'RESOURCE_EXHAUSTED',
    503: 'UNAVAILABLE',
  };
  return words[status] ?? 'INTERNAL';
}
