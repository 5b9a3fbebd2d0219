import { clean, cleanLine } from './clean.ts';

/**
 * Untrusted text inside Markdown (GitHub's flavour): it reads the same and builds nothing, no heading, table cell,
 * link, image, HTML, mention, issue reference or formula.
 */

// An invisible space, as an entity, breaks what renderers make of bare text after parsing: mentions would
// notify strangers, bare addresses would become links. Backslashes do not stop those.
const BREAK = '&#8203;';

/** One line of text, `max` characters of it. */
export function mdLine(text: string, max = 300): string {
  return escapeLine(cleanLine(text, max));
}

/** Paragraphs: line breaks stay line breaks, each line indented by `indent` spaces (for list items). */
export function mdBlock(text: string, indent = 0, max = 4_000): string {
  const lines = clean(text, max).trim().split('\n');
  return lines
    .map((line, index) => {
      const escaped = escapeLine(line.trim());
      if (escaped === '') return '';
      // Two spaces at the end keep a line break; before an empty line there is none to keep.
      const next = lines[index + 1]?.trim() ?? '';
      return ' '.repeat(indent) + escaped + (next === '' ? '' : '  ');
    })
    .join('\n')
    .replace(/\n{3,}/g, '\n\n');
}

/** A code span. Inside a table give `table`, so that a bar does not end the cell. */
export function mdCode(text: string, options: { table?: boolean; max?: number } = {}): string {
  const line = cleanLine(text, options.max ?? 300);
  if (line === '') return '';
  const fence = '`'.repeat(longestRun(line, '`') + 1);
  const space = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  const body = options.table ? line.replaceAll('|', '\\|') : line;
  return fence + space + body + space + fence;
}

/** A fenced block, longer than any fence inside it. `info` is the language, a word of our own. */
export function mdFence(text: string, info = '', indent = 0, max = 4_000): string {
  const cleaned = clean(text, max).replace(/\n+$/, '');
  const fence = '`'.repeat(Math.max(3, longestRun(cleaned, '`') + 1));
  return [fence + info, ...cleaned.split('\n'), fence].map((line) => ' '.repeat(indent) + line).join('\n');
}

function escapeLine(line: string): string {
  return (
    line
      .replaceAll('&', '&amp;')
      .replace(/[\\`*_{}[\]()|~!]/g, '\\$&')
      // Before any numeric entity is written: those have a # and digits too.
      .replace(/#(?=\d)/g, `#${BREAK}`)
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('$', '&#36;')
      .replace(/^(\d+)([.)])/, '$1\\$2')
      .replace(/^[-+=:]/, '\\$&')
      .replace(/^#/, '\\#')
      .replaceAll('@', `@${BREAK}`)
      .replaceAll('://', `:${BREAK}//`)
      .replace(/\b(www)\./gi, `$1${BREAK}.`)
      .replace(/\b(mailto|xmpp):/gi, `$1${BREAK}:`)
      .replace(/\b(GH)-(?=\d)/gi, `$1${BREAK}-`)
  );
}

function longestRun(text: string, character: string): number {
  let longest = 0;
  let run = 0;
  for (const each of text) {
    run = each === character ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
