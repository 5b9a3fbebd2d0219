import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { Collected } from './collect.ts';
import type { Watch } from './deadlines.ts';

/** Beyond any answer worth having: an answer of 128k tokens is about 0.5 MB. */
const MAX_OUTPUT_CHARS = 4 * 1024 * 1024;

/**
 * Reads the stream into `collected` until it ends, or `watch` ends the call. Returns the first error event, or null.
 * Rejects with what the transport says.
 */
export async function readStream(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  collected: Collected,
  watch: Watch,
  onProgress: ((outputChars: number) => void) | undefined,
): Promise<{ error: unknown } | null> {
  const reader = stream.getReader();
  // A cancelled reader ends at once, even over a transport that ignores the signal.
  const cancel = () => void reader.cancel().catch(() => {});
  watch.signal.addEventListener('abort', cancel, { once: true });
  if (watch.stop !== null) cancel();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return null;
      if (value.type === 'error') {
        if (tolerable(value.error, collected)) continue;
        return { error: value.error };
      }
      const before = collected.chars;
      if (collected.take(value)) watch.heard();
      if (collected.chars > MAX_OUTPUT_CHARS) watch.end('too-large');
      if (collected.chars !== before) onProgress?.(collected.chars);
    }
  } finally {
    cancel();
  }
}

const ANTHROPIC_CONTENT = /^(message_start|message_stop|content_block_|error)/;

/**
 * Errors that say nothing against the answer: the SDK's remark that a chat stream stopped short (its finish says so
 * too), and Anthropic events its schema refuses though no content is in them: a `message_delta` without usage (its stop
 * reason is noted), and kinds of events that did not exist when the schema was written.
 */
function tolerable(error: unknown, collected: Collected): boolean {
  const { name, value, message } = error as { name?: unknown; value?: unknown; message?: unknown };
  if (typeof message === 'string' && message.includes('ended without a finish reason')) return true;
  if (name !== 'AI_TypeValidationError' || typeof value !== 'object' || value === null) return false;
  const event = value as { type?: unknown; usage?: unknown; delta?: { stop_reason?: unknown } };
  if (typeof event.type !== 'string' || ANTHROPIC_CONTENT.test(event.type)) return false;
  if (event.type !== 'message_delta') return !event.type.startsWith('response.');
  if (event.usage !== undefined && event.usage !== null) return false;
  collected.usageMissing = true;
  if (typeof event.delta?.stop_reason === 'string') collected.stopWithoutUsage = event.delta.stop_reason;
  return true;
}
