import { keysInUse } from '../../compose/agents/keys.ts';
import { TercetError } from '../../contract/errors.ts';
import { redactor } from '../../handoff/redact.ts';
import { clean } from '../../report/clean.ts';
import { type Io, printJson, say } from './io.ts';

/** Prints an error for the person (and, with `--json`, as the last line of stdout), and returns the exit code. */
export function showError(io: Io, error: unknown, json: boolean): number {
  const keys = redactor(keysInUse(io.env, {}));
  if (!(error instanceof TercetError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    say(io, `tercet: internal error: ${clean(keys.all(text))}\n  Please report it with the command you ran.`);
    if (json) printJson(io, { error: { code: 'internal', message: keys.all(String(error)), hint: null } });
    return 1;
  }
  const message = keys.all(error.message);
  const hint = error.hint === undefined ? null : keys.all(error.hint);
  say(io, `tercet: ${clean(message)}`);
  if (hint !== null) say(io, `  ${clean(hint)}`);
  if (json) printJson(io, { error: { code: error.code, message, hint } });
  return error.exitCode;
}
