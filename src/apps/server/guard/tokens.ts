import { createHash, timingSafeEqual } from 'node:crypto';
import { TercetError } from '../../../contract/errors.ts';

/** Short of this a token could be guessed. */
const SHORTEST = 32;

/** The tokens that are accepted, as hashes: the server forgets them once it knows these. */
export class Tokens {
  readonly #known: readonly { name: string; hash: Buffer }[];

  constructor(tokens: readonly { name: string; token: string }[]) {
    this.#known = tokens.map(({ name, token }) => ({ name, hash: hashOf(token) }));
  }

  /** The name of a token; null for one that is not known. Takes as long for every token. */
  nameOf(token: string): string | null {
    const hash = hashOf(token);
    let found: string | null = null;
    for (const known of this.#known) if (timingSafeEqual(known.hash, hash)) found = known.name;
    return found;
  }
}

/**
 * Reads a file of tokens: one a line, `token` or `name token`; `#` begins a comment. `file` is for messages.
 * @throws TercetError `config` for what is no token; it never repeats one.
 */
export function parseTokens(text: string, file: string): { name: string; token: string }[] {
  const lines = text.split('\n').map((line) => line.replace(/(^|\s)#.*$/, '').trim());
  const found = lines.flatMap((line, index) => {
    if (line === '') return [];
    const words = line.split(/\s+/);
    const token = words.at(-1) ?? '';
    if (words.length > 2) {
      throw new TercetError('config', `${file}:${index + 1}: expected a token, or a name and a token.`, {
        hint: 'One a line: `name token`.',
      });
    }
    return [
      {
        name: words.length === 2 ? (words[0] ?? '') : `line ${index + 1}`,
        token: checkToken(token, `${file}:${index + 1}`),
      },
    ];
  });
  const names = new Set(found.map(({ name }) => name));
  if (names.size === found.length) return found;
  throw new TercetError('config', `${file}: two tokens have one name.`, { hint: 'Give each a name of its own.' });
}

/** @throws TercetError `config` for a token that is too short or could not stand in a header; it never repeats it. */
export function checkToken(token: string, where: string): string {
  if (token.length >= SHORTEST && /^[A-Za-z0-9._~+/=-]+$/.test(token)) return token;
  throw new TercetError('config', `${where}: a token has at least ${SHORTEST} letters, digits or ._~+/=-.`, {
    hint: 'Make one: openssl rand -hex 32',
  });
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
