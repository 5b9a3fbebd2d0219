/** A line of a file: its text, and the line ending that follows it ('' at the end of a file without a final newline). */
export interface FileLine {
  text: string;
  eol: '\n' | '\r\n' | '';
}

/** A file's text, taken apart so that putting it together again gives the same bytes. */
export interface FileLines {
  bom: '\uFEFF' | '';
  lines: FileLine[];
}

/** Splits at LF and CRLF; a lone CR is a character like any other. '' has no lines. */
export function splitFile(text: string): FileLines {
  const bom = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const lines: FileLine[] = [];
  let start = bom.length;
  while (start < text.length) {
    const lf = text.indexOf('\n', start);
    if (lf < 0) {
      lines.push({ text: text.slice(start), eol: '' });
      break;
    }
    const crlf = lf > start && text[lf - 1] === '\r';
    lines.push({ text: text.slice(start, crlf ? lf - 1 : lf), eol: crlf ? '\r\n' : '\n' });
    start = lf + 1;
  }
  return { bom, lines };
}

export function joinFile(file: FileLines): string {
  return file.bom + file.lines.map((line) => line.text + line.eol).join('');
}

/** The lines of a block of an answer, without endings and byte order mark. */
export function blockLines(text: string): string[] {
  return splitFile(text).lines.map((line) => line.text);
}

/** The line ending used most; LF when there is none. */
export function dominantEol(lines: readonly FileLine[]): '\n' | '\r\n' {
  let crlf = 0;
  let lf = 0;
  for (const line of lines) {
    if (line.eol === '\r\n') crlf += 1;
    else if (line.eol === '\n') lf += 1;
  }
  return crlf > lf ? '\r\n' : '\n';
}

/** A run of file lines and what is put in their place. */
export interface Splice {
  start: number;
  end: number;
  /** What the model saw there, line by line: `end - start` lines. */
  before: readonly string[];
  after: readonly string[];
}

/**
 * Replaces lines. Lines that `before` and `after` have in common at both ends keep the file's own bytes; new lines take
 * the ending of the line they replace, or of their neighbour; a missing final newline stays missing.
 */
export function spliceLines(lines: readonly FileLine[], splice: Splice): FileLine[] {
  const { before, after } = splice;
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;

  const from = splice.start + head;
  const to = splice.end - tail;
  const fallback = lines[from - 1]?.eol || lines[to]?.eol || dominantEol(lines);
  let eol: '\n' | '\r\n' = fallback;
  const fresh = after.slice(head, after.length - tail).map((text, i): FileLine => {
    const replaced = from + i < to ? lines[from + i]?.eol : undefined;
    if (replaced) eol = replaced;
    return { text, eol };
  });
  const kept = lines.slice(0, from);
  const last = lines.at(-1);
  if (to === lines.length && last?.eol === '' && fresh.length > 0) {
    // The end of the file was replaced or appended to: the line before may need an ending, the new last line none.
    const end = fresh.at(-1);
    if (end !== undefined) end.eol = '';
    const previous = kept.at(-1);
    if (previous?.eol === '') kept[kept.length - 1] = { ...previous, eol: dominantEol(lines) };
  }
  return [...kept, ...fresh, ...lines.slice(to)];
}
