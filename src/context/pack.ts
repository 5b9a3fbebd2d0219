import { commandsOf } from './commands.ts';
import type { SourceText } from './corpus.ts';
import { qualifiedName } from './enclosing.ts';
import { isDerived, isDocument, isTest } from './file-kind.ts';
import type { CodeSymbol } from './grammar.ts';
import { compressPaths } from './listing.ts';
import { numbered, Page } from './page.ts';
import { type RankedFile, type Ranking, rank, symbolScore } from './rank.ts';
import { estimateTokens } from './tokens.ts';
import { visible, visiblePath } from './visible.ts';

export interface Packed {
  text: string;
  /** By {@link estimateTokens}; never over the budget. */
  tokens: number;
  /** Paths whose text or symbols are shown, best first. */
  shown: string[];
  /** Files of the tree that are neither shown nor listed. */
  omitted: number;
}

/** Relevance (of the best file's) below which a file is shown only by name; and that earns text instead of signatures. */
const FLOOR = 0.25;
const TEXT_FLOOR = 0.6;
/** The same, when the request names files or symbols itself. */
const TEXT_FLOOR_BESIDE_NAMED = 0.85;
/** Shares of the budget: text of files, then signatures; the rest is for the list of paths. */
const TEXT_SHARE = 0.55;
const SIGNATURE_SHARE = 0.8;
/** A file up to this many tokens is shown whole, so that a plan can be exact about it. */
const WHOLE_FILE = 450;
/** What one file that the request names may take, tokens. */
const NAMED_FILE = 800;
/** Files shown with text, files shown by signatures, signatures of one file, tokens of the list of paths. */
const MAX_TEXTS = 3;
const MAX_OUTLINES = 6;
const MAX_SIGNATURES = 4;
/** A signature in an outline, characters: enough to know what to ask for. */
const MAX_OUTLINE_SIGNATURE = 90;
const MAX_LISTING = 250;

/**
 * What a planner sees of a repository: counts and commands, the text of what the request is about, signatures of what
 * stands near it, the other paths in short. Ranked by relevance, packed greedily, never over the budget, and less than
 * it when nothing more is relevant. Deterministic. Repository text is made visible but stays untrusted data.
 */
export function packContext(input: {
  request: string;
  paths: readonly string[];
  sources: readonly SourceText[];
  budgetTokens: number;
}): Packed {
  const { request, paths, sources, budgetTokens } = input;
  const page = new Page(budgetTokens);
  const ranking = rank(request, sources);
  const commands = commandsOf(sources);
  page.add(`${paths.length} files${commands.length > 0 ? `. Commands: ${visiblePath(commands.join(', '))}` : ''}`);
  const shown: string[] = [];
  const relevant = ranking.files.filter((file) => file.score >= FLOOR || file.named);
  const textFloor = relevant.some(({ named }) => named) ? TEXT_FLOOR_BESIDE_NAMED : TEXT_FLOOR;
  const texts = relevant
    .filter((file) => file.named || (file.score >= textFloor && !isDocument(file.path)))
    .slice(0, MAX_TEXTS);
  const afterTexts = budgetTokens * (1 - TEXT_SHARE);
  for (const file of texts) {
    const block = textOf(file, ranking, Math.min(page.left - afterTexts, page.left));
    if (block !== null && page.add(block)) shown.push(file.path);
  }
  const afterSignatures = budgetTokens * (1 - SIGNATURE_SHARE);
  let outlines = 0;
  for (const file of relevant) {
    if (outlines >= MAX_OUTLINES || page.left <= afterSignatures) break;
    if (shown.includes(file.path) || isDocument(file.path)) continue;
    const line = outlineOf(file, ranking);
    if (line === null || estimateTokens(line) > page.left - afterSignatures || !page.add(line)) continue;
    shown.push(file.path);
    outlines++;
  }
  const omitted = list(page, paths, shown);
  return { text: page.text, tokens: estimateTokens(page.text), shown, omitted };
}

/** The file whole when it is small, else its relevant definitions with their bodies; null when nothing fits. */
function textOf(file: RankedFile, ranking: Ranking, room: number): string | null {
  const lines = linesOf(file.text);
  const title = `## ${visiblePath(file.path)}`;
  const limit = Math.min(room, file.named ? NAMED_FILE : WHOLE_FILE);
  const whole = `${title}\n${numbered(lines, 1, lines.length)}`;
  if (estimateTokens(whole) <= Math.min(limit, WHOLE_FILE)) return whole;
  const scored = file.symbols
    .map((symbol) => ({
      symbol,
      score: symbolScore(symbol, ranking.query, ranking.rarity, lines.slice(symbol.line - 1, symbol.endLine)),
    }))
    .filter(
      ({ symbol, score }) => score > 0 && symbol.endLine - symbol.line < 120 && !holdsOthers(symbol, file.symbols),
    )
    .sort((a, b) => b.score - a.score || a.symbol.line - b.symbol.line);
  const best = scored[0]?.score ?? 0;
  const blocks: { line: number; end: number; text: string }[] = [];
  let left = limit - estimateTokens(title) - 6;
  const rest = outlineOf(file, ranking);
  left -= rest === null ? 0 : Math.min(80, estimateTokens(rest));
  for (const { symbol, score } of scored) {
    if (score < best * 0.5 || blocks.some(({ line, end }) => symbol.line <= end && symbol.endLine >= line)) continue;
    const named = ranking.query.identifiers.has(symbol.name);
    const end = named ? lastThatFits(lines, symbol, left) : symbol.endLine;
    const text = numbered(lines, symbol.line, end);
    const cost = estimateTokens(text) + 1;
    if (cost > left) continue;
    left -= cost;
    blocks.push({
      line: symbol.line,
      end: symbol.endLine,
      text: end < symbol.endLine ? `${text}\n… to ${symbol.endLine}` : text,
    });
  }
  if (blocks.length === 0) return null;
  blocks.sort((a, b) => a.line - b.line);
  const others = file.symbols.filter(({ line }) => !blocks.some((block) => line >= block.line && line <= block.end));
  const also = signatures(others, ranking, lines, MAX_SIGNATURES);
  const tail = also === '' ? [] : [`also: ${also}`];
  return [`${title} (${lines.length} lines)`, ...blocks.map(({ text }) => text), ...tail].join('\n');
}

/** The last line of a definition that fits: of what is named by name the beginning is better than nothing. */
function lastThatFits(lines: readonly string[], { line, endLine }: CodeSymbol, tokens: number): number {
  let left = tokens - 8;
  for (let at = line; at <= endLine; at++) {
    left -= estimateTokens(`${at} ${lines[at - 1]}\n`);
    if (left < 0) return Math.max(line, at - 1);
  }
  return endLine;
}

function holdsOthers(symbol: CodeSymbol, symbols: readonly CodeSymbol[]): boolean {
  return symbols.some(
    ({ line, endLine, parent }) => parent === symbol.name && line > symbol.line && endLine <= symbol.endLine,
  );
}

/** `path: signature; signature`, the relevant ones first; the path alone for a test; null when it defines nothing. */
function outlineOf(file: RankedFile, ranking: Ranking): string | null {
  if (isTest(file.path) && !file.named) return `test ${visiblePath(file.path)}`;
  const text = signatures(file.symbols, ranking, file.text.split('\n'), MAX_SIGNATURES);
  return text === '' ? null : `${visiblePath(file.path)}: ${text}`;
}

function signatures(symbols: readonly CodeSymbol[], ranking: Ranking, lines: readonly string[], max: number): string {
  const hasExports = symbols.some(({ exported }) => exported);
  const ranked = symbols
    .filter(({ exported, kind }) => (hasExports ? exported : kind !== 'const'))
    .map((symbol) => ({
      symbol,
      score:
        symbolScore(
          symbol,
          ranking.query,
          ranking.rarity,
          lines.slice(symbol.line - 1, Math.min(symbol.endLine, symbol.line + 200)),
        ) + (symbol.exported ? 0.5 : 0),
    }))
    .sort((a, b) => b.score - a.score || a.symbol.line - b.symbol.line)
    .slice(0, max)
    .sort((a, b) => a.symbol.line - b.symbol.line);
  return ranked.map(({ symbol }) => visiblePath(short(symbol))).join('; ');
}

/** A signature without the words every export has, with the class of a method. */
function short(symbol: CodeSymbol): string {
  const bare = symbol.signature
    .replace(/^(?:export |default |declare |public |pub |async )+/, '')
    .replace(/^function /, '');
  const full =
    symbol.kind === 'method' && symbol.parent !== null ? bare.replace(symbol.name, () => qualifiedName(symbol)) : bare;
  return full.length > MAX_OUTLINE_SIGNATURE ? `${full.slice(0, MAX_OUTLINE_SIGNATURE - 1)}…` : full;
}

function linesOf(text: string): string[] {
  const lines = visible(text).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Lists what is not shown and returns how many files are not even listed. */
function list(page: Page, paths: readonly string[], shown: readonly string[]): number {
  const rest = new Set(paths);
  for (const path of shown) rest.delete(path);
  const groups = compressPaths([...rest].filter((path) => !isDerived(path)));
  const derived = rest.size - groups.reduce((sum, { files }) => sum + files, 0);
  let room = Math.min(page.left, MAX_LISTING) - 12;
  const listed: string[] = [];
  let left = rest.size - derived;
  for (const { text, files } of groups) {
    const cost = estimateTokens(`${text} `);
    if (cost > room) continue;
    room -= cost;
    listed.push(text);
    left -= files;
  }
  const omitted = left + derived;
  const more = omitted > 0 ? ` and ${omitted} more` : '';
  if (listed.length > 0 && page.add(`other files: ${listed.join(' ')}${more}`)) return omitted;
  return rest.size;
}
