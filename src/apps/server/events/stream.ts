import type { RecordedEvent } from '../../../contract/event.ts';
import { jsonLine } from '../../../report/json.ts';
import type { FoundRun } from '../find-run.ts';
import type { Limits } from '../host.ts';
import { Problem } from '../problem.ts';
import { eventsOf } from './source.ts';

/** How soon a client that was cut off comes back, ms. */
const RETRY_MS = 1_000;

/** What a follower asks for. */
export interface Following {
  /** Only events with a larger number. */
  after: number;
  /** How the run stands, asked once it is over. */
  ending(): Promise<object>;
  /** Ends the connection at once. */
  cut(): void;
}

/** Who follows the runs of this server. */
export class Followers {
  #count = 0;
  readonly #stop = new AbortController();
  readonly #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#count;
  }

  /** Lets go who follows runs of other processes; who follows one of this server hears its end first. */
  close(): void {
    this.#stop.abort();
  }

  /**
   * The events of a run as server-sent events, each with its number as id, and `event: end` with what `ending` says when the run
   * is over. Nothing is made before the follower takes it, so that a slow one holds no more than one batch; one that takes
   * nothing for too long is cut off and can go on after its last id.
   */
  follow(run: FoundRun, { after, ending, cut }: Following): ReadableStream<Uint8Array> {
    if (this.#count >= this.#limits.followers) {
      throw new Problem('too-many-followers', `${this.#count} follow runs of this server already.`, { retryAfter: 5 });
    }
    const { heartbeatMs, stallMs, pollMs } = this.#limits;
    const gone = new AbortController();
    const signal = run.live === null ? AbortSignal.any([gone.signal, this.#stop.signal]) : gone.signal;
    const texts = textsOf(eventsOf(run, { after, pollMs, signal }), ending, signal);
    let stalled: NodeJS.Timeout | undefined;
    let next: Promise<IteratorResult<string>> | null = null;
    let following = false;
    const leave = () => {
      clearTimeout(stalled);
      gone.abort();
      if (following) this.#count--;
      following = false;
    };
    const encoder = new TextEncoder();
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          if (!following && next === null) {
            following = true;
            this.#count++;
          }
          clearTimeout(stalled);
          next ??= texts.next();
          const it = await inTime(next, heartbeatMs);
          if (gone.signal.aborted) return;
          if (it !== null) next = null;
          if (it?.done === true) {
            leave();
            controller.close();
            return;
          }
          controller.enqueue(encoder.encode(it === null ? ':\n\n' : it.value));
          stalled = setTimeout(() => {
            leave();
            cut();
          }, stallMs).unref();
        },
        cancel: leave,
      },
      { highWaterMark: 0 },
    );
  }
}

async function* textsOf(
  batches: AsyncIterable<RecordedEvent[]>,
  ending: () => Promise<object>,
  signal: AbortSignal,
): AsyncGenerator<string> {
  yield `retry: ${RETRY_MS}\n\n`;
  for await (const batch of batches) {
    yield batch.map((event) => `id: ${event.seq}\ndata: ${jsonLine(event)}\n\n`).join('');
  }
  if (!signal.aborted) yield `event: end\ndata: ${jsonLine(await ending())}\n\n`;
}

/** What a promise gives, or null when it takes longer. */
async function inTime<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      promise,
      new Promise<null>((resolve) => {
        timer = setTimeout(() => resolve(null), ms).unref();
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
