const SHOWN = 10;
const MOST_LINES = 20_000;
const MOST_WORDS = 50;

/**
 * The stretch of a file (at most ten lines) most like what was searched for, for a message only: nothing is ever
 * written by similarity. `first` is a 1-based line. null when nothing is alike.
 */
export function similarLines(
  lines: readonly string[],
  search: readonly string[],
): { first: number; lines: readonly string[] } | null {
  const file = lines.slice(0, MOST_LINES);
  const length = Math.min(Math.max(search.length, 3), SHOWN);
  const start = mostEqualLines(file, search, length) ?? mostEqualWords(file, search, length);
  return start === null ? null : { first: start + 1, lines: file.slice(start, start + length) };
}

/** The window with most lines of the search, white space apart; blank lines and bare brackets count little. */
function mostEqualLines(file: readonly string[], search: readonly string[], length: number): number | null {
  const wanted = new Set(search.map((line) => line.trim()).filter((line) => line !== ''));
  const weight = file.map((line) => {
    const text = line.trim();
    return wanted.has(text) ? Math.min(text.length, 20) : 0;
  });
  let sum = 0;
  let best = 0;
  let start: number | null = null;
  for (const [i, own] of weight.entries()) {
    sum += own - (weight[i - length] ?? 0);
    if (sum > best) {
      best = sum;
      start = Math.max(0, i - length + 1);
    }
  }
  if (start === null || best < 4) return null;
  // Begin at the first line that is alike, so that the lines missing after it are seen.
  while ((weight[start] ?? 1) === 0) start += 1;
  return start;
}

/** Around the line that shares most words with the search's first line. */
function mostEqualWords(file: readonly string[], search: readonly string[], length: number): number | null {
  const first = search.find((line) => line.trim() !== '') ?? '';
  const wanted = words(first);
  let best = 0.5;
  let at: number | null = null;
  for (const [i, line] of file.entries()) {
    const here = words(line);
    let shared = 0;
    for (const word of here) if (wanted.has(word)) shared += 1;
    const score = (2 * shared) / (wanted.size + here.size || 1);
    if (score > best) {
      best = score;
      at = i;
    }
  }
  return at === null ? null : Math.max(0, Math.min(at - 1, file.length - length));
}

function words(line: string): Set<string> {
  return new Set((line.slice(0, 400).match(/[\p{L}\p{N}_]+/gu) ?? []).slice(0, MOST_WORDS));
}
