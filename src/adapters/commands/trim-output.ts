/** Lines that say what went wrong, in the words of the common test runners, compilers and linters. */
const TELLS =
  /\b(?:fail(?:s|ed|ure|ures|ing)?|errors?|exceptions?|panic(?:ked)?|assert\w*|expected|received|actual|traceback|fatal|not ok|undefined|cannot|timed? ?out)\b|[✗✘×✖●❯]|^E {2,}|Error\b|: error\b/iu;
/** Words of success that carry one of those: `0 failed`, `no errors`. */
const FINE = /\b(?:0|no) (?:fail(?:ed|ures?|ing)?|errors?)\b|^\s*(?:ok|✓|✔|√|PASS)\b/iu;
const BEFORE = 2;
const AFTER = 8;
const LAST_LINES = 15;
const FIRST_LINES = 3;
const MAX_LINE_CHARS = 600;

/**
 * Test output cut to `maxBytes` UTF-8 bytes, keeping what a person would look for: the summary at the end, the lines
 * around failures from the first on, the start. Each gap says how many lines are gone. Short output comes back as it is.
 */
export function trimOutput(output: string, maxBytes: number): string {
  if (Buffer.byteLength(output) <= maxBytes) return output;
  const lines = output.split('\n').map(clip);
  const kept = new Set<number>();
  let left = maxBytes - gapCost(lines.length);
  const keep = (from: number, to: number, order: 'forward' | 'backward'): void => {
    const wanted = range(Math.max(0, from), Math.min(lines.length, to));
    for (const index of order === 'forward' ? wanted : wanted.reverse()) {
      if (kept.has(index)) continue;
      // A line that stands alone brings a gap note with it.
      const alone = !kept.has(index - 1) && !kept.has(index + 1);
      const cost = Buffer.byteLength(lines[index] ?? '') + 1 + (alone ? gapCost(lines.length) : 0);
      if (cost > left) return;
      left -= cost;
      kept.add(index);
    }
  };
  // Never more than a third for the end, or a long summary would push the first failure out.
  const reserve = left;
  left = Math.floor(reserve / 3);
  keep(lines.length - LAST_LINES, lines.length, 'backward');
  left += reserve - Math.floor(reserve / 3);
  lines.forEach((line, index) => {
    if (TELLS.test(line) && !FINE.test(line)) keep(index - BEFORE, index + AFTER + 1, 'forward');
  });
  keep(0, FIRST_LINES, 'forward');
  keep(0, lines.length, 'backward');
  return assemble(lines, kept, maxBytes);
}

function assemble(lines: readonly string[], kept: ReadonlySet<number>, maxBytes: number): string {
  const parts: string[] = [];
  let gap = 0;
  const close = (): void => {
    if (gap > 0) parts.push(gapNote(gap));
    gap = 0;
  };
  lines.forEach((line, index) => {
    if (!kept.has(index)) {
      gap += 1;
      return;
    }
    close();
    parts.push(line);
  });
  close();
  const text = parts.join('\n');
  // Too little room for even one line: as many characters of it as fit.
  return Buffer.byteLength(text) <= maxBytes
    ? text
    : new TextDecoder().decode(Buffer.from(text).subarray(0, Math.max(0, maxBytes - 3)));
}

function gapNote(lines: number): string {
  return `… [${lines} line${lines === 1 ? '' : 's'} cut] …`;
}

function gapCost(lines: number): number {
  return Buffer.byteLength(gapNote(lines)) + 1;
}

function clip(line: string): string {
  if (line.length <= MAX_LINE_CHARS) return line;
  const half = MAX_LINE_CHARS / 2;
  return `${line.slice(0, half)} … ${line.slice(-half)}`.toWellFormed();
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}
