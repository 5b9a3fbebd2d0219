import { isDeepStrictEqual } from 'node:util';
import { createScanner, findNodeAtLocation, type Node, type ParseError, parse, parseTree } from 'jsonc-parser';
import { type Edited, type Entry, eolOf, type Json, NotEditable, valueAt } from './entry.ts';

/** Comments and commas at an end, where the tool allows them; `strict` for a tool that reads plain JSON only. */
export type JsonDialect = 'strict' | 'comments';

/** What stands at a path. @throws NotEditable when the text cannot be read. */
export function jsonAt(text: string, path: readonly string[], dialect: JsonDialect): Json | undefined {
  return valueAt(read(text, dialect), path);
}

/** The text with the entries in it, nothing else of it changed. @throws NotEditable. */
export function addToJson(text: string, entries: readonly Entry[], dialect: JsonDialect): Edited {
  const before = read(text, dialect);
  const eol = eolOf(text);
  const made: string[][] = [];
  let after = text.trim() === '' ? `{}${eol}` : text;
  for (const { path, value } of entries) {
    const depth = deepest(after, path);
    const key = path[depth] ?? '';
    for (let level = depth + 1; level < path.length; level++) made.push(path.slice(0, level));
    const whole = path.slice(depth + 1).reduceRight<Json>((inner, name) => ({ [name]: inner }), value);
    after = insert(after, objectAt(after, path.slice(0, depth)), key, whole, eol);
  }
  const wanted = entries.reduce((tree, { path, value }) => withValue(tree, path, value), before);
  if (!isDeepStrictEqual(read(after, dialect), wanted))
    throw new NotEditable('it is written in a way Tercet cannot add to');
  return { text: after, made };
}

/** The text without what stands at the paths, nothing else of it changed; objects of `made` go when they are empty then. */
export function removeFromJson(
  text: string,
  paths: readonly (readonly string[])[],
  made: readonly (readonly string[])[],
  dialect: JsonDialect,
): string {
  let wanted = read(text, dialect);
  let after = text;
  const inner = made.toSorted((a, b) => b.length - a.length);
  for (const path of [...paths, ...inner]) {
    const value = valueAt(wanted, path);
    const isLeft = inner.includes(path) && !(isObject(value) && Object.keys(value).length === 0);
    if (value === undefined || isLeft) continue;
    after = cut(after, path);
    wanted = withValue(wanted, path, undefined);
  }
  if (!isDeepStrictEqual(read(after, dialect), wanted))
    throw new NotEditable('it is written in a way Tercet cannot take from');
  return after;
}

function read(text: string, dialect: JsonDialect): Json {
  if (text.trim() === '') return {};
  const errors: ParseError[] = [];
  const lax = dialect === 'comments';
  const value = parse(text, errors, { disallowComments: !lax, allowTrailingComma: lax }) as Json;
  const [first] = errors;
  if (first !== undefined) {
    const line = text.slice(0, first.offset).split('\n').length;
    throw new NotEditable(`line ${line} is not valid ${lax ? 'JSON' : 'JSON (this tool takes no comments)'}`);
  }
  if (!isObject(value)) throw new NotEditable('it holds no object');
  return value;
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** How many names of the path lead to objects that are there. */
function deepest(text: string, path: readonly string[]): number {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  let depth = 0;
  while (depth < path.length - 1) {
    const node = tree === undefined ? undefined : findNodeAtLocation(tree, path.slice(0, depth + 1));
    if (node === undefined) break;
    if (node.type !== 'object') throw new NotEditable(`\`${path.slice(0, depth + 1).join('.')}\` is no object`);
    depth++;
  }
  return depth;
}

function objectAt(text: string, path: readonly string[]): Node {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  const node = tree === undefined || path.length === 0 ? tree : findNodeAtLocation(tree, [...path]);
  if (node?.type !== 'object') throw new NotEditable('it holds no object');
  return node;
}

/** Puts a property at the end of an object: on lines of its own where the object has lines, behind a comment at its end. */
function insert(text: string, object: Node, key: string, value: Json, eol: string): string {
  const end = object.offset + object.length - 1;
  const last = object.children?.at(-1);
  const from = last === undefined ? object.offset + 1 : last.offset + last.length;
  const tail = text.slice(from, end);
  const at = from + tail.trimEnd().length;
  const trailing = last !== undefined && commaIn(tail) !== null;
  const comma = last === undefined || trailing ? '' : ',';
  const oneLine = last !== undefined && !text.slice(object.offset, end).includes('\n');
  const room = indentAt(text, object.offset);
  const unit = unitOf(text);
  const inner = last === undefined ? room + unit : (ownIndent(text, object.children?.[0]) ?? room + unit);
  const property = oneLine
    ? ` ${JSON.stringify(key)}: ${JSON.stringify(value)}`
    : `${eol}${inner}${JSON.stringify(key)}: ${JSON.stringify(value, null, unit).split('\n').join(`${eol}${inner}`)}`;
  const close = last === undefined && !tail.includes('\n') ? `${eol}${room}` : '';
  return text.slice(0, from) + comma + text.slice(from, at) + property + (trailing ? ',' : '') + close + text.slice(at);
}

/** Takes a property and its comma out, with the space before it. */
function cut(text: string, path: readonly string[]): string {
  const object = objectAt(text, path.slice(0, -1));
  const properties = object.children ?? [];
  // Of two by one name the last one counts; both go.
  const index = properties.findLastIndex(({ children }) => children?.[0]?.value === path.at(-1));
  const property = properties[index];
  if (property === undefined) return text;
  const from = index === 0 ? object.offset + 1 : endOf(properties[index - 1]);
  const next = properties[index + 1];
  const until = next?.offset ?? object.offset + object.length - 1;
  const start = from + text.slice(from, property.offset).trimEnd().length;
  const behind = text.slice(endOf(property), until);
  const own = commaIn(behind);
  if (own !== null) return text.slice(0, start) + behind.slice(0, own) + text.slice(endOf(property) + own + 1);
  const before = index === 0 ? null : commaIn(text.slice(from, property.offset));
  const kept = before === null ? text.slice(0, start) : dropAt(text.slice(0, start), from + before);
  const empty = properties.length === 1 && (kept + behind).slice(object.offset + 1).trim() === '';
  return kept + (empty ? '' : behind) + text.slice(until);
}

const endOf = (node: Node | undefined): number => (node === undefined ? 0 : node.offset + node.length);
const dropAt = (text: string, at: number): string => text.slice(0, at) + text.slice(at + 1);

/** Where a comma stands that is not in a comment; null where none does. */
function commaIn(text: string): number | null {
  const scanner = createScanner(text, true);
  do scanner.scan();
  while (scanner.getTokenLength() > 0 && text[scanner.getTokenOffset()] !== ',');
  return scanner.getTokenLength() > 0 ? scanner.getTokenOffset() : null;
}

/** The space at the beginning of the line. */
function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** The space before a property that begins its line; null for one that does not. */
function ownIndent(text: string, node: Node | undefined): string | null {
  if (node === undefined) return null;
  const line = text.slice(text.lastIndexOf('\n', node.offset - 1) + 1, node.offset);
  return line.trim() === '' ? line : null;
}

/** One step of indentation, as the file has it. */
function unitOf(text: string): string {
  return /\n(\t| {2,8})(?=["/])/.exec(text)?.[1] ?? '  ';
}

function withValue(tree: Json, path: readonly string[], value: Json | undefined): Json {
  const [key = '', ...rest] = path;
  const object = isObject(tree) ? tree : {};
  const inner = rest.length === 0 ? value : withValue(object[key] ?? {}, rest, value);
  const { [key]: _, ...others } = object;
  return inner === undefined ? others : { ...object, [key]: inner };
}
