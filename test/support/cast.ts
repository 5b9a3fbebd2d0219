import { readFileSync } from 'node:fs';
import type { Reply, Script, ScriptCall } from './model-server/types.ts';

/** Who is asked: the three roles, and the planner that answers a change request. */
export type Part = 'planner' | 'decide' | 'executor' | 'reviewer';

/** One answer of a part: a reply as it stands, or what to make of the call. */
export type Line = Reply | ((call: ScriptCall) => Reply | Promise<Reply>);

/** Every part's answers, in the order they are asked for. */
export type Lines = Partial<Record<Part, readonly Line[]>>;

/** The first words of each prompt, and of the planner's section on change requests, tell who is asked. */
const SAYS: readonly (readonly [Part, string])[] = [
  ['decide', sectionStart('planner', 'decide')],
  ['planner', sectionStart('planner', null)],
  ['executor', sectionStart('executor', null)],
  ['reviewer', sectionStart('reviewer', null)],
];

/** Which part a request to a model server is for. Throws for a system prompt that is nobody's. */
export function partOf(system: string): Part {
  const found = SAYS.find(([, words]) => system.includes(words));
  if (found === undefined) throw new Error(`nobody's system prompt: ${system.slice(0, 80)}`);
  return found[0];
}

/** A script for the model server from lines per part; a call beyond them is refused, so that no loop goes unseen. */
export function cast(lines: Lines): Script {
  const used = new Map<Part, number>();
  return (call) => {
    const part = partOf(call.system);
    const index = used.get(part) ?? 0;
    used.set(part, index + 1);
    const line = lines[part]?.[index];
    if (line === undefined) return refusal(`the script has no answer number ${index + 1} of the ${part}`);
    if (typeof line !== 'function') return line;
    try {
      return line(call);
    } catch (error) {
      return refusal(`the script of the ${part} threw: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
}

/** A 400, which nobody tries again. */
function refusal(message: string): Reply {
  return { fault: { kind: 'status', status: 400, body: { error: { type: 'invalid_request_error', message } } } };
}

function sectionStart(role: string, section: string | null): string {
  const text = readFileSync(new URL(`../../prompts/${role}.md`, import.meta.url), 'utf8');
  const from = section === null ? 0 : text.indexOf('\n', text.indexOf(`<!-- section: ${section} -->`)) + 1;
  return text.slice(from, text.indexOf('\n', from));
}
