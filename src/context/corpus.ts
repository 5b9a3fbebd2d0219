import type { CodeSymbol } from './grammar.ts';
import { MAX_TEXT, symbolsOf } from './symbols.ts';
import { type Query, wordsOf } from './words.ts';

export interface SourceText {
  path: string;
  text: string;
}

/** A source file as the ranking sees it. */
export interface Document extends SourceText {
  symbols: CodeSymbol[];
  /** How often each word of the query occurs in the text. */
  counts: Map<string, number>;
  /** The query's identifiers that occur in the text. */
  mentions: Set<string>;
  /** Documents (by number) whose exported symbols this one names, with the weight of the tie. */
  ties: Map<number, number>;
}

/** An identifier as met while reading: its words of the query, and who defines it. */
interface Entry {
  words: readonly string[];
  named: boolean;
  definers: number[];
  /** The last document it was counted for as a tie. */
  tiedBy: number;
}

/** Names defined in more files than this tie nothing to anything. */
const MAX_DEFINERS = 4;
const IDENTIFIER = /[A-Za-z_$][\w$]{2,}/g;

/**
 * Reads every source once: symbols, occurrences of the query's words, and who names whose symbols. Linear in the text.
 * `correct` makes the query once the names of all symbols and paths are known.
 */
export function corpusOf(
  sources: readonly SourceText[],
  correct: (names: ReadonlySet<string>) => Query,
): { documents: Document[]; query: Query } {
  const names = new Set<string>();
  const entries = new Map<string, Entry | null>();
  const definers = new Map<string, number[]>();
  const documents = sources.map((source, number): Document => {
    const symbols = symbolsOf(source.path, source.text);
    for (const symbol of symbols) {
      if (symbol.exported && symbol.name.length > 2 && symbol.kind !== 'method' && symbol.name !== 'default') {
        const known = definers.get(symbol.name);
        if (known === undefined) definers.set(symbol.name, [number]);
        else if (known.at(-1) !== number) known.push(number);
      }
      names.add(symbol.name);
    }
    names.add(source.path);
    return { path: source.path, text: source.text, symbols, counts: new Map(), mentions: new Set(), ties: new Map() };
  });
  const query = correct(names);
  for (const [number, document] of documents.entries()) read(document, number, query, entries, definers);
  return { documents, query };
}

function read(
  document: Document,
  number: number,
  query: Query,
  entries: Map<string, Entry | null>,
  definers: Map<string, number[]>,
): void {
  const text = document.text.length > MAX_TEXT ? document.text.slice(0, MAX_TEXT) : document.text;
  for (const name of text.match(IDENTIFIER) ?? []) {
    let entry = entries.get(name);
    if (entry === undefined) {
      entry = entryOf(name, query, definers);
      entries.set(name, entry);
    }
    if (entry === null) continue;
    for (const word of entry.words) document.counts.set(word, (document.counts.get(word) ?? 0) + 1);
    if (entry.tiedBy === number) continue;
    entry.tiedBy = number;
    if (entry.named) document.mentions.add(name);
    for (const definer of entry.definers) {
      if (definer !== number) document.ties.set(definer, (document.ties.get(definer) ?? 0) + 1 / entry.definers.length);
    }
  }
}

/** Null for the many identifiers that say nothing. */
function entryOf(name: string, query: Query, definers: ReadonlyMap<string, number[]>): Entry | null {
  const words = name.length > 80 || !query.hint.test(name) ? [] : wordsOf(name).filter((word) => query.words.has(word));
  const all = definers.get(name) ?? [];
  const named = query.identifiers.has(name);
  if (words.length === 0 && all.length === 0 && !named) return null;
  return { words, named, definers: all.length > MAX_DEFINERS ? [] : all, tiedBy: -1 };
}
