import type { CallToolResult } from '@modelcontextprotocol/server';
import { keysInUse } from '../../compose/keys.ts';
import { TercetError } from '../../contract/errors.ts';
import { type Redactor, redactor } from '../../handoff/redact.ts';
import { clean, escapeHidden } from '../../report/clean.ts';

/** A result for programs and for the model, without keys and without characters that hide or steer. */
export function resultOf(keys: Redactor, structured: Record<string, unknown>, text: string): CallToolResult {
  const plain = (part: string) => clean(part, Number.POSITIVE_INFINITY);
  return {
    content: [{ type: 'text', text: plain(keys.all(text)) }],
    structuredContent: cleaned(keys.literals(structured), plain) as Record<string, unknown>,
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

/** A file for reading as it is; hidden characters stand as escapes, so that a diff stays one. */
export function fileText(keys: Redactor, text: string): string {
  return escapeHidden(keys.literals(text), (codePoint) => `\\u{${codePoint.toString(16)}}`);
}

function cleaned(value: unknown, plain: (text: string) => string): unknown {
  if (typeof value === 'string') return plain(value);
  if (Array.isArray(value)) return value.map((part) => cleaned(part, plain));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, cleaned(part, plain)]));
}
