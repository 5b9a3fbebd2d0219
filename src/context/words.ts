/** Words that say nothing about where in a repository something is. */
const STOP = new Set(
  (
    'a an and any are as at be but by can cannot could do does done for from get has have how i if in into is it its make ' +
    'me must my need new no not of on one only or our should so some that the their them then there these they this to ' +
    'too up use using want was we what when where which while who will with would you your please also instead just like ' +
    'add fix change update remove implement support allow bug feature issue problem error wrong currently always never ' +
    'file files code line lines function method class return returns value after before between all each every than'
  ).split(' '),
);

const PARTS = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\u0000-\u007f\s]+/g;

/** The stemmed lower-case words of an identifier or path: `parseHTTPRequests` gives `parse`, `http`, `request`. */
export function wordsOf(identifier: string): string[] {
  const words: string[] = [];
  for (const part of identifier.match(PARTS) ?? []) if (part.length > 1) words.push(stem(part.toLowerCase()));
  return words;
}

/** A light stem: plurals, `-ing`, `-ed`, a doubled last consonant and a silent `e` fall together. */
export function stem(word: string): string {
  let root = word;
  if (root.length > 4 && root.endsWith('ies')) return `${root.slice(0, -3)}y`;
  if (root.length > 4 && root.endsWith('ys')) return root.slice(0, -1);
  if (root.length > 5 && root.endsWith('ing')) root = root.slice(0, -3);
  else if (root.length > 4 && root.endsWith('ed')) root = root.slice(0, -2);
  else if (root.length > 4 && /(?:[sx]|ch|sh)es$/.test(root)) root = root.slice(0, -2);
  else if (root.length > 3 && root.endsWith('s') && !root.endsWith('ss') && !root.endsWith('us'))
    root = root.slice(0, -1);
  if (root.length > 3 && root.at(-1) === root.at(-2) && !/[ls]$/.test(root)) root = root.slice(0, -1);
  return root.length > 3 && root.endsWith('e') ? root.slice(0, -1) : root;
}

export interface Query {
  /** Matches whatever may hold one of the words: a cheap test before an identifier is split. */
  hint: RegExp;
  /** Stemmed words with their weight. */
  words: Map<string, number>;
  /** Identifiers named as code: `camelCase`, `snake_case`, `Name()`, in backticks. */
  identifiers: Set<string>;
  /** What looks like a path or file name. */
  paths: Set<string>;
}

/** A request longer than this (characters) is read only so far. */
const MAX_REQUEST = 20_000;

/** What a request says about places in the code. */
export function queryOf(request: string): Query {
  const text = request.slice(0, MAX_REQUEST);
  const words = new Map<string, number>();
  const identifiers = new Set<string>();
  const paths = new Set<string>();
  for (const [raw] of text.matchAll(/[\w$@./-]+/g)) {
    const path = raw
      .slice(0, 300)
      .replace(/^\.\//, '')
      .replace(/[./-]{1,9}$/, '');
    if (/[\w-]\.[a-zA-Z]\w{0,9}$/.test(path) || path.includes('/')) paths.add(path);
  }
  for (const found of text.matchAll(/[A-Za-z_$][\w$]*/g)) {
    const name = found[0];
    const quoted = text[found.index - 1] === '`' || text[found.index + name.length] === '`';
    const called = text[found.index + name.length] === '(';
    if (quoted || called || /[a-z][A-Z]|\w_\w|[A-Za-z]\d|\$/.test(name)) identifiers.add(name);
    for (const word of wordsOf(name)) {
      if (!STOP.has(name.toLowerCase()) && !STOP.has(word))
        words.set(word, Math.min(2, (words.get(word) ?? 0.5) + 0.5));
    }
  }
  return { words, identifiers, paths, hint: hintOf(words) };
}

/** See {@link Query.hint}; a final `y` may stand for `ies`. */
export function hintOf(words: ReadonlyMap<string, number>): RegExp {
  const stems = [...words.keys()].map((word) => word.replace(/y$/, '').replace(/[^\p{L}\d]/gu, ''));
  return stems.length === 0 ? /(?!)/ : new RegExp(stems.join('|'), 'i');
}

/** Whether two words differ by one edit (insert, delete, replace, swap of neighbours). */
export function isNear(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1 || a === b) return a === b;
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  let i = 0;
  while (i < short.length && short[i] === long[i]) i++;
  const rest = (text: string, from: number): string => text.slice(from);
  if (short.length < long.length) return rest(short, i) === rest(long, i + 1);
  if (rest(short, i + 1) === rest(long, i + 1)) return true;
  return short[i] === long[i + 1] && short[i + 1] === long[i] && rest(short, i + 2) === rest(long, i + 2);
}
