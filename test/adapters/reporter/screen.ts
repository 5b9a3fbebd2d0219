import { EventEmitter } from 'node:events';

/** A stream that records, and a terminal small enough to check by eye: cursor up, erase, line feed. */
export class Screen extends EventEmitter {
  readonly writes: string[] = [];
  readonly columns = 80;
  writableNeedDrain = false;
  #rows: string[] = [''];
  #row = 0;
  #column = 0;
  cursorHidden = false;

  write(text: string): boolean {
    this.writes.push(text);
    for (const [part] of text.matchAll(/\x1b\[\??(\d*)([A-Za-z])|[\n\r]|[^\x1b\n\r]+/g)) this.#draw(part);
    return !this.writableNeedDrain;
  }

  get text(): string {
    return this.#rows.join('\n');
  }

  #draw(part: string): void {
    const row = this.#rows[this.#row] ?? '';
    const up = part.match(/^\x1b\[(\d+)A$/);
    if (part === '\n') {
      this.#row += 1;
      this.#column = 0;
      this.#rows[this.#row] ??= '';
    } else if (part === '\r') this.#column = 0;
    else if (up) this.#row -= Number(up[1]);
    else if (part === '\x1b[K') this.#rows[this.#row] = row.slice(0, this.#column);
    else if (part === '\x1b[J') {
      this.#rows.length = this.#row + 1;
      this.#rows[this.#row] = row.slice(0, this.#column);
    } else if (part === '\x1b[?25l') this.cursorHidden = true;
    else if (part === '\x1b[?25h') this.cursorHidden = false;
    else if (part.startsWith('\x1b')) throw new Error(`unexpected sequence ${JSON.stringify(part)}`);
    else {
      this.#rows[this.#row] = row.slice(0, this.#column) + part + row.slice(this.#column + part.length);
      this.#column += part.length;
    }
  }
}
