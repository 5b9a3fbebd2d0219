import { TercetError } from '../../contract/errors.ts';
import { clean } from '../../report/clean.ts';
import { type Io, printJson } from './io.ts';

/** Prints an error for the person (and, with `--json`, as the last line of stdout), and returns the exit code. */
export function showError(io: Io, error: unknown, json: boolean): number {
  if (!(error instanceof TercetError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    io.stderr.write(`tercet: internal error: ${clean(text)}\n  Please report it with the command you ran.\n`);
    if (json) printJson(io, { error: { code: 'internal', message: String(error), hint: null } });
    return 1;
  }
  io.stderr.write(`tercet: ${clean(error.message)}\n`);
  if (error.hint !== undefined) io.stderr.write(`  ${clean(error.hint)}\n`);
  if (json) printJson(io, { error: { code: error.code, message: error.message, hint: error.hint ?? null } });
  return error.exitCode;
}
