import { EventEmitter, once } from 'node:events';
import type { Session } from '../../compose/compose.ts';
import { type Casting, conduct } from '../../compose/conduct.ts';
import { TercetError } from '../../contract/errors.ts';
import type { RecordedEvent } from '../../contract/event.ts';
import type { RunOrder } from '../../contract/order.ts';
import type { RunResult } from '../../contract/outcome.ts';
import { showUsd } from '../../pricing/usd.ts';
import { PLAIN } from '../../report/palette.ts';
import { linesOf } from '../../report/progress-lines.ts';
import type { RunContext } from '../../workflow/run-context.ts';
import { Desk } from './desk.ts';

/** Lines of progress that are kept of a run. */
const MOST_LINES = 200;
/** Events of a run at work that followers find in memory; those before are in its file. */
const MOST_EVENTS = 256;
/** Runs that are over and still known here; what they left is in their files. */
const MOST_OVER = 200;

/** What a run is to do, but for what this server adds. */
export interface Errand {
  casting: Pick<Casting, 'kind' | 'request' | 'needed' | 'branch' | 'run' | 'again'>;
  order: RunOrder;
  work(ctx: RunContext): Promise<RunResult>;
}

/** A run of this process: what it says, what it asks, and how it ended. */
export class LiveRun {
  readonly id: string;
  readonly root: string;
  /** Under which key the runs of its repository are kept. */
  readonly key: string;
  readonly casting: Errand['casting'];
  readonly startedAt: string = new Date().toISOString();
  readonly lines: string[] = [];
  /** How much has been said, ever: the figure of progress notifications, which must grow. */
  said = 0;
  phase: string | null = null;
  result: RunResult | null = null;
  /** What it ended with where it has no result. */
  error: unknown = null;
  over = false;
  /** It has said or asked something, or is over: it will not be refused any more, or it has been. */
  begun = false;
  /** `change`: something may be asked, or it is over. `line`: one line of progress. `event`: one more in {@link recent}. */
  readonly events: EventEmitter = new EventEmitter().setMaxListeners(0);
  readonly desk: Desk = new Desk(() => this.#change());
  readonly #recent: RecordedEvent[] = [];
  readonly #controller = new AbortController();
  readonly ended: Promise<void>;

  /** Takes the session over, and closes it at the end. `ask`: whether the client's person can be asked. */
  constructor(session: Session, errand: Errand, ask: boolean) {
    this.id = errand.casting.run;
    this.root = session.repository.root;
    this.key = session.repository.key;
    this.casting = errand.casting;
    this.ended = this.#carryOut(session, errand, ask);
  }

  /** Ends it cleanly: its call is aborted, its work saved, and it can be resumed. */
  cancel(why: string): void {
    if (!this.#controller.signal.aborted) this.#controller.abort(new TercetError('cancelled', why));
  }

  /** The recorded events beyond `seq` from memory; null when some of them may only be in its file. */
  recent(seq: number): RecordedEvent[] | null {
    const first = this.#recent[0]?.seq;
    return first === undefined || seq < first - 1 ? null : this.#recent.filter((event) => event.seq > seq);
  }

  async #carryOut(session: Session, { casting, order, work }: Errand, ask: boolean): Promise<void> {
    try {
      this.result = await conduct(
        session,
        {
          ...casting,
          order,
          person: ask ? this.desk : null,
          reporters: [],
          onEvent: (event) => this.#hear(event),
          signal: this.#controller.signal,
        },
        work,
      );
    } catch (error) {
      this.error = error;
    } finally {
      this.over = true;
      this.#recent.length = 0;
      await session.close().catch((error: unknown) => {
        this.error ??= error;
      });
      this.#change();
    }
  }

  #hear(event: RecordedEvent): void {
    // Progress of a call is not recorded, so nobody could go on after it.
    if (event.type !== 'call.progressed') {
      this.#recent.push(event);
      if (this.#recent.length > MOST_EVENTS) this.#recent.shift();
      this.events.emit('event');
    }
    if (event.type === 'phase.started') this.phase = event.phase;
    for (const line of linesOf(event, { verbosity: 'normal', palette: PLAIN, money: showUsd })) {
      this.said++;
      this.lines.push(line);
      this.events.emit('line', line);
    }
    if (this.lines.length > MOST_LINES) this.lines.splice(0, this.lines.length - MOST_LINES);
    if (!this.begun) this.#change();
  }

  #change(): void {
    this.begun = true;
    this.events.emit('change');
  }
}

/** Waits until a run has begun or was refused. */
export async function beginning(run: LiveRun): Promise<void> {
  while (!run.begun) await once(run.events, 'change');
}

/** The runs this process carries on or has carried on, by id. */
export class LiveRuns {
  readonly #runs = new Map<string, LiveRun>();
  #closed = false;

  /** Starts a run, which takes the session over. @throws TercetError `cancelled` when the server is stopping, `usage` for one at work. */
  start(session: Session, errand: Errand, ask: boolean): LiveRun {
    if (this.#closed) throw new TercetError('cancelled', 'The server is stopping; no run is begun.');
    if (this.#runs.get(errand.casting.run)?.over === false) {
      throw new TercetError('usage', `Run ${errand.casting.run} is at work already.`, {
        hint: 'Follow it; it can be resumed once it has ended.',
      });
    }
    const run = new LiveRun(session, errand, ask);
    // A run that is carried on again goes to the end: it is the newest.
    this.#runs.delete(run.id);
    this.#runs.set(run.id, run);
    this.#forget();
    return run;
  }

  /** By full id, or by its first characters where they are unique. */
  find(id: string): LiveRun | null {
    const exact = this.#runs.get(id);
    if (exact !== undefined) return exact;
    const [first, second] = [...this.#runs.values()].filter((run) => run.id.startsWith(id));
    return second === undefined ? (first ?? null) : null;
  }

  /** How many are at work. */
  get working(): number {
    return this.all().filter((run) => !run.over).length;
  }

  /** The oldest of those that are over go, beyond a number. */
  #forget(): void {
    const over = this.all().filter((run) => run.over);
    for (const run of over.slice(0, Math.max(0, over.length - MOST_OVER))) this.#runs.delete(run.id);
  }

  all(): LiveRun[] {
    return [...this.#runs.values()];
  }

  /** Ends every run cleanly, and starts none any more. */
  async close(why: string): Promise<void> {
    this.#closed = true;
    for (const run of this.#runs.values()) run.cancel(why);
    await Promise.all(this.all().map((run) => run.ended));
  }
}
