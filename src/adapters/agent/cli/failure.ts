import type { TurnFailure } from '../../../ports/agent.ts';
import { classify } from './classify.ts';
import type { Failed, Profile, Seen } from './profile.ts';
import type { Deadlines, Stop } from './run-program.ts';

/** A failure as the workflow takes it: one line that names the program and, where it is logged out, says what to do. */
export function failure(
  { title, login }: Pick<Profile, 'title' | 'login'>,
  failed: Failed,
  seen: Partial<Seen> = {},
): TurnFailure {
  const words = failed.message
    .replace(/[\u0000-\u001f\u007f-\u009f]+/gu, ' ')
    .trim()
    .slice(-600);
  const how = failed.kind === 'bad-key' ? ` (log in with \`${login}\`, or set its key)` : '';
  const none = { usage: null, servedModel: null, requestId: null };
  return { ok: false, ...failed, message: `${title}: ${words}${how}`, ...none, ...seen };
}

/** An error of the system as a value; any other is a defect, and stays thrown. */
export function ifOfSystem(error: unknown): Promise<NodeJS.ErrnoException> {
  const ours = error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string';
  return ours ? Promise.resolve(error as NodeJS.ErrnoException) : Promise.reject(error);
}

/** The system would not start it: the prompt is longer than an argument may be, say. */
export function notStarted({ code, message }: NodeJS.ErrnoException): Failed {
  const kind = code === 'E2BIG' ? 'too-long' : 'bad-request';
  return { kind, message: `could not be started: ${message}`, billed: 'no', retryAfterMs: null };
}

/** Why we ended it, as a failure. `called`: it had called a model. */
export function stopped(stop: Stop, called: boolean, { totalMs, idleMs }: Deadlines): Failed {
  const billed = called ? 'maybe' : 'no';
  const failed = (kind: Failed['kind'], message: string): Failed => ({ kind, message, billed, retryAfterMs: null });
  switch (stop.why) {
    case 'cancelled':
      // The program was running: whether it had called anybody is for its provider to say.
      return { ...failed('cancelled', 'cancelled'), billed: 'maybe' };
    case 'total':
      return failed('stalled', `not finished within ${totalMs / 1000} s`);
    case 'idle':
    case 'linger':
      return failed('stalled', `silent for ${idleMs / 1000} s`);
    case 'too-large':
      return failed('too-large', 'it said more than 256 MB, or a line of more than 16 MB, and was stopped');
    case 'told':
      return { ...classify(stop.words, { status: null, used: false, otherwise: 'bad-request' }), billed };
  }
}
