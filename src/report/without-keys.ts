import type { RunResult } from '../contract/outcome.ts';
import type { Redactor } from '../handoff/redact.ts';

/**
 * A result fit to be stored and shown: before anything is rendered, because escapes could tear a key apart and so hide
 * it. Its plan and request only lose the keys in use: they may be written out and used again.
 */
export function resultWithoutKeys(result: RunResult, redactor: Redactor): RunResult {
  return {
    ...redactor.all(result),
    plan: redactor.literals(result.plan),
    request: redactor.literals(result.request),
  };
}
