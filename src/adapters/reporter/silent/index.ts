import type { Reporter } from '../../../ports/reporter.ts';

/** A reporter that says nothing. */
export function silentReporter(): Reporter {
  return { report() {}, close() {} };
}
