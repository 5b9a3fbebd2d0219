import { AsyncLocalStorage } from 'node:async_hooks';

type Fetch = typeof globalThis.fetch;

/** The `fetch` of the call that is under way where it is asked for. */
const own = new AsyncLocalStorage<Fetch | null>();

/** Calls under way; what stood in the global place before the first of them. */
let underWay = 0;
let before: Fetch | null = null;

/**
 * Runs `use` so that a `fetch` made anywhere below it is `fetch`; everybody else's stays as it is. The SDK takes neither a
 * transport nor a signal and hides the headers of a refusal, so this is the only way to end its request, to hear how long it
 * is to wait, and to keep its key from following a redirect. The global is put back after the last call.
 */
export async function withFetch<T>(fetch: Fetch, use: () => Promise<T>): Promise<T> {
  if (underWay === 0) {
    before = globalThis.fetch;
    globalThis.fetch = dispatch;
  }
  underWay += 1;
  try {
    return await own.run(fetch, use);
  } finally {
    underWay -= 1;
    // Somebody may have put theirs over ours meanwhile: then it stays, and ours below it passes everything on.
    if (underWay === 0 && globalThis.fetch === dispatch && before !== null) globalThis.fetch = before;
  }
}

const dispatch: Fetch = (input, init) => {
  const mine = own.getStore() ?? null;
  if (mine !== null) return own.run(null, () => mine(input, init));
  return (before ?? fail)(input, init);
};

const fail: Fetch = () => Promise.reject(new Error('no fetch was there before'));
