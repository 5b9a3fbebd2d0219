/** Lines shown around a change. */
const CONTEXT = 2;

/** Beyond this the middle is shown as replaced whole: the table below grows with the square. */
const MOST_LINES = 1_500;

interface Line {
  mark: ' ' | '-' | '+';
  text: string;
}

/** Two texts as people compare them: the lines that differ with a few around, `-` before and `+` after; '' when equal. */
export function lineDiff(before: string, after: string): string {
  const [old, now] = [linesOf(before), linesOf(after)];
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const same = (text: string): Line => ({ mark: ' ', text });
  const middle = compare(old.slice(head, old.length - tail), now.slice(head, now.length - tail));
  const lines = [...old.slice(0, head).map(same), ...middle, ...old.slice(old.length - tail).map(same)];
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ mark }) => mark !== ' '),
  );
  return lines
    .flatMap(({ mark, text }, index) => {
      if (near[index] === true) return [`${mark} ${text}`];
      return near[index - 1] === true && near.includes(true, index) ? ['  …'] : [];
    })
    .join('\n');
}

/** A last line without its end is another line than one with it. */
function linesOf(text: string): string[] {
  if (text === '') return [];
  const lines = text.split(/\r?\n/);
  return text.endsWith('\n') ? lines.slice(0, -1) : [...lines.slice(0, -1), `${lines.at(-1)} (no line end)`];
}

function compare(old: readonly string[], now: readonly string[]): Line[] {
  const gone = (text: string): Line => ({ mark: '-', text });
  const come = (text: string): Line => ({ mark: '+', text });
  if (old.length > MOST_LINES || now.length > MOST_LINES) return [...old.map(gone), ...now.map(come)];
  // Lengths of the longest common part of what is left of both, from each pair of places on.
  const longest = old.map(() => new Uint16Array(now.length + 1));
  longest.push(new Uint16Array(now.length + 1));
  const at = (i: number, j: number) => longest[i]?.[j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--) {
    const row = longest[i];
    for (let j = now.length - 1; j >= 0 && row !== undefined; j--)
      row[j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const lines: Line[] = [];
  for (let i = 0, j = 0; i < old.length || j < now.length; ) {
    const [left = '', right = ''] = [old[i], now[j]];
    if (i < old.length && j < now.length && left === right) {
      lines.push({ mark: ' ', text: left });
      i++;
      j++;
    } else if (i < old.length && (j === now.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(gone(left));
      i++;
    } else {
      lines.push(come(right));
      j++;
    }
  }
  return lines;
}
