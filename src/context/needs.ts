import type { SourceText } from './corpus.ts';
import { enclosingIn, qualifiedName } from './enclosing.ts';
import type { CodeSymbol } from './grammar.ts';
import { numbered, Page } from './page.ts';
import { symbolsOf } from './symbols.ts';
import { estimateTokens } from './tokens.ts';
import { visible, visiblePath } from './visible.ts';

/** Share of the budget one whole file may take; a larger one is given as its signatures. */
const FILE_SHARE = 0.6;
/** Definitions given for one name, lines of one definition, needs answered in one round. */
const MAX_DEFINITIONS = 3;
const MAX_LINES = 200;
const MAX_NEEDS = 20;

interface Place {
  source: SourceText;
  symbol: CodeSymbol;
}

/**
 * What the planner asked for by name: a path (or its unique end), a symbol (`name`, `Class.method`, `path:name`).
 * Whole files up to 60 % of the budget, larger ones as signatures with line numbers; symbols as their lines. What is
 * not there, not readable or does not fit is in `missing` and said in the text. Never over the budget.
 */
export function packNeeds(input: {
  needs: readonly string[];
  sources: readonly SourceText[];
  paths: readonly string[];
  budgetTokens: number;
}): { text: string; given: string[]; missing: string[] } {
  const needs = [...new Set(input.needs.map((need) => need.trim()).filter((need) => need !== ''))];
  const asked = needs.slice(0, MAX_NEEDS);
  const sources = [...input.sources].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  // Room to say what is missing, whatever the rest takes.
  const reserve = Math.min(60, Math.floor(input.budgetTokens / 4));
  const page = new Page(input.budgetTokens - reserve);
  const symbols = lazySymbols(sources);
  const given: string[] = [];
  const missing: string[] = [];
  const reasons: string[] = [];
  const lack = (need: string, reason: string): void => {
    missing.push(need);
    reasons.push(`${visiblePath(need.slice(0, 120))} (${reason})`);
  };
  const whole = new Set<string>();
  for (const need of asked) {
    const path = pathOf(need, input.paths);
    if (path !== null) {
      const source = sources.find((candidate) => candidate.path === path);
      if (source === undefined) lack(need, 'not text, or too large to read');
      else if (giveFile(page, source, input.budgetTokens * FILE_SHARE, whole)) given.push(need);
      else lack(need, 'does not fit; name a symbol of it');
      continue;
    }
    const places = find(need, input.paths, symbols);
    if (places.length === 0) lack(need, 'no such file or symbol');
    else if (places.filter((place) => giveSymbol(page, place, whole)).length > 0) given.push(need);
    else lack(need, 'does not fit');
  }
  for (const need of needs.slice(MAX_NEEDS)) lack(need, 'too many at once');
  const last = new Page(page.left + reserve);
  let text = page.text;
  if (reasons.length > 0) {
    let line = `Not given: ${reasons.join('; ')}`;
    if (estimateTokens(line) + 1 > last.left) line = `Not given: ${missing.length} of ${needs.length}`;
    if (last.add(line)) text = text === '' ? line : `${text}\n${line}`;
  }
  return { text, given, missing };
}

/** The path of the tree that is meant: itself, or the only one that ends so. */
function pathOf(need: string, paths: readonly string[]): string | null {
  const bare = need.replace(/^\.\//, '');
  if (paths.includes(bare)) return bare;
  const ends = paths.filter((path) => path.endsWith(`/${bare}`));
  return ends.length === 1 ? (ends[0] ?? null) : null;
}

function lazySymbols(sources: readonly SourceText[]): () => Place[] {
  let places: Place[] | null = null;
  return () => {
    places ??= sources.flatMap((source) => symbolsOf(source.path, source.text).map((symbol) => ({ source, symbol })));
    return places;
  };
}

function find(need: string, paths: readonly string[], symbols: () => Place[]): Place[] {
  const [, file, rest] = /^(.+?\.\w+)(?:::?|#)(.+)$/.exec(need) ?? [];
  const path = file === undefined ? null : pathOf(file, paths);
  const name = (path === null || rest === undefined ? need : rest)
    .replace(/\(.*$/s, '')
    .replaceAll('::', '.')
    .replaceAll('#', '.');
  const inFile = symbols().filter(({ source }) => path === null || source.path === path);
  const matching = inFile.filter(({ symbol }) => symbol.name === name || qualifiedName(symbol) === name);
  return matching.sort((a, b) => Number(b.symbol.exported) - Number(a.symbol.exported)).slice(0, MAX_DEFINITIONS);
}

function giveFile(page: Page, source: SourceText, share: number, whole: Set<string>): boolean {
  if (whole.has(source.path)) return true;
  const lines = visible(source.text).replace(/\n$/, '').split('\n');
  const block = `## ${visiblePath(source.path)}\n${numbered(lines, 1, lines.length)}`;
  if (estimateTokens(block) <= share && page.add(block)) {
    whole.add(source.path);
    return true;
  }
  const title = `## ${visiblePath(source.path)} (${lines.length} lines, signatures only)`;
  let outline = title;
  for (const { line, signature } of symbolsOf(source.path, source.text)) {
    const next = `${outline}\n${line} ${visiblePath(signature)}`;
    if (estimateTokens(next) + 1 > Math.min(page.left, share)) break;
    outline = next;
  }
  return outline !== title && page.add(outline);
}

function giveSymbol(page: Page, { source, symbol }: Place, whole: Set<string>): boolean {
  if (whole.has(source.path)) return true;
  const { start } = enclosingIn([symbol], source.text, symbol.line, MAX_LINES);
  const lines = visible(source.text).split('\n');
  const end = Math.min(symbol.endLine, start + MAX_LINES - 1);
  const cut = end < symbol.endLine ? `, cut at line ${end} of ${symbol.endLine}` : '';
  const title = `## ${visiblePath(`${source.path} ${qualifiedName(symbol)}`)}${cut}`;
  if (page.add(`${title}\n${numbered(lines, start, end)}`)) return true;
  return page.add(`${title} (signature only)\n${symbol.line} ${visiblePath(symbol.signature)}`);
}
