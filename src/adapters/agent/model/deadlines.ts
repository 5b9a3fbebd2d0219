import type { Effort } from '../../../contract/role.ts';
import type { Deadlines } from './settings.ts';

const DEFAULTS: Deadlines = { firstChunkMs: 180_000, idleMs: 120_000, totalMs: 1_800_000 };

/** Providers that hide their reasoning send nothing but pings while a model thinks; high effort thinks for minutes. */
const LONG_THOUGHT_MS = 600_000;

/** The deadlines of one turn. Only the default for the first output depends on the effort. */
export function deadlinesFor(effort: Effort, given: Partial<Deadlines> | undefined): Deadlines {
  const long = effort === 'high' || effort === 'max';
  return { ...DEFAULTS, ...(long ? { firstChunkMs: LONG_THOUGHT_MS } : {}), ...given };
}

/** Why a call was ended from our side. */
export type Stop = 'cancelled' | 'no-first-chunk' | 'idle' | 'total' | 'too-large';

/** Ends a call: on the caller's signal, on a deadline, or when told. The first reason stands. */
export class Watch {
  readonly #abort = new AbortController();
  readonly #deadlines: Deadlines;
  readonly #outer: AbortSignal;
  readonly #total: NodeJS.Timeout;
  #idle: NodeJS.Timeout;
  #started = false;
  #stop: Stop | null = null;

  constructor(deadlines: Deadlines, outer: AbortSignal) {
    this.#deadlines = deadlines;
    this.#outer = outer;
    this.#total = setTimeout(() => this.end('total'), deadlines.totalMs);
    this.#idle = setTimeout(() => this.end('no-first-chunk'), deadlines.firstChunkMs);
    outer.addEventListener('abort', this.#onOuter, { once: true });
    if (outer.aborted) this.end('cancelled');
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get stop(): Stop | null {
    return this.#stop;
  }

  /** Output arrived: from here on the idle deadline counts. */
  heard(): void {
    if (this.#started) {
      this.#idle.refresh();
      return;
    }
    this.#started = true;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.end('idle'), this.#deadlines.idleMs);
  }

  end(stop: Stop): void {
    this.#stop ??= stop;
    this.#abort.abort();
  }

  /** Rejects when the call is ended from our side, even if the transport does not notice. */
  ended(): Promise<never> {
    return new Promise((_, reject) => {
      const fail = () => reject(this.#abort.signal.reason);
      if (this.#abort.signal.aborted) fail();
      else this.#abort.signal.addEventListener('abort', fail, { once: true });
    });
  }

  /** Stops the timers and frees the connection, whatever is still arriving on it. */
  close(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#idle);
    this.#outer.removeEventListener('abort', this.#onOuter);
    this.#abort.abort();
  }

  readonly #onOuter = (): void => this.end('cancelled');
}
