/**
 * Loaded into a command with `--import`: while the file DISK_FULL exists, what this process writes under DISK_UNDER and
 * what SQLite writes fails as on a full disk. For machines where no small file system can be mounted.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { StatementSync } from 'node:sqlite';

const marker = process.env.DISK_FULL ?? '';
const { existsSync, writeSync } = fs;

function refuse(): void {
  if (!existsSync(marker)) return;
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', errno: -28 });
}

fs.writeSync = ((...args: Parameters<typeof writeSync>) => {
  // Its own output is no file.
  if (args[0] > 2) refuse();
  return writeSync(...args);
}) as typeof writeSync;
const open = fs.promises.open;
fs.promises.open = (async (...args: Parameters<typeof open>) => {
  const handle = await open(...args);
  const { writeFile } = handle;
  handle.writeFile = async (...given: Parameters<typeof writeFile>) => {
    refuse();
    return Reflect.apply(writeFile, handle, given);
  };
  return handle;
}) as typeof open;
const { run } = StatementSync.prototype;
StatementSync.prototype.run = function (this: StatementSync, ...args: Parameters<typeof run>) {
  if (existsSync(marker))
    throw Object.assign(new Error('database or disk is full'), { errcode: 13, code: 'ERR_SQLITE_ERROR' });
  return Reflect.apply(run, this, args);
} as typeof run;
syncBuiltinESMExports();
