/** Keeps the first and the last bytes of a stream in bounded memory. */
export class BoundedOutput {
  readonly #half: number;
  readonly #head: Buffer[] = [];
  #headBytes = 0;
  /** The last bytes, written round and round; made when the head is full. */
  #ring: Buffer | null = null;
  /** Bytes ever written to the ring. */
  #ringBytes = 0;

  /** At most `maxBytes` are kept, half of them from each end. */
  constructor(maxBytes: number) {
    this.#half = Math.max(1, Math.floor(maxBytes / 2));
  }

  /** Whether everything added so far is still kept. */
  add(chunk: Buffer): boolean {
    const first = chunk.subarray(0, this.#half - this.#headBytes);
    if (first.length > 0) {
      this.#head.push(first);
      this.#headBytes += first.length;
    }
    const rest = chunk.subarray(first.length);
    if (rest.length === 0) return true;
    this.#ring ??= Buffer.alloc(this.#half);
    const last = rest.subarray(Math.max(0, rest.length - this.#half));
    const at = (this.#ringBytes + rest.length - last.length) % this.#half;
    const copied = last.copy(this.#ring, at);
    last.copy(this.#ring, 0, copied);
    this.#ringBytes += rest.length;
    return this.#ringBytes <= this.#half;
  }

  text(): string {
    const head = Buffer.concat(this.#head);
    if (this.#ring === null) return head.toString();
    const at = this.#ringBytes % this.#half;
    const cut = this.#ringBytes - this.#half;
    if (cut <= 0) return Buffer.concat([head, this.#ring.subarray(0, this.#ringBytes)]).toString();
    const tail = Buffer.concat([this.#ring.subarray(at), this.#ring.subarray(0, at)]);
    return `${head.subarray(0, head.length - begun(head))}\n… [${cut} bytes cut] …\n${tail.subarray(ended(tail))}`;
  }
}

/** How many bytes at the start are the rest of a character that was cut. */
function ended(bytes: Buffer): number {
  let at = 0;
  while (at < Math.min(3, bytes.length) && ((bytes[at] ?? 0) & 0xc0) === 0x80) at += 1;
  return at;
}

/** How many bytes at the end are the start of a character that was cut. */
function begun(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}
