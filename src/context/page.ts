import { BYTES_PER_TOKEN } from './tokens.ts';

/** Text that grows line by line and never beyond a budget of tokens, as {@link estimateTokens} counts them. */
export class Page {
  #parts: string[] = [];
  #left: number;

  constructor(budgetTokens: number) {
    this.#left = Math.max(0, Math.floor(budgetTokens)) * BYTES_PER_TOKEN;
  }

  /** Tokens that still fit. */
  get left(): number {
    return Math.floor(this.#left / BYTES_PER_TOKEN);
  }

  /** Adds a block and a line break when it fits, whole or not at all. */
  add(block: string): boolean {
    const bytes = Buffer.byteLength(block, 'utf8') + 1;
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    this.#parts.push(block);
    return true;
  }

  get text(): string {
    return this.#parts.join('\n');
  }
}

/** Lines `from`–`to` (1-based, inclusive), each with its number: `12 code`. */
export function numbered(lines: readonly string[], from: number, to: number): string {
  const out: string[] = [];
  for (let line = Math.max(1, from); line <= Math.min(to, lines.length); line++) out.push(`${line} ${lines[line - 1]}`);
  return out.join('\n');
}
