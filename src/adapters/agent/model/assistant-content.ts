import type { LanguageModelV4Message } from '@ai-sdk/provider';

/** What an assistant message is made of, in the SDK's words. */
export type AssistantContent = Extract<LanguageModelV4Message, { role: 'assistant' }>['content'];

/** `raw` of an answer: its content with the provider's signatures, and whose it is. Survives JSON. */
interface KeptContent {
  by: string;
  content: AssistantContent;
}

/** Content to hand back later; null when there is nothing. `origin` is provider and model: signatures hold for no other. */
export function keepContent(content: AssistantContent, origin: string): unknown {
  if (content.length === 0) return null;
  const kept: KeptContent = { by: origin, content };
  return JSON.parse(JSON.stringify(kept)) as unknown;
}

/** The content kept by {@link keepContent}; null when `raw` is not that, or another model's. */
export function restoreContent(raw: unknown, origin: string): AssistantContent | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const kept = raw as Partial<KeptContent>;
  return kept.by === origin && Array.isArray(kept.content) ? kept.content : null;
}
