import { createHash } from 'node:crypto';
import type { Usage } from '../../../src/contract/usage.ts';
import type { Answer, ParsedRequest, Provider, Segment } from './types.ts';

/**
 * Bills as the providers do. A token is four bytes: input is ceil(bytes / 4) of tools, schema, system and messages,
 * output ceil(bytes / 4) of text and tool arguments, reasoning ceil(bytes / 4) of the thinking, part of output.
 */
export class Billing {
  /** Anthropic: hashes of prefixes that were written. */
  readonly #prefixes = new Set<string>();
  /** OpenAI: prompts seen, by model. */
  readonly #prompts = new Map<string, Buffer[]>();
  readonly #minimum: number;

  /** `minimum`: tokens a prefix must have to be cached. */
  constructor(minimum: number) {
    this.#minimum = minimum;
  }

  input(provider: Provider, request: ParsedRequest): Omit<Usage, 'output' | 'reasoning'> {
    if (provider === 'anthropic') return this.#byBreakpoints(request);
    if (provider === 'google') return uncached(tokens(bytesOf(request.segments)));
    return this.#automatic(request);
  }

  /** Anthropic: the longest written prefix up to the last breakpoint is read, the rest up to it written. */
  #byBreakpoints(request: ParsedRequest): Omit<Usage, 'output' | 'reasoning'> {
    const total = tokens(bytesOf(request.segments));
    const hash = createHash('sha256').update(request.model);
    let bytes = 0;
    let read = 0;
    const marks: { at: number; ttl: '5m' | '1h'; key: string }[] = [];
    let candidate = 0;
    for (const segment of request.segments) {
      bytes += Buffer.byteLength(segment.text);
      hash.update(`\u0000${segment.text}`);
      const key = hash.copy().digest('hex');
      if (this.#prefixes.has(key)) candidate = tokens(bytes);
      if (segment.breakpoint === null) continue;
      if (tokens(bytes) >= this.#minimum) {
        marks.push({ at: tokens(bytes), ttl: segment.breakpoint, key });
        read = candidate;
      }
    }
    const usage = { inputUncached: total, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
    let from = read;
    for (const { at, ttl, key } of marks) {
      this.#prefixes.add(key);
      if (at <= from) continue;
      usage[ttl === '1h' ? 'cacheWrite1h' : 'cacheWrite5m'] += at - from;
      from = at;
    }
    usage.cacheRead = read;
    usage.inputUncached = total - read - usage.cacheWrite5m - usage.cacheWrite1h;
    return usage;
  }

  /** OpenAI: what a prompt shares with an earlier one is read, in steps of 128 tokens from the minimum on. */
  #automatic(request: ParsedRequest): Omit<Usage, 'output' | 'reasoning'> {
    const prompt = Buffer.from(request.segments.map(({ text }) => text).join('\u0000'));
    const total = tokens(bytesOf(request.segments));
    const earlier = this.#prompts.get(request.model) ?? [];
    const shared = Math.max(0, ...earlier.map((other) => commonPrefix(prompt, other)));
    earlier.push(prompt);
    this.#prompts.set(request.model, earlier);
    const sharedTokens = Math.min(Math.floor(shared / 4), total);
    const cacheRead = sharedTokens < this.#minimum ? 0 : Math.floor(sharedTokens / 128) * 128;
    return { ...uncached(total - cacheRead), cacheRead };
  }
}

export function outputOf(answer: Pick<Answer, 'text' | 'thinking' | 'calls'>): Pick<Usage, 'output' | 'reasoning'> {
  const said = answer.text + answer.calls.map(({ name, args }) => name + args).join('');
  const reasoning = tokens(Buffer.byteLength(answer.thinking));
  return { output: tokens(Buffer.byteLength(said)) + reasoning, reasoning };
}

function uncached(inputUncached: number): Omit<Usage, 'output' | 'reasoning'> {
  return { inputUncached, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
}

function bytesOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
}

function tokens(bytes: number): number {
  return Math.ceil(bytes / 4);
}

function commonPrefix(a: Buffer, b: Buffer): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a[at] === b[at]) at += 1;
  return at;
}
