import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from './problem.ts';

/** How long a key is remembered, ms: longer than anybody tries again. */
const KEPT_MS = 7 * 24 * 3_600_000;
/** How long a run may take to be recorded after its key was, ms. Then its process died between the two. */
const BEGINNING_MS = 60_000;

interface Mark {
  /** Hash of the request. */
  request: string;
  run: string;
  at: number;
}

/** What a start is: the run it makes is noted before it is begun. */
export interface Start<T> {
  /** Begins the run. `note` is called with its id before it is begun, `null` when it was refused. */
  begin(note: (run: string | null) => Promise<void>): Promise<T>;
  /** The answer for a run that an earlier request made; null when there is no such run. */
  recall(run: string): Promise<T | null>;
}

/**
 * One key, one run: a request that comes again gets what the first one got, also while that is under way and after the server
 * was started anew. A request that was refused may come again under its key.
 */
export class IdempotencyKeys {
  readonly #folder: string;
  readonly #underWay = new Map<string, { request: string; answer: Promise<unknown> }>();

  /** `data` is the folder the keys are kept below. */
  constructor(data: string) {
    this.#folder = path.join(data, 'server', 'idempotency');
  }

  /** @throws Problem `key-reused` for another request under the same key; what `begin` throws. */
  async once<T>(caller: string, key: string, body: unknown, start: Start<T>): Promise<{ answer: T; again: boolean }> {
    const id = hashOf(`${caller}\n${key}`);
    const request = hashOf(JSON.stringify(body));
    const first = this.#underWay.get(id);
    if (first !== undefined) {
      if (first.request !== request) throw reused();
      return { answer: (await first.answer) as T, again: true };
    }
    const answer = this.#beginOrRecall(path.join(this.#folder, `${id}.json`), request, start);
    this.#underWay.set(id, { request, answer: answer.then((it) => it.answer) });
    this.#underWay.get(id)?.answer.catch(() => {});
    try {
      return await answer;
    } finally {
      this.#underWay.delete(id);
    }
  }

  /** Forgets what is old. */
  async sweep(now = Date.now()): Promise<void> {
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const file = path.join(this.#folder, name);
      const mark = await readMark(file);
      if (mark === null || now - mark.at > KEPT_MS) await rm(file, { force: true });
    }
  }

  async #beginOrRecall<T>(file: string, request: string, start: Start<T>): Promise<{ answer: T; again: boolean }> {
    const mark = await readMark(file);
    if (mark !== null) {
      if (mark.request !== request) throw reused();
      const answer = await start.recall(mark.run);
      if (answer !== null) return { answer, again: true };
      if (Date.now() - mark.at < BEGINNING_MS) {
        throw new Problem('conflict', 'The same request is being begun by another process.', { retryAfter: 5 });
      }
      await rm(file, { force: true });
    }
    const note = async (run: string | null): Promise<void> => {
      if (run === null) return rm(file, { force: true });
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const text = JSON.stringify({ request, run, at: Date.now() } satisfies Mark);
      await writeFile(file, text, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
        throw new Problem('conflict', 'The same request is being begun by another process.', { retryAfter: 5 });
      });
    };
    return { answer: await start.begin(note), again: false };
  }
}

function reused(): Problem {
  return new Problem('key-reused', 'This Idempotency-Key came with another request before.', {
    hint: 'A new request has a new key.',
  });
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function readMark(file: string): Promise<Mark | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Mark;
  } catch {
    return null;
  }
}
