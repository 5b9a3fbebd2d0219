import { isDeepStrictEqual } from 'node:util';
import { parse, TomlError } from 'smol-toml';
import { type Edited, type Entry, eolOf, type Json, NotEditable, valueAt } from './entry.ts';

/** What stands at a path. @throws NotEditable when the text is not TOML. */
export function tomlAt(text: string, path: readonly string[]): Json | undefined {
  return valueAt(read(text), path);
}

/** The text with each entry as a table at its end. @throws NotEditable. */
export function addToToml(text: string, entries: readonly Entry[]): Edited {
  const before = read(text);
  const eol = eolOf(text);
  let after = text;
  for (const { path, value } of entries) {
    const rows = Object.entries(value as { [key: string]: Json }).map(([key, it]) => `${key} = ${inToml(it)}`);
    const gap = after === '' ? '' : after.endsWith('\n') ? eol : eol + eol;
    after += `${gap}[${path.join('.')}]${eol}${rows.join(eol)}${eol}`;
  }
  const wanted = entries.reduce((tree, { path, value }) => withTable(tree, path, value), before);
  // An inline table of that name cannot be added to: then the text is no TOML any more.
  const now = attempt(after);
  if (now === null || !isDeepStrictEqual(now, wanted))
    throw new NotEditable('it is written in a way Tercet cannot add to');
  return { text: after, made: [] };
}

/** The text without the tables at these paths, and the tables within them; comments and everything else stay. */
export function removeFromToml(text: string, paths: readonly (readonly string[])[]): string {
  const wanted = paths.reduce((tree, path) => withTable(tree, path, undefined), read(text));
  const lines = text.split('\n');
  const kept: string[] = [];
  for (let at = 0; at < lines.length; ) {
    if (!paths.some((path) => isHeaderOf(lines[at] ?? '', path))) {
      kept.push(lines[at++] ?? '');
      continue;
    }
    let next = at + 1;
    while (next < lines.length && !/^\s*\[/.test(lines[next] ?? '')) next++;
    // What stands between its last key and the next table belongs to that one, or to the end.
    let end = next;
    while (end > at + 1 && /^\s*(?:#.*)?$/.test(lines[end - 1] ?? '')) end--;
    if (kept.at(-1)?.trim() === '' && kept.length > 0) kept.pop();
    at = end;
  }
  const after = kept.join('\n');
  const now = attempt(after);
  if (now === null || !isDeepStrictEqual(prune(now), prune(wanted)))
    throw new NotEditable('it is written in a way Tercet cannot take from');
  return after;
}

type Table = { [key: string]: Json };

function read(text: string): Table {
  try {
    return plain(parse(text)) as Table;
  } catch (error) {
    if (error instanceof TomlError) throw new NotEditable(`line ${error.line} is not valid TOML`);
    throw error;
  }
}

function attempt(text: string): Table | null {
  try {
    return plain(parse(text)) as Table;
  } catch {
    return null;
  }
}

function isHeaderOf(line: string, path: readonly string[]): boolean {
  const [, header = ''] = /^\s*\[\s*([^[\]]+?)\s*\]\s*(?:#.*)?$/.exec(line) ?? [];
  const names = header.split('.').map((name) => name.trim().replace(/^(["'])(.*)\1$/, '$2'));
  return path.every((name, index) => names[index] === name);
}

/** Strings are written as JSON writes them, which basic strings of TOML take, DEL apart. */
function inToml(value: Json): string {
  return JSON.stringify(value).replaceAll('\u007f', '\\u007f').replaceAll(',"', ', "');
}

function withTable(tree: Json | undefined, [key = '', ...rest]: readonly string[], value: Json | undefined): Table {
  const object = (tree ?? {}) as Table;
  const inner = rest.length === 0 ? value : withTable(object[key], rest, value);
  const { [key]: _, ...others } = object;
  return inner === undefined ? others : { ...object, [key]: inner };
}

/** Without empty tables: the one around ours exists by ours alone, where it has no header of its own. */
function prune(table: Table): Table {
  return Object.fromEntries(
    Object.entries(table).filter(([, value]) => !isTable(value) || Object.keys(value).length > 0),
  );
}

/** The library's tables have no prototype, which would tell them from our own. Its dates stay what they are. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
