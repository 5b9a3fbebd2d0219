import type { RunContext } from './run-context.ts';

/** Does something once per run: recalls its value when the journal has it, records it durably otherwise. Values are JSON. */
export async function step<T>(ctx: RunContext, key: string, work: () => Promise<T>): Promise<T> {
  const known = ctx.journal.recall(key);
  if (known !== undefined) return known as T;
  // Recalled later, the value has to be the one the run goes on with now.
  const value = ctx.redactor.literals(await work());
  ctx.journal.record(key, value ?? null);
  return value;
}
