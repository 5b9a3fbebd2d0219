import { setTimeout as pause } from 'node:timers/promises';
import type { RecordedEvent } from '../../../contract/event.ts';
import type { LiveRun } from '../../runs/live-runs.ts';
import type { FoundRun } from '../find-run.ts';

/** Events that are handed on at once: what a slow follower makes the server hold. */
const BATCH = 64;

/**
 * The recorded events of a run beyond `after`, in order and each once, until the run is over: from memory while it is at work
 * here, else from its file, which is looked at every `pollMs` while another process carries it on. Ends early when `signal` aborts.
 */
export async function* eventsOf(
  { id, live, shelf }: FoundRun,
  { after, pollMs, signal }: { after: number; pollMs: number; signal: AbortSignal },
): AsyncGenerator<RecordedEvent[]> {
  let seq = after;
  const ear = live === null ? null : new Ear(live, signal);
  try {
    while (!signal.aborted) {
      // Asked and noted before the events are looked at: what comes while they are is found in the next turn.
      const over = live === null ? (await shelf.store.ownerOf(id)) === null : live.over;
      const heard = ear?.heard;
      const inMemory = over ? null : (live?.recent(seq) ?? null);
      const found = inMemory ?? (await shelf.store.events(id)).filter((event) => event.seq > seq);
      const batch = found.slice(0, BATCH);
      const last = batch.at(-1);
      if (last !== undefined) {
        seq = last.seq;
        yield batch;
      } else if (over) return;
      else if (ear === null) await pause(pollMs, undefined, { signal, ref: false }).catch(() => {});
      else if (ear.heard === heard) await ear.next();
    }
  } finally {
    ear?.close();
  }
}

/** Hears when there may be more of a run at work. */
class Ear {
  heard = 0;
  #wake: () => void = () => {};
  readonly #run: LiveRun;
  readonly #signal: AbortSignal;
  readonly #hear = (): void => {
    this.heard++;
    this.#wake();
  };

  constructor(run: LiveRun, signal: AbortSignal) {
    this.#run = run;
    this.#signal = signal;
    run.events.on('event', this.#hear).on('change', this.#hear);
    signal.addEventListener('abort', this.#hear);
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  close(): void {
    this.#run.events.off('event', this.#hear).off('change', this.#hear);
    this.#signal.removeEventListener('abort', this.#hear);
  }
}
