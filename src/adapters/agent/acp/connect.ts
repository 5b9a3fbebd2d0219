import { type ClientContext, client, RequestError, type Stream } from '@agentclientprotocol/sdk';
import type { Json } from '../cli/profile.ts';
import type { Line } from '../cli/run-program.ts';
import { asParams, readFile, writeFile } from './files.ts';
import type { Heard } from './heard.ts';
import { decide } from './permission.ts';
import { QUESTIONS } from './questions.ts';
import { Refusal } from './refusal.ts';
import { Terminals } from './terminals.ts';
import type { Yard } from './yard.ts';

export interface Connection {
  readonly context: ClientContext;
  /** A message of the agent's, as it came. */
  feed(message: Json): void;
  /** Nothing more comes: what is not answered yet never will be. What comes all the same is passed over. */
  close(): void;
}

export interface Parts {
  readonly yard: Yard;
  readonly heard: Heard;
  readonly line: Line;
  /** Whether commands may be allowed, because they come to our terminals. */
  readonly runsCommands: boolean;
  /** See the profile's. */
  readonly absentIsEmpty: boolean;
  /** Ends what terminals run. */
  readonly signal: AbortSignal;
}

/**
 * Our side of a conversation over the lines of a program: what the agent may ask of us, each answered by policy.
 * The SDK matches answers to requests, and answers methods nobody knows.
 */
export function connect(parts: Parts): Connection {
  const { yard, heard, line, runsCommands, absentIsEmpty, signal } = parts;
  const pending = new Set<unknown>();
  let controller: ReadableStreamDefaultController<never> | null = null;
  let open = true;
  let closed = false;
  let prompt: unknown;
  const stream = {
    readable: new ReadableStream<never>({
      start: (made) => {
        controller = made;
      },
    }),
    writable: new WritableStream<Json>({
      write: (message) => {
        if ('method' in message && 'id' in message) pending.add(message.id);
        if (message.method === 'session/prompt') prompt = message.id;
        line.send(`${JSON.stringify(message)}\n`);
      },
    }),
  } as unknown as Stream;

  const app = client({ name: 'tercet' });
  const answer = (method: string, handle: (asked: Json) => unknown) =>
    app.onRequest(method, asParams, async ({ params }) => {
      try {
        return await handle(params);
      } catch (error) {
        if (error instanceof Refusal) throw new RequestError(error.code, error.message);
        throw error;
      }
    });
  answer('fs/read_text_file', (asked) => readFile(yard, asked, absentIsEmpty));
  answer('fs/write_text_file', (asked) => writeFile(yard, asked, (what) => heard.refused(what)));
  answer('session/request_permission', (asked) => {
    const { outcome, refused } = decide(heard.callOf(asked.toolCall), asked.options, yard, runsCommands);
    if (refused !== null) heard.refused(refused);
    return { outcome };
  });
  for (const [method, ask] of Object.entries(QUESTIONS)) {
    answer(method, () => {
      const { answer, said } = ask(yard.write);
      if (said !== null) heard.refused(said);
      return answer;
    });
  }
  const run = yard.write ? (yard.door?.run ?? null) : null;
  if (run !== null) {
    const terminals = new Terminals(yard, run, signal);
    answer('terminal/create', (asked) => terminals.create(asked));
    answer('terminal/output', (asked) => terminals.output(asked));
    answer('terminal/wait_for_exit', (asked) => terminals.waitForExit(asked));
    answer('terminal/kill', (asked) => terminals.kill(asked));
    answer('terminal/release', (asked) => terminals.release(asked));
  }
  const connection = app.connect(stream);
  return {
    context: connection.agent,
    feed(message) {
      if (!open) return;
      if (!('method' in message)) {
        if (!pending.delete(message.id)) return;
        // The turn is over with the answer to its prompt: nothing that is asked for after it is done.
        if (message.id === prompt) open = false;
      } else if (!('id' in message)) {
        // What an agent only tells us is read as it is: the SDK would refuse kinds of news it does not know, aloud.
        if (message.method === 'session/update') heard.update(asParams(message.params));
        if (message.method !== '$/cancel_request') return;
      }
      controller?.enqueue(message as never);
    },
    close() {
      if (closed) return;
      open = false;
      closed = true;
      controller?.close();
    },
  };
}
