import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dialect, Fault, Frame } from './types.ts';

/** Enough to trip any cap, and an end for a client that has none. */
const HUGE_BYTES = 64 * 1024 * 1024;

/** Writes the frames, spoiled as the fault says. `response` is closed or destroyed when it resolves. */
export async function writeFrames(
  response: ServerResponse,
  dialect: Dialect,
  frames: readonly Frame[],
  fault: Fault | null,
): Promise<void> {
  const all = frames.map(({ text }) => text);
  const beforeStop = frames.findIndex(({ last }) => last === true);
  const middle = Math.max(1, Math.min(beforeStop, Math.ceil(all.length / 2)));
  switch (fault?.kind) {
    case 'disconnect': {
      const bytes = Buffer.from(all.join(''));
      await write(response, bytes.subarray(0, fault.afterBytes ?? Math.floor(bytes.length / 2)));
      // Leaves the kernel time to hand over what was written before the reset.
      await sleep(20);
      response.destroy();
      return;
    }
    case 'no-stop':
      response.end(all.slice(0, beforeStop).join(''));
      return;
    case 'stall':
      await write(response, all.slice(0, middle).join(''));
      if (!(await waited(response, fault.ms ?? null))) return;
      response.end(all.slice(middle).join(''));
      return;
    case 'pings':
      await write(response, frames[0]?.opening === true ? frames[0].text : dialect.ping);
      while (!response.destroyed) {
        await write(response, dialect.ping);
        await sleep(15);
      }
      return;
    case 'error-event':
      await write(response, fault.when === 'first' ? '' : all.slice(0, middle).join(''));
      response.end(dialect.errorEvent);
      return;
    case 'bad-json':
      response.end(`${all.slice(0, middle).join('')}data: {"type": "content_block_delta", "index": 0, "delta"\n\n`);
      return;
    case 'huge': {
      await write(response, all.slice(0, Math.max(1, beforeStop - 1)).join(''));
      const piece = dialect.textDelta('x'.repeat(64 * 1024));
      for (let sent = 0; sent < HUGE_BYTES && !response.destroyed; sent += piece.length) await write(response, piece);
      response.destroy();
      return;
    }
    default:
      response.end(all.join(''));
  }
}

async function write(response: ServerResponse, chunk: string | Buffer): Promise<void> {
  if (chunk.length === 0 || response.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      response.off('close', done);
      resolve();
    };
    response.once('close', done);
    response.write(chunk, done);
  });
}

/** Whether the client is still there after `ms`; without `ms`, waits until it is gone. */
async function waited(response: ServerResponse, ms: number | null): Promise<boolean> {
  const gone = new Promise<boolean>((resolve) => response.once('close', () => resolve(false)));
  return ms === null ? gone : Promise.race([gone, sleep(ms, true)]);
}
