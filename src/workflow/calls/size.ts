import type { Turn } from '../../ports/agent.ts';
import type { Bytes } from '../../pricing/plausible.ts';

/** What certainly counts as tokens. A provider's own content (`raw`) repeats the text, and its signatures are billed otherwise. */
export function bytesOf(turn: Turn, output: string): Bytes {
  const kept = turn.messages.some((message) => message.role === 'assistant' && message.raw !== null);
  return { input: inputBytes(kept ? withoutRaw(turn) : turn), output: Buffer.byteLength(output) };
}

/** A bound for the hold: no tokenizer in use makes more than a token of every two bytes of text, and providers add a little of their own. */
export function mostInputTokens(turn: Turn): number {
  return Math.ceil(inputBytes(turn) / 2) + 500;
}

function withoutRaw(turn: Turn): Turn {
  const messages = turn.messages.map((message) => (message.role === 'assistant' ? { ...message, raw: null } : message));
  return { ...turn, messages };
}

/** A turn is measured before the call and after it; its text may be long. */
const measured = new WeakMap<Turn, number>();

function inputBytes(turn: Turn): number {
  let bytes = measured.get(turn);
  if (bytes === undefined) {
    bytes =
      Buffer.byteLength(turn.system) + Buffer.byteLength(JSON.stringify([turn.messages, turn.tools, turn.output]));
    measured.set(turn, bytes);
  }
  return bytes;
}
