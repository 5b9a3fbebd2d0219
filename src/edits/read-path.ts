/** Finds the path in a line a model wrote above a block, without losing or adding a character of the path itself. */

const LABELS = ['file', 'path', 'filename', 'file name', 'filepath', 'file path'];
const NOTES = ['(new file)', '(new)', '(modified)', '(updated)', '(create)', '(created)'];
const BARE_NAMES = new Set(['Makefile', 'Dockerfile', 'LICENSE', 'Gemfile', 'Rakefile', 'Procfile', 'CODEOWNERS']);
const EXTENSIONS = new Set(
  (
    'c cc cfg clj cmake conf cpp cs css csv cts cxx dart env ex exs fs go gradle graphql h hpp hs htm html ini java jl ' +
    'js json jsonc jsx kt kts less lock lua m md mdx mjs ml mts cjs php pl prisma properties proto ps1 py pyi r rb rs ' +
    'rst sass scala scss sh sql svelte svg swift tf toml ts tsx txt vue xml yaml yml zig'
  ).split(' '),
);
const LONGEST_PATH = 1024;

export interface PathLine {
  path: string;
  /** Nobody would take it for prose: a known path, a folder, or a common extension. */
  sure: boolean;
}

/**
 * The path a line names, decoration removed (backticks, bold, heading, bullet, comment sign, `File:`, trailing colon),
 * or null when the line is prose. `known` paths are recognised as they are. Nothing is resolved: `..` stays.
 */
export function readPath(line: string, known: ReadonlySet<string>): PathLine | null {
  if (line.length > LONGEST_PATH + 40) return null;
  let text = line.trim();
  let dress: Dress = 'bare';
  for (let round = 0; round < 8; round += 1) {
    if (known.has(text)) return { path: text, sure: true };
    const next = undecorate(text);
    if (next === null) break;
    if (dress !== 'labelled' && next.dress !== 'bare') dress = next.dress;
    text = next.text;
  }
  if (known.has(text)) return { path: text, sure: true };
  return plausible(text, dress) ? { path: text, sure: hasFolderOrExtension(text) } : null;
}

/** How much a model did to say "this is a path": nothing, quotes or bold around it, or a label before it. */
type Dress = 'bare' | 'quoted' | 'labelled';

/** Removes one layer of decoration; null when there is none. */
function undecorate(text: string): { text: string; dress: Dress } | null {
  for (const pair of ['**', '`', '*', '"', "'"]) {
    if (text.length > pair.length * 2 && text.startsWith(pair) && text.endsWith(pair)) {
      const inner = text.slice(pair.length, -pair.length);
      if (!inner.includes(pair)) return { text: inner.trim(), dress: 'quoted' };
    }
  }
  if (text.startsWith('**')) {
    const close = text.indexOf('**', 2);
    const label = text.slice(2, close).trim().replace(':', '').trim().toLowerCase();
    if (close > 0 && LABELS.includes(label)) {
      const rest = text.slice(close + 2).trim();
      return { text: rest.startsWith(':') ? rest.slice(1).trim() : rest, dress: 'labelled' };
    }
  }
  const colon = text.indexOf(':');
  if (colon > 0 && colon < text.length - 1 && LABELS.includes(text.slice(0, colon).trim().toLowerCase())) {
    return { text: text.slice(colon + 1).trim(), dress: 'labelled' };
  }
  if (text.length > 1 && text.endsWith(':')) return { text: text.slice(0, -1).trim(), dress: 'bare' };
  if (text.endsWith(')')) {
    const lower = text.toLowerCase();
    const note = NOTES.find((suffix) => lower.endsWith(suffix));
    if (note !== undefined && text.length > note.length) {
      return { text: text.slice(0, -note.length).trim(), dress: 'bare' };
    }
  }
  for (const lead of ['// ', '- ', '* ', '+ ']) {
    if (text.startsWith(lead)) return { text: text.slice(lead.length).trim(), dress: 'bare' };
  }
  return unnumber(text);
}

/** `## path` and `1. path`. */
function unnumber(text: string): { text: string; dress: Dress } | null {
  const space = text.indexOf(' ');
  if (space < 1 || space > 6) return null;
  const lead = text.slice(0, space);
  const heading = [...lead].every((char) => char === '#');
  const digits = lead.slice(0, -1);
  const item = (lead.endsWith('.') || lead.endsWith(')')) && digits !== '' && Number.isInteger(Number(digits));
  return heading || item ? { text: text.slice(space + 1).trim(), dress: 'bare' } : null;
}

function plausible(text: string, dress: Dress): boolean {
  if (text === '' || text.length > LONGEST_PATH || /\p{Cc}/u.test(text)) return false;
  if (dress === 'labelled') return true;
  if (text.includes('://')) return false;
  if (/[`<>|]/u.test(text) || /^[.…/\\-]*$/u.test(text) || /[.,;!?\\]$/u.test(text)) return false;
  const spaced = /\s/u.test(text);
  if (spaced && dress === 'bare') return false;
  return BARE_NAMES.has(text) || text.includes('/') || (spaced ? hasFolderOrExtension(text) : hasDot(text));
}

function hasDot(name: string): boolean {
  return name.lastIndexOf('.') >= 0;
}

function hasFolderOrExtension(text: string): boolean {
  if (BARE_NAMES.has(text) || (text.includes('/') && !/\s/u.test(text))) return true;
  return EXTENSIONS.has(text.slice(text.lastIndexOf('.') + 1).toLowerCase()) && hasDot(text);
}

/** Whether a line of prose names a file other than `path`, so that a block below it may not belong to `path`. */
export function namesAnotherFile(line: string, path: string, known: ReadonlySet<string>): boolean {
  for (const raw of line.slice(0, 4096).split(/[\s`"'*(),;]+/u)) {
    const word = raw.replace(/[.:!?]$/u, '');
    if (word === '' || word === path || path.endsWith(`/${word}`)) continue;
    if (known.has(word)) return true;
    const dot = word.lastIndexOf('.');
    if (dot > 0 && EXTENSIONS.has(word.slice(dot + 1).toLowerCase()) && plausible(word, 'bare')) return true;
  }
  return false;
}
