import type { Sink } from '../sink.ts';

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

/** The last lines of a terminal, repainted in place. The cursor rests in the first column below them. */
export interface Region {
  /** Shows `lines`; only those that differ from what stands there are written. */
  paint(lines: readonly string[]): void;
  /** Writes `lines` for good above the region. */
  print(lines: readonly string[]): void;
  /** Takes the region away and shows the cursor. May be painted again. */
  clear(): void;
}

/** A region on a terminal. Each call is one write, so that no half-painted state is ever shown. */
export function openRegion(sink: Sink): Region {
  let shown: readonly string[] = [];
  let hidden = false;

  // To the first column as well: the terminal itself echoes what is typed, `^C` above all.
  const up = (lines: number) => (lines > 0 ? `\r\x1b[${lines}A` : '');
  // Overwrite, then erase what is left of the old line: erasing first would flicker.
  const line = (text: string) => `${text}\x1b[K\n`;

  const painted = (lines: readonly string[]) => {
    const body = lines.map((text, index) => (text === shown[index] ? '\n' : line(text))).join('');
    return up(shown.length) + body + (lines.length < shown.length ? '\x1b[J' : '');
  };

  return {
    paint(lines) {
      if (lines.length === shown.length && lines.every((text, index) => text === shown[index])) return;
      const before = !hidden && lines.length > 0 ? HIDE_CURSOR : '';
      const after = hidden && lines.length === 0 ? SHOW_CURSOR : '';
      sink.write(before + painted(lines) + after);
      hidden = lines.length > 0;
      shown = lines;
    },
    print(lines) {
      if (lines.length === 0) return;
      // Without a region nothing has to be erased, and a pipe or a file gets plain lines.
      if (shown.length === 0) sink.write(lines.map((text) => `${text}\n`).join(''));
      else sink.write(`${up(shown.length)}${[...lines, ...shown].map(line).join('')}`);
    },
    clear() {
      if (shown.length === 0 && !hidden) return;
      sink.write(`${up(shown.length)}${shown.length > 0 ? '\x1b[J' : ''}${SHOW_CURSOR}`);
      shown = [];
      hidden = false;
    },
  };
}
