/** Bytes per token of the upper-side estimate. See {@link estimateTokens}. */
export const BYTES_PER_TOKEN = 3;

/**
 * Upper-side estimate of the tokens of a text: UTF-8 bytes / 3, rounded up.
 * The ratio is a choice, not a measurement: providers document 3.5 to 4 characters per token for English, and dense
 * code with line numbers comes out lower; 3 leaves room for both. It is no bound: a byte-level tokenizer may need
 * one token per byte (random bytes, rare scripts), so a hold on money must not rely on it alone.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text, 'utf8') / BYTES_PER_TOKEN);
}

/** What a text of ordinary code or English typically comes to: UTF-8 bytes / 4, the providers' rule of thumb. For display. */
export function typicalTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text, 'utf8') / 4);
}
