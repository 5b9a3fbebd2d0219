import { corpusOf, type Document, type SourceText } from './corpus.ts';
import { isDocument, isTest, stemOf } from './file-kind.ts';
import type { CodeSymbol } from './grammar.ts';
import { hintOf, isNear, type Query, queryOf, wordsOf } from './words.ts';

export interface RankedFile extends Document {
  /** Relevance to the request; the best file has about 1, 0 means nothing ties it to the request. */
  score: number;
  /** Named by path or by a symbol it defines: what the request is surely about. */
  named: boolean;
}

export interface Ranking {
  files: RankedFile[];
  query: Query;
  /** Rarity of a word of the query among the files: 0 for one that is everywhere. */
  rarity: Map<string, number>;
}

/** Weights chosen by judgement and checked on a few requests against this repository; only their order of size matters. */
const WEIGHT = { path: 40, fileName: 25, identifier: 15, mention: 3, pathWord: 3, symbolWord: 2, textWord: 1 };
/** Share of a file's rank that comes from the files that name it or that it names, and rounds of passing it on. */
const SPREAD = 0.3;
const ROUNDS = 4;

/** Files by relevance to the request, best first; ties by path. Linear in the total text. */
export function rank(request: string, sources: readonly SourceText[]): Ranking {
  const asked = queryOf(request);
  const corpus = corpusOf(sources, (names) => corrected(asked, names));
  const { query } = corpus;
  const rarity = rarityOf(corpus.documents);
  const own = corpus.documents.map((document) => scoreOf(document, query, rarity));
  const spread = spreadOver(
    corpus.documents,
    own.map(({ score }) => score),
  );
  const best = Math.max(...spread, 0) || 1;
  const files = corpus.documents.map((document, number): RankedFile => {
    return Object.assign(document, { score: (spread[number] ?? 0) / best, named: own[number]?.named ?? false });
  });
  files.sort(byScore);
  raiseTests(files);
  return { files, query, rarity };
}

/** Better first, then by path: never by the order of arrival. */
function byScore(a: RankedFile, b: RankedFile): number {
  return b.score - a.score || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
}

/** Words that are in no name are taken for the word of a path or symbol that is one edit away. */
function corrected(query: Query, names: ReadonlySet<string>): Query {
  const all = [...names].join(' ').toLowerCase();
  const unknown = [...query.words.keys()]
    .filter((word) => word.length > 3 && !all.includes(word.replace(/y$/, '')))
    .slice(0, 40);
  if (unknown.length === 0) return query;
  const words = new Map(query.words);
  const byLetter = Map.groupBy(unknown, (word) => word.charAt(0));
  const vocabulary = new Set([...names].flatMap(wordsOf));
  for (const known of vocabulary) {
    const near = byLetter.get(known.charAt(0))?.some((word) => isNear(word, known)) ?? false;
    if (near) words.set(known, Math.max(words.get(known) ?? 0, 0.7));
  }
  return { ...query, words, hint: hintOf(words) };
}

function rarityOf(documents: readonly Document[]): Map<string, number> {
  const having = new Map<string, number>();
  for (const { counts, path } of documents) {
    for (const word of new Set([...counts.keys(), ...wordsOf(path)])) having.set(word, (having.get(word) ?? 0) + 1);
  }
  const total = Math.max(1, documents.length);
  return new Map([...having].map(([word, count]) => [word, Math.log(1 + (total - count + 0.5) / (count + 0.5))]));
}

function scoreOf(
  document: Document,
  query: Query,
  rarity: ReadonlyMap<string, number>,
): { score: number; named: boolean } {
  const { path, symbols, counts, mentions } = document;
  const fileName = path.slice(path.lastIndexOf('/') + 1);
  let score = 0;
  let named = false;
  for (const mention of query.paths) {
    if (path === mention || path.endsWith(`/${mention}`)) {
      score += mention.includes('/') || path === mention ? WEIGHT.path : WEIGHT.fileName;
      named = true;
    } else if (path.startsWith(`${mention.replace(/\/$/, '')}/`)) score += WEIGHT.pathWord;
    else if (fileName === mention.slice(mention.lastIndexOf('/') + 1)) score += WEIGHT.fileName / 2;
  }
  const defined = new Set(symbols.filter(({ name }) => query.identifiers.has(name)).map(({ name }) => name));
  if (defined.size > 0) named = true;
  score += defined.size * WEIGHT.identifier;
  for (const name of mentions) if (!defined.has(name)) score += WEIGHT.mention;
  const inPath = new Map<string, number>();
  for (const segment of path.split('/')) {
    const share = segment === fileName ? 1 : 0.5;
    for (const word of wordsOf(segment)) inPath.set(word, Math.max(inPath.get(word) ?? 0, share));
  }
  const inSymbols = new Set(symbols.flatMap(({ name }) => (query.hint.test(name) ? wordsOf(name) : [])));
  for (const [word, weight] of query.words) {
    const worth = weight * (rarity.get(word) ?? 0);
    const count = counts.get(word) ?? 0;
    score += worth * WEIGHT.pathWord * (inPath.get(word) ?? 0);
    if (inSymbols.has(word)) score += worth * WEIGHT.symbolWord;
    score += (worth * WEIGHT.textWord * count) / (count + 1.5);
  }
  if (isDocument(path) && !named) score *= 0.3;
  else if (isTest(path) && !named) score *= 0.6;
  return { score, named };
}

/** Personalised PageRank: what a file scores flows to the files it names, and half as much back. */
function spreadOver(documents: readonly Document[], own: readonly number[]): number[] {
  const total = own.reduce((sum, score) => sum + score, 0);
  // Nothing matches: what many files name is the middle of the project.
  const start = total > 0 ? own.map((score) => score / total) : documents.map(() => 1 / documents.length);
  const out: [number, number][][] = documents.map(() => []);
  for (const [from, { ties, path }] of documents.entries()) {
    const weight = isTest(path) || isDocument(path) ? 0.3 : 1;
    for (const [to, strength] of ties) {
      const tie = weight * Math.sqrt(strength);
      out[from]?.push([to, tie]);
      out[to]?.push([from, tie / 2]);
    }
  }
  const sums = out.map((edges) => edges.reduce((sum, [, weight]) => sum + weight, 0));
  let flow = start;
  for (let round = 0; round < ROUNDS; round++) {
    const next = start.map((score) => score * (1 - SPREAD));
    for (const [from, edges] of out.entries()) {
      const share = (SPREAD * (flow[from] ?? 0)) / (sums[from] || 1);
      for (const [to, weight] of edges) next[to] = (next[to] ?? 0) + share * weight;
    }
    flow = next;
  }
  return flow;
}

/** A test of one of the best files stands right behind it. */
function raiseTests(files: RankedFile[]): void {
  const tests = new Map<string, RankedFile[]>();
  for (const file of files) {
    if (!isTest(file.path)) continue;
    const stem = stemOf(file.path);
    const known = tests.get(stem);
    if (known === undefined) tests.set(stem, [file]);
    else known.push(file);
  }
  for (const file of files.slice(0, 3)) {
    if (isTest(file.path) || isDocument(file.path)) continue;
    const own = (tests.get(stemOf(file.path)) ?? []).sort(
      (a, b) => closeness(b.path, file.path) - closeness(a.path, file.path),
    );
    const test = own[0];
    if (test !== undefined) test.score = Math.max(test.score, file.score * 0.55);
  }
  files.sort(byScore);
}

/** Number of folder names two paths share. */
function closeness(a: string, b: string): number {
  const folders = new Set(b.split('/').slice(0, -1));
  return a
    .split('/')
    .slice(0, -1)
    .filter((folder) => folders.has(folder)).length;
}

/** How much of the query a symbol answers; 0 for nothing. `lines` are the texts of its lines. */
export function symbolScore(
  symbol: CodeSymbol,
  query: Query,
  rarity: ReadonlyMap<string, number>,
  lines: readonly string[],
): number {
  let score = query.identifiers.has(symbol.name) ? 10 : 0;
  const named = new Set(query.hint.test(symbol.name) ? wordsOf(symbol.name) : []);
  const within = lines.join('\n').toLowerCase();
  for (const [word, weight] of query.words) {
    const worth = weight * (rarity.get(word) ?? 0);
    if (named.has(word)) score += worth * 2;
    if (within.includes(word)) score += worth;
  }
  return score;
}
