/**
 * Loaded into a run with `--import`: counts everything the process does to the world (programs started and ended, files
 * written, synced, renamed, requests sent and answered) and kills it with SIGKILL at number CRASH_AT. Prints the count
 * of an uninterrupted run to CRASH_COUNT_FILE.
 */
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const at = Number(process.env.CRASH_AT ?? 0);
const count = fs.writeFileSync;
let seen = 0;

function tick(): void {
  seen++;
  if (seen === at) process.kill(process.pid, 'SIGKILL');
}

type Callable = (this: unknown, ...args: unknown[]) => unknown;

/** A tick before and a tick after: a kill in either window. */
function around(owner: Record<string, unknown>, name: string): void {
  const original = owner[name] as Callable;
  owner[name] = function (this: unknown, ...args: unknown[]) {
    tick();
    const result = Reflect.apply(original, this, args);
    if (result instanceof Promise) return result.finally(tick);
    tick();
    return result;
  };
}

const files = fs as unknown as Record<string, unknown>;
for (const name of ['fsyncSync', 'writeSync', 'renameSync']) around(files, name);
const promises = fs.promises as unknown as Record<string, unknown>;
for (const name of ['rename', 'rm', 'writeFile', 'mkdir']) around(promises, name);
around(globalThis as unknown as Record<string, unknown>, 'fetch');
const spawn = childProcess.spawn as unknown as Callable;
(childProcess as unknown as Record<string, unknown>).spawn = function (this: unknown, ...args: unknown[]) {
  tick();
  const child = Reflect.apply(spawn, this, args) as childProcess.ChildProcess;
  child.once('close', tick);
  return child;
};
syncBuiltinESMExports();

const countFile = process.env.CRASH_COUNT_FILE;
if (countFile !== undefined) process.on('exit', () => count(countFile, String(seen)));
