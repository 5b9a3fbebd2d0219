import { isJson, type Json, record, text } from '../cli/profile.ts';
import type { Yard } from './yard.ts';

/** An answer to `session/request_permission`, and what it refused in words; null when it was allowed. */
export interface Decision {
  outcome: { outcome: 'selected'; optionId: string } | { outcome: 'cancelled' };
  refused: string | null;
}

const READS: ReadonlySet<string> = new Set(['read', 'search', 'think']);
const WRITES: ReadonlySet<string> = new Set(['edit', 'delete', 'move']);

/**
 * By policy, once at most: reading inside the folder, writing where the task's scope allows it, commands only where
 * they run through our sandbox. Everything else is rejected, and so is what does not say which file it is about.
 * An option that would last (`allow_always`, `reject_always`) is never taken.
 * @param call the tool call with everything that was said of it so far.
 */
export function decide(call: Json, options: unknown, yard: Yard, runsCommands: boolean): Decision {
  const why = whyNot(call, yard, runsCommands);
  const offered = Array.isArray(options) ? options.filter(isJson) : [];
  const pick = (kind: string) => text(offered.find((option) => option.kind === kind)?.optionId) || null;
  const once = pick('allow_once');
  if (why === null && once !== null) return { outcome: { outcome: 'selected', optionId: once }, refused: null };
  const reject = pick('reject_once');
  const title = text(call.title).slice(0, 120) || text(call.kind) || 'a tool';
  return {
    outcome: reject === null ? { outcome: 'cancelled' } : { outcome: 'selected', optionId: reject },
    refused: `${title} (${why ?? 'it could not be allowed for once only'})`,
  };
}

function whyNot(call: Json, yard: Yard, runsCommands: boolean): string | null {
  const kind = text(call.kind);
  const paths = pathsOf(call);
  if (READS.has(kind)) {
    const outside = paths.find((path) => path !== yard.root && 'refused' in yard.inside(path));
    return outside === undefined ? null : `${outside} is outside of the folder`;
  }
  if (WRITES.has(kind)) {
    if (!yard.write) return 'this role only reads';
    if (paths.length === 0) return 'it does not say which file';
    const action = kind === 'delete' ? 'delete' : 'modify';
    return paths.map((path) => yard.refuse(path, action)).find((reason) => reason !== null) ?? null;
  }
  if (kind === 'execute') return runsCommands && yard.write ? null : 'commands are run by Tercet';
  return kind === '' ? 'it does not say what it does' : `${kind} is not allowed`;
}

/** Every file a call names: where it is at work, and what its differences are of. */
function pathsOf(call: Json): string[] {
  const places = Array.isArray(call.locations) ? call.locations : [];
  const parts = Array.isArray(call.content) ? call.content.filter((part) => record(part).type === 'diff') : [];
  return [...new Set([...places, ...parts].map((one) => text(record(one).path)).filter((path) => path !== ''))];
}
