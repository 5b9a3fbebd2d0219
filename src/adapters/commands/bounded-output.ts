/** Keeps the first and the last bytes of a stream in bounded memory. */
export class BoundedOutput {
  readonly #half: number;
  readonly #head: Buffer[] = [];
  #headBytes = 0;
  #tail: Buffer[] = [];
  #tailBytes = 0;
  #cut = 0;

  /** At most about `maxBytes` are kept, half of them from each end. */
  constructor(maxBytes: number) {
    this.#half = Math.max(1, Math.floor(maxBytes / 2));
  }

  add(chunk: Buffer): void {
    const room = this.#half - this.#headBytes;
    const first = chunk.subarray(0, Math.max(0, room));
    if (first.length > 0) {
      this.#head.push(first);
      this.#headBytes += first.length;
    }
    const rest = chunk.subarray(first.length);
    if (rest.length === 0) return;
    this.#tail.push(rest);
    this.#tailBytes += rest.length;
    // Joined only now and then: a stream of tiny chunks must not be copied for each.
    if (this.#tailBytes > 2 * this.#half || this.#tail.length > 4096) this.#shorten();
  }

  text(): string {
    this.#shorten();
    const head = Buffer.concat(this.#head);
    const tail = Buffer.concat(this.#tail);
    if (this.#cut === 0) return Buffer.concat([head, tail]).toString();
    const from = whole(tail);
    return `${head.subarray(0, head.length - partial(head))}\n… [${this.#cut} bytes cut] …\n${tail.subarray(from)}`;
  }

  #shorten(): void {
    const joined = Buffer.concat(this.#tail);
    const kept = Buffer.from(joined.subarray(Math.max(0, joined.length - this.#half)));
    this.#cut += joined.length - kept.length;
    this.#tail = [kept];
    this.#tailBytes = kept.length;
  }
}

/** How many bytes at the start are the rest of a character that was cut. */
function whole(bytes: Buffer): number {
  let at = 0;
  while (at < Math.min(3, bytes.length) && ((bytes[at] ?? 0) & 0xc0) === 0x80) at += 1;
  return at;
}

/** How many bytes at the end are the start of a character that was cut. */
function partial(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}
