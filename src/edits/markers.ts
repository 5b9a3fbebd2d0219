/**
 * The marker lines of edit blocks. A marker starts in column 0; its run of characters is 5 to 11 long,
 * because models miscount. A block may choose longer markers than any its content holds.
 */
export interface Marker {
  kind: 'open-search' | 'open-file' | 'divider' | 'close-replace' | 'close-file' | 'unknown';
  char: '<' | '-' | '=' | '>' | '+';
  length: number;
  /** What follows the keyword, trimmed. */
  rest: string;
}

const SHORTEST = 5;
const LONGEST = 11;

const KEYWORDS: Record<string, readonly (readonly [word: string, kind: Marker['kind']])[]> = {
  '<': [
    ['SEARCH', 'open-search'],
    ['FILE', 'open-file'],
  ],
  '-': [['SEARCH', 'open-search']],
  '>': [
    ['REPLACE', 'close-replace'],
    ['FILE', 'close-file'],
  ],
  '+': [['REPLACE', 'close-replace']],
};

/** What marker a line is, if any. Linear in the length of the run, whatever the line. */
export function markerOf(line: string): Marker | null {
  const char = line[0];
  if (char !== '<' && char !== '-' && char !== '=' && char !== '>' && char !== '+') return null;
  let length = 1;
  while (length <= LONGEST && line[length] === char) length += 1;
  if (length < SHORTEST || length > LONGEST) return null;
  const after = line.slice(length).trim();
  if (char === '=') return after === '' ? { kind: 'divider', char, length, rest: '' } : null;
  for (const [word, kind] of KEYWORDS[char] ?? []) {
    const rest = afterWord(after, word);
    if (rest !== null) return { kind, char, length, rest };
  }
  // `<<<<<<< HEAD` and the like; a rule or a table border is not one.
  if (char === '<' || char === '>') return { kind: 'unknown', char, length, rest: after };
  return null;
}

/** Keywords of our own markers are recognised in any case, followed by nothing, a space or a stray `>`. */
function afterWord(text: string, word: string): string | null {
  if (text.slice(0, word.length).toUpperCase() !== word) return null;
  const next = text[word.length];
  if (next !== undefined && next !== ' ' && next !== '\t' && next !== '>' && next !== ':') return null;
  return text.slice(word.length).trim();
}

export type BlockEnd =
  | { found: true; end: number }
  /** `next` is the line where another block of the same markers opens before this one is closed. */
  | { found: false; next: number }
  | { found: false; next: null };

/**
 * Where the block that opens on line `from` is closed. A closer as long as the opener wins over balanced inner blocks
 * of other lengths; a closer of another length counts when nothing inside opened it.
 */
export function findBlockEnd(lines: readonly string[], from: number, open: Marker): BlockEnd {
  const closer = open.kind === 'open-file' ? 'close-file' : 'close-replace';
  const closerChar = open.char === '<' ? '>' : '+';
  let depth = 0;
  for (let i = from + 1; i < lines.length; i += 1) {
    const marker = markerOf(lines[i] ?? '');
    if (marker === null) continue;
    if (opensSameKind(marker, open)) {
      if (marker.length === open.length) return { found: false, next: i };
      if (marker.kind === open.kind) depth += 1;
    } else if (marker.kind === closer && marker.char === closerChar) {
      if (marker.length === open.length) return { found: true, end: i };
      depth -= 1;
      if (depth < 0) return { found: true, end: i };
    }
  }
  return { found: false, next: null };
}

/** A whole file may quote search blocks; a search block may hold neither kind of opener. */
function opensSameKind(marker: Marker, open: Marker): boolean {
  if (marker.char !== open.char) return false;
  if (open.kind === 'open-file') return marker.kind === 'open-file';
  return marker.kind === 'open-search' || marker.kind === 'open-file';
}
