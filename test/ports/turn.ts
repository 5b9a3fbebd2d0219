import type { Turn } from '../../src/ports/agent.ts';

/** A turn with what a test leaves open filled in; frozen, because an agent may keep none of it and change nothing. */
export function aTurn(given: Partial<Turn> = {}): Turn {
  return deepFreeze({
    role: 'executor',
    purpose: 'edit',
    task: 'T1',
    system: 'You implement tasks.',
    messages: [{ role: 'user', text: 'Do the task.' }],
    output: null,
    tools: [],
    effort: 'low',
    maxOutputTokens: 4096,
    ...structuredClone(given),
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) deepFreeze(child);
    Object.freeze(value);
  }
  return value;
}
