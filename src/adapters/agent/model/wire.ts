import { StartMender } from './mend-start.ts';
import type { ProviderKind } from './settings.ts';

/** More than any answer needs: 128k tokens, each in an event of its own, are about 20 MB. */
const MAX_WIRE_BYTES = 32 * 1024 * 1024;

/** What was seen of a call at the transport, whatever the SDK makes of it. */
export interface Wire {
  /** Requests handed to the transport. */
  requests: number;
  /** HTTP status; null until headers came. */
  status: number | null;
  headers: Headers;
  bytes: number;
  /** The provider left usage out of its first event. */
  startUsageMissing: boolean;
}

/**
 * A `fetch` that notes what passes, refuses redirects (a key in a header would follow them), and calls `tooLarge`
 * when a body grows beyond all reason.
 */
export function observe(
  kind: ProviderKind,
  fetch: typeof globalThis.fetch,
  tooLarge: () => void,
): { wire: Wire; fetch: typeof globalThis.fetch } {
  const wire: Wire = { requests: 0, status: null, headers: new Headers(), bytes: 0, startUsageMissing: false };
  const observed: typeof globalThis.fetch = async (input, init) => {
    wire.requests += 1;
    const response = await fetch(input, { ...init, redirect: 'manual' });
    wire.status = response.status;
    wire.headers = response.headers;
    if (response.body === null) return response;
    const mender = kind === 'anthropic' && response.ok ? new StartMender(wire) : null;
    const counter = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        wire.bytes += chunk.byteLength;
        if (wire.bytes > MAX_WIRE_BYTES) {
          tooLarge();
          controller.error(new Error('response body too large'));
          return;
        }
        const passed = mender === null ? chunk : mender.pass(chunk);
        if (passed !== null) controller.enqueue(passed);
      },
      flush(controller) {
        const rest = mender?.rest() ?? null;
        if (rest !== null) controller.enqueue(rest);
      },
    });
    return new Response(response.body.pipeThrough(counter), {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
  };
  return { wire, fetch: observed };
}
