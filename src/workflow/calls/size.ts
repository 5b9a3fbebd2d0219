import type { Turn } from '../../ports/agent.ts';
import type { Bytes } from '../../pricing/plausible.ts';

/** What certainly counts as tokens. A provider's own content (`raw`) repeats the text, and its signatures are billed otherwise. */
export function bytesOf(turn: Turn, output: string): Bytes {
  const messages = turn.messages.map((message) => (message.role === 'assistant' ? { ...message, raw: null } : message));
  return { input: inputBytes({ ...turn, messages }), output: Buffer.byteLength(output) };
}

/** A bound for the hold: no tokenizer in use makes more than a token of every two bytes of text, and providers add a little of their own. */
export function mostInputTokens(turn: Turn): number {
  return Math.ceil(inputBytes(turn) / 2) + 500;
}

function inputBytes(turn: Turn): number {
  return Buffer.byteLength(turn.system + JSON.stringify([turn.messages, turn.tools, turn.output]));
}
