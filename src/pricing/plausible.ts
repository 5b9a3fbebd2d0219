import type { Usage } from '../contract/usage.ts';

/** UTF-8 bytes of the text a call sent and received. */
export interface Bytes {
  input: number;
  output: number;
}

/**
 * Bytes per token. Prose and code come to about 3.5 to 4.5 in the tokenizers in use, so an estimate at 3 errs upwards.
 * No ordinary text reaches 16, so a count below bytes / 16 is a wrong count.
 */
const ESTIMATE_BYTES_PER_TOKEN = 3;
const MOST_BYTES_PER_TOKEN = 16;

/** Tokens of a call whose provider did not count them: bytes / 3, all input uncached. Mark what comes of it. */
export function estimateUsage(bytes: Bytes): Usage {
  return {
    inputUncached: Math.ceil(bytes.input / ESTIMATE_BYTES_PER_TOKEN),
    cacheRead: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: Math.ceil(bytes.output / ESTIMATE_BYTES_PER_TOKEN),
    reasoning: null,
  };
}

/**
 * The tokens to price a call by: the larger of what the provider counted and what is certain. Two things are certain:
 * output holds its reasoning (a provider that counts 2 output and 320 reasoning tokens bills both), and text of n bytes
 * is at least n / 16 tokens. `raised` says that a count was too low. Counts are never lowered, because a bill that is
 * too high is still the bill. null when a count is no count (negative, fractional, not a number).
 */
export function plausibleUsage(usage: Usage, bytes?: Bytes): { usage: Usage; raised: boolean } | null {
  const { inputUncached, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning } = usage;
  const counts = [inputUncached, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning ?? 0];
  if (!counts.every((count) => Number.isSafeInteger(count) && count >= 0)) return null;
  const withReasoning = reasoning !== null && reasoning > output ? output + reasoning : output;
  const leastOutput = Math.floor((bytes?.output ?? 0) / MOST_BYTES_PER_TOKEN);
  const leastInput = Math.floor((bytes?.input ?? 0) / MOST_BYTES_PER_TOKEN);
  const missing = Math.max(0, leastInput - (inputUncached + cacheRead + cacheWrite5m + cacheWrite1h));
  const billed = Math.max(withReasoning, leastOutput);
  return {
    usage: { ...usage, inputUncached: inputUncached + missing, output: billed },
    raised: missing > 0 || billed > output,
  };
}
