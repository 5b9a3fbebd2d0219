import { namesAnotherFile, type PathLine, readPath } from './read-path.ts';

const FENCE_TAGS = ['source', 'code', 'pre', 'codeblock', 'sourcecode'];

interface Fence {
  /** The characters that close it: a run of backticks or tildes, or a closing tag. */
  close: string;
  /** The path announced above it, when surely one. */
  path: string | null;
  at: number;
  used: boolean;
}

export type BlockPath = { path: string; inherited: boolean } | { path: null; why: string };

/**
 * What stands between the blocks: collects the claim, and remembers which path was announced for the next block.
 * A path is announced by the last line before the block, blank lines and fence openings apart.
 */
export class Prose {
  readonly #known: ReadonlySet<string>;
  readonly #claim: string[] = [];
  #announced: PathLine | null = null;
  /** Where in the claim the announcement of the next block begins; it is cut off when the block comes. */
  #from: number | null = null;
  #fence: Fence | null = null;
  #last: string | null = null;
  #another = false;

  constructor(known: ReadonlySet<string>) {
    this.#known = known;
  }

  /** Takes a line that is no marker. Returns a fenced block that looks like a file but is no edit, when it ends here. */
  line(line: string, at: number): { path: string; at: number } | null {
    if (line.trim() === '') {
      this.#claim.push('');
      return null;
    }
    const opening = openFence(line);
    const fence = this.#fence;
    if (fence !== null && closesFence(fence, line)) {
      this.#fence = null;
      if (!fence.used) this.#claim.push(line);
      return plainBlock(fence);
    }
    if (opening !== null) {
      const inInfo = opening.info === '' ? null : readPath(lastWord(opening.info), this.#known);
      if (inInfo?.sure) this.#announced ??= inInfo;
      const path = this.#announced?.sure ? this.#announced.path : null;
      this.#fence = { close: opening.close, path, at, used: false };
      this.#from ??= this.#claim.length;
      this.#claim.push(line);
      return fence === null ? null : plainBlock(fence);
    }
    const path = readPath(line, this.#known);
    if (path === null) {
      const heir = this.#heir();
      if (heir !== null) {
        this.#another ||= this.#announced !== null && this.#announced.path !== heir;
        this.#another ||= namesAnotherFile(line, heir, this.#known);
      }
      this.#announced = null;
      this.#from = null;
    } else {
      this.#from = this.#announced === null ? (this.#from ?? this.#claim.length) : this.#claim.length;
      this.#announced = path;
    }
    this.#claim.push(line);
    return null;
  }

  /** A block begins: which file it is for. `trailing` is what follows the marker's keyword. */
  block(trailing: string): BlockPath {
    const above = this.#announced?.path ?? null;
    const beside = trailing === '' ? null : (readPath(trailing, this.#known)?.path ?? null);
    const heir = this.#heir();
    const another = this.#another;
    this.#claim.length = this.#from ?? this.#claim.length;
    this.#announced = null;
    this.#from = null;
    this.#another = false;
    if (this.#fence !== null) this.#fence.used = true;
    if (above !== null && beside !== null && above !== beside) {
      return { path: null, why: `two paths are given: "${above}" above the block and "${beside}" beside the marker` };
    }
    const path = above ?? beside;
    if (path !== null) {
      this.#last = path;
      return { path, inherited: false };
    }
    if (heir === null) return { path: null, why: 'no path above it' };
    if (another)
      return { path: null, why: `no path above it, and the text before it names a file other than "${heir}"` };
    return { path: heir, inherited: true };
  }

  /** The file of a block that names none: that of the block before it, or the only file there is. */
  #heir(): string | null {
    if (this.#last !== null) return this.#last;
    const [only] = this.#known;
    return only !== undefined && this.#known.size === 1 ? only : null;
  }

  /** Any other block (a deletion, a patch): ends an announcement without using it; no later block inherits. */
  interrupt(): void {
    this.#announced = null;
    this.#from = null;
    this.#another = true;
    if (this.#fence !== null) this.#fence.used = true;
  }

  /** The fenced block the answer ends in, when it looks like a file. */
  unfinished(): { path: string; at: number } | null {
    return this.#fence === null ? null : plainBlock(this.#fence);
  }

  claim(): string {
    return this.#claim.join('\n').trim();
  }
}

function plainBlock(fence: Fence): { path: string; at: number } | null {
  return fence.used || fence.path === null ? null : { path: fence.path, at: fence.at };
}

function openFence(line: string): { close: string; info: string } | null {
  const text = line.trim();
  const char = text[0];
  if (char === '`' || char === '~') {
    let length = 1;
    while (text[length] === char) length += 1;
    const info = text.slice(length).trim();
    return length < 3 || info.includes('`') ? null : { close: char.repeat(Math.min(length, 64)), info };
  }
  if (char !== '<') return null;
  const end = text.indexOf('>');
  const tag = text.slice(1, end);
  const info = text.slice(end + 1);
  // A tag fence carries at most a language: `<source>python`.
  return FENCE_TAGS.includes(tag) && info.length < 30 && /^[\w+#.-]*$/u.test(info)
    ? { close: `</${tag}>`, info: '' }
    : null;
}

function closesFence(fence: Fence, line: string): boolean {
  const text = line.trim();
  if (fence.close.startsWith('<')) return text === fence.close;
  if (!text.startsWith(fence.close)) return false;
  for (let i = 0; i < text.length; i += 1) if (text[i] !== fence.close[0]) return false;
  return true;
}

function lastWord(text: string): string {
  return text.slice(text.lastIndexOf(' ') + 1);
}

/** Whether a line only opens or closes a fence. */
export function isFence(line: string): boolean {
  const text = line.trim();
  return openFence(line) !== null || FENCE_TAGS.some((tag) => text === `</${tag}>`);
}
