import { setTimeout as pause } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import type { LiveRun } from '../../runs/live-runs.ts';
import type { Limits, WebhookRules } from '../host.ts';
import type { Run } from '../schemas.ts';

type Delivery = NonNullable<Run['webhook']>['deliveries'][number];
/** What tells where a run stands now. */
type Describe = () => Promise<Omit<Run, 'webhook'>>;

/** Runs whose deliveries are remembered. */
const MOST_RUNS = 200;

/**
 * Tells the addresses of runs when one asks something, is parked or has ended, signed in the Standard Webhooks form. Tried a
 * bounded number of times; what comes of it is in the run's status and changes nothing about the run.
 */
export class Webhooks {
  readonly #rules: WebhookRules;
  readonly #limits: Limits;
  readonly #known = new Map<string, { url: string; deliveries: Delivery[] }>();
  readonly #atWork = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(rules: WebhookRules, limits: Limits) {
    this.#rules = rules;
    this.#limits = limits;
  }

  /** What was and will be sent for a run; null when nothing was asked for. */
  of(run: string): Run['webhook'] {
    const known = this.#known.get(run);
    return known === undefined ? null : structuredClone(known);
  }

  /** Tells `url` of a run from now on. */
  attach(run: LiveRun, url: string | null, describe: Describe): void {
    if (url === null) return;
    const known = { url, deliveries: this.#known.get(run.id)?.deliveries ?? [] };
    this.#known.delete(run.id);
    this.#known.set(run.id, known);
    for (const id of [...this.#known.keys()].slice(0, -MOST_RUNS)) this.#known.delete(id);
    let before: Promise<void> = Promise.resolve();
    const tell = (event: Delivery['event']) => {
      const id = `msg_${run.id}_${known.deliveries.length + 1}`;
      const delivery: Delivery = { id, event, state: 'pending', tries: 0, lastStatus: null };
      known.deliveries.push(delivery);
      // In order, one after the other: an end must not overtake a question.
      const described = describe();
      described.catch(() => {});
      before = before
        .then(async () => this.#deliver(url, delivery, await described))
        .catch(() => {
          delivery.state = 'failed';
        });
      const turn = before;
      this.#atWork.add(turn);
      void turn.finally(() => this.#atWork.delete(turn));
    };
    let asked: string | null = null;
    const changed = () => {
      const open = run.desk.open?.id ?? null;
      if (open !== null && open !== asked) tell('run.question');
      asked = open ?? asked;
      if (!run.over) return;
      run.events.off('change', changed);
      tell(run.result?.outcome === 'parked' ? 'run.parked' : 'run.ended');
    };
    run.events.on('change', changed);
    changed();
  }

  /** Waits for what is being sent, but for no second try. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#atWork);
  }

  async #deliver(url: string, delivery: Delivery, data: Omit<Run, 'webhook'>): Promise<void> {
    const { secret } = this.#rules;
    if (secret === null) throw new Error('There is no secret to sign with.');
    const body = JSON.stringify({ type: delivery.event, timestamp: new Date().toISOString(), data });
    const signer = new Webhook(secret);
    for (const wait of [0, ...this.#limits.webhookDelaysMs]) {
      if (wait > 0) await pause(wait, undefined, { signal: this.#stop.signal, ref: false });
      delivery.tries++;
      const status = await this.#send(url, delivery.id, body, signer);
      delivery.lastStatus = status;
      if (status !== null && status >= 200 && status < 300) {
        delivery.state = 'delivered';
        return;
      }
      // A redirect is not followed: it could lead where nobody allowed. Other refusals will be the same next time.
      if (status !== null && status < 500 && status !== 408 && status !== 429) break;
    }
    delivery.state = 'failed';
  }

  /** The status of the answer; null where none came. */
  async #send(url: string, id: string, body: string, signer: Webhook): Promise<number | null> {
    const now = new Date();
    try {
      const answer = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.timeout(this.#limits.webhookTimeoutMs),
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
          'webhook-signature': signer.sign(id, now, body),
        },
        body,
      });
      await answer.body?.cancel();
      return answer.status;
    } catch {
      return null;
    }
  }
}
