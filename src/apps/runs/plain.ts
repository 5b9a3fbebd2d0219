import type { Redactor } from '../../handoff/redact.ts';
import { clean, escapeHidden } from '../../report/clean.ts';

/** A value for programs, without keys and without characters that hide or steer. */
export function plainly<T>(keys: Redactor, value: T): T {
  return cleaned(keys.literals(value)) as T;
}

/** A text as it is shown whole, without characters that hide or steer. */
export function plain(text: string): string {
  return clean(text, Number.POSITIVE_INFINITY);
}

/** A file for reading as it is; hidden characters stand as escapes, so that a diff stays one. */
export function fileText(keys: Redactor, text: string): string {
  return escapeHidden(keys.literals(text), (codePoint) => `\\u{${codePoint.toString(16)}}`);
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return plain(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, cleaned(part)]));
}
