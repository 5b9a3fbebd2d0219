import { setTimeout as pause } from 'node:timers/promises';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { RecordedEvent } from '../contract/event.ts';
import { type ClientOptions, passes, send } from './call.ts';
import type { FollowRunData, Run } from './generated/types.gen.ts';

/** How a followed run stands once it is over. */
export type Ending = Pick<Run, 'run' | 'state' | 'outcome' | 'reason' | 'resumable'>;

export interface FollowOptions {
  /** Only events with a larger number. */
  after?: number;
  signal?: AbortSignal;
}

/** Times in a row that a connection may bring nothing before following gives up. */
const MOST_FAILURES = 10;
const LONGEST_WAIT_MS = 10_000;

/**
 * The events of a run, in order and each once, until it is over; gives back how it stands then. A connection that breaks is made
 * again after the last event that came. @throws ApiProblem for what the server refuses; what broke the connection, when it
 * broke too often without bringing anything.
 */
export async function* follow(
  options: ClientOptions,
  run: string,
  { after = 0, signal }: FollowOptions = {},
): AsyncGenerator<RecordedEvent, Ending> {
  let seq = after;
  let wait = 0;
  let failures = 0;
  for (;;) {
    signal?.throwIfAborted();
    if (wait > 0) await pause(wait, undefined, signal === undefined ? {} : { signal });
    let broke: unknown = new Error(`The server closed the events of ${run} before their end.`);
    try {
      for await (const message of messagesOf(options, run, seq, signal)) {
        failures = 0;
        if (message.event === 'end') return JSON.parse(message.data) as Ending;
        const event = JSON.parse(message.data) as RecordedEvent;
        if (event.seq <= seq) continue;
        seq = event.seq;
        yield event;
      }
    } catch (error) {
      if (signal?.aborted === true || ('status' in Object(error) && !passes(error))) throw error;
      broke = error;
    }
    if (++failures > MOST_FAILURES) throw broke;
    const said = (broke as { retryAfterMs?: number }).retryAfterMs;
    wait = said ?? Math.min(LONGEST_WAIT_MS, 50 * 2 ** failures);
  }
}

async function* messagesOf(
  options: ClientOptions,
  run: string,
  after: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventSourceMessage> {
  const operation: FollowRunData = {
    url: '/v1/runs/{run}/events',
    path: { run },
    headers: { 'last-event-id': after },
  };
  const { body } = await send(options, 'GET', operation, signal);
  if (body === null) return;
  const found: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => found.push(message) });
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* found.splice(0);
  }
}
