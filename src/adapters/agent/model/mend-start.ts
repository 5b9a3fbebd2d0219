/** More than a first event ever is; beyond it the bytes pass as they are. */
const MAX_HELD_BYTES = 64 * 1024;

/**
 * Anthropic-compatible endpoints may leave `usage` out of `message_start`, which the SDK refuses as a broken stream
 * although the answer is whole. The first event gets an empty usage then, and the lack is noted.
 */
export class StartMender {
  readonly #note: { startUsageMissing: boolean };
  #held: Buffer | null = Buffer.alloc(0);

  constructor(note: { startUsageMissing: boolean }) {
    this.#note = note;
  }

  /** The bytes to hand on; null while the first event is still incomplete. */
  pass(chunk: Uint8Array): Uint8Array | null {
    if (this.#held === null) return chunk;
    this.#held = Buffer.concat([this.#held, chunk]);
    const events = this.#held.toString('latin1').split(/\r?\n\r?\n/);
    const whole = events.slice(0, -1).some((event) => event.includes('data:') && !event.includes('"ping"'));
    return whole || this.#held.length > MAX_HELD_BYTES ? this.rest() : null;
  }

  /** What is held back, mended; null when nothing is. */
  rest(): Uint8Array | null {
    const held = this.#held;
    this.#held = null;
    if (held === null || held.length === 0) return null;
    const text = held.toString('utf8');
    const data = /^data:\s*(\{.*"message_start".*\})\s*$/m.exec(text)?.[1];
    const mended = data === undefined ? null : withUsage(data);
    if (data === undefined || mended === null) return held;
    this.#note.startUsageMissing = true;
    // Spliced as bytes: what follows the event may end inside a character.
    const at = held.indexOf(data, 0, 'utf8');
    return Buffer.concat([held.subarray(0, at), Buffer.from(mended), held.subarray(at + Buffer.byteLength(data))]);
  }
}

function withUsage(data: string): string | null {
  try {
    const event = JSON.parse(data) as { type?: unknown; message?: { usage?: unknown } | null };
    if (event.type !== 'message_start' || typeof event.message !== 'object' || event.message === null) return null;
    if (event.message.usage !== undefined && event.message.usage !== null) return null;
    return JSON.stringify({ ...event, message: { ...event.message, usage: { input_tokens: 0 } } });
  } catch {
    return null;
  }
}
