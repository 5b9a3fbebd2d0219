import { randomBytes } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { TercetError } from '../../contract/errors.ts';
import { cleanLine } from '../../report/clean.ts';
import { checkToken, parseTokens, Tokens } from './guard/tokens.ts';

/** The tokens of a server, and the file that was made for them where there were none. */
export interface ReadTokens {
  tokens: Tokens;
  made: string | null;
}

/**
 * The tokens of `TERCET_SERVER_TOKEN` and of a file. Without either, of the file this writes once in `data`: one token, readable
 * by the person alone. It is never printed. @throws TercetError `config`, also for a file that others can read.
 */
export async function readTokens(env: NodeJS.ProcessEnv, file: string | null, data: string): Promise<ReadTokens> {
  const own = env.TERCET_SERVER_TOKEN?.trim() ?? '';
  const fromEnv = own === '' ? [] : [{ name: 'env', token: checkToken(own, 'TERCET_SERVER_TOKEN') }];
  if (file === null && fromEnv.length > 0) return { tokens: new Tokens(fromEnv), made: null };
  const used = file ?? path.join(data, 'server', 'tokens');
  const made = file === null && (await makeTokens(used));
  const shown = cleanLine(used, 1_000);
  const found = await stat(used).catch((cause: unknown) => {
    throw new TercetError('config', `${shown} cannot be read.`, { hint: 'Give a file with a token a line.', cause });
  });
  if ((found.mode & 0o077) !== 0) {
    throw new TercetError('config', `${shown} can be read by others on this machine.`, { hint: `chmod 600 ${shown}` });
  }
  const fromFile = parseTokens(await readFile(used, 'utf8'), shown);
  if (fromFile.length === 0) {
    throw new TercetError('config', `${shown} has no token.`, { hint: 'Make one: openssl rand -hex 32' });
  }
  return { tokens: new Tokens([...fromEnv, ...fromFile]), made: made ? used : null };
}

/** Whether it was made now: a file that is there stays as it is. */
async function makeTokens(file: string): Promise<boolean> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    await writeFile(file, `local ${randomBytes(32).toString('hex')}\n`, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
