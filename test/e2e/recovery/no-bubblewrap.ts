/** Loaded into a command with `--import`: bubblewrap is not found, wherever it is installed. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { access } = fs.promises;
fs.promises.access = (async (...args: Parameters<typeof access>) => {
  if (String(args[0]).endsWith('/bwrap')) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
  return access(...args);
}) as typeof access;
syncBuiltinESMExports();
