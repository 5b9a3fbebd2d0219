import type { LanguageModelV4Message, LanguageModelV4Prompt, SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { ToolResult, Turn, TurnMessage } from '../../../ports/agent.ts';
import { type AssistantContent, restoreContent } from './assistant-content.ts';

/** Anthropic takes four breakpoints a request; the system text has the first. */
const MAX_USER_BREAKPOINTS = 3;

/**
 * The turn as the SDK's prompt. The system text and the last three user messages marked `cache` end a cached prefix
 * (Anthropic; other providers cache by themselves and ignore the marks). `extraSystem` is appended to the system text.
 */
export function promptOf(
  turn: Turn,
  origin: string,
  extraSystem: string | null,
  cacheTtl: '5m' | '1h',
): LanguageModelV4Prompt {
  const breakpoint: SharedV4ProviderOptions = {
    anthropic: { cacheControl: cacheTtl === '1h' ? { type: 'ephemeral', ttl: '1h' } : { type: 'ephemeral' } },
  };
  const marked = new Set(
    turn.messages.filter((message) => message.role === 'user' && message.cache === true).slice(-MAX_USER_BREAKPOINTS),
  );
  const system = extraSystem === null ? turn.system : `${turn.system}\n\n${extraSystem}`.trimStart();
  const prompt: LanguageModelV4Prompt =
    system === '' ? [] : [{ role: 'system', content: system, providerOptions: breakpoint }];
  for (const message of turn.messages) {
    const converted = convert(message, origin, marked.has(message) ? breakpoint : null);
    if (converted !== null) prompt.push(converted);
  }
  return prompt;
}

function convert(
  message: TurnMessage,
  origin: string,
  breakpoint: SharedV4ProviderOptions | null,
): LanguageModelV4Message | null {
  switch (message.role) {
    case 'user': {
      const options = breakpoint === null ? {} : { providerOptions: breakpoint };
      return { role: 'user', content: [{ type: 'text', text: message.text, ...options }] };
    }
    case 'assistant': {
      const content = restoreContent(message.raw, origin) ?? plainContent(message.text, message.toolCalls);
      return content.length === 0 ? null : { role: 'assistant', content };
    }
    case 'tool':
      return { role: 'tool', content: message.results.map(toolResult) };
  }
}

function plainContent(text: string, calls: Extract<TurnMessage, { role: 'assistant' }>['toolCalls']): AssistantContent {
  const content: AssistantContent = text === '' ? [] : [{ type: 'text', text }];
  for (const { id, name, input } of calls) {
    content.push({ type: 'tool-call', toolCallId: id, toolName: name, input: input ?? {} });
  }
  return content;
}

function toolResult({ id, name, text, isError }: ToolResult) {
  return {
    type: 'tool-result' as const,
    toolCallId: id,
    toolName: name,
    output: { type: isError ? ('error-text' as const) : ('text' as const), value: text },
  };
}
