import type { CallToolResult } from '@modelcontextprotocol/server';
import { keysInUse } from '../../compose/agents/keys.ts';
import { TercetError } from '../../contract/errors.ts';
import { type Redactor, redactor } from '../../handoff/redact.ts';
import { clean } from '../../report/clean.ts';
import { plain, plainly } from '../runs/plain.ts';

/** A result for programs and for the model, without keys and without characters that hide or steer. */
export function resultOf(keys: Redactor, structured: Record<string, unknown>, text: string): CallToolResult {
  return {
    content: [{ type: 'text', text: plain(keys.all(text)) }],
    structuredContent: plainly(keys, structured),
  };
}

/** What went wrong, as a result the model can act on. What is not ours to word is named and no more. */
export function failureOf(env: NodeJS.ProcessEnv, error: unknown): CallToolResult {
  const keys = redactor(keysInUse(env, {}));
  const text =
    error instanceof TercetError
      ? `${error.words} (${error.code})`
      : `Internal error: ${error instanceof Error ? error.message : String(error)} (internal)`;
  return { isError: true, content: [{ type: 'text', text: clean(keys.all(text)) }] };
}
