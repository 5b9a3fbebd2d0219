import type { ToolCall, Turn } from '../../../ports/agent.ts';

/** A call as it arrived: `input` is JSON text, or should be. */
export interface ArrivedCall {
  id: string;
  name: string;
  input: string;
}

/** Ids a conversation already uses: a second use of one makes the history unusable. */
export function usedIds(turn: Turn): Set<string> {
  const used = new Set<string>();
  for (const message of turn.messages) {
    if (message.role === 'assistant') for (const call of message.toolCalls) used.add(call.id);
  }
  return used;
}

/** The call with an id of its own and parsed arguments; arguments that are not a JSON object are `malformed`. */
export function toolCall(call: ArrivedCall, used: Set<string>): ToolCall {
  const id = uniqueId(call.id, used);
  used.add(id);
  try {
    // A tool without parameters may be called with nothing at all.
    const input: unknown = call.input.trim() === '' ? {} : JSON.parse(call.input);
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) {
      return { id, name: call.name, input, malformed: null };
    }
  } catch {
    // Not JSON: said below.
  }
  return { id, name: call.name, input: null, malformed: call.input };
}

function uniqueId(id: string, used: Set<string>): string {
  const base = id.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 56) || 'call';
  let unique = base;
  for (let n = 2; used.has(unique); n += 1) unique = `${base}_${n}`;
  return unique;
}
