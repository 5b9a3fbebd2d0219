import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Script, startModelServer } from './server.ts';

/**
 * The model server as a process of its own: `node main.ts SCRIPT [MINIMUM_CACHED_TOKENS]`. SCRIPT is a module whose
 * default export is the script. Prints `{"url": …}` as one line, serves until it is told to end by a signal; the log is
 * at `GET /log`.
 */
const [script, minimum] = process.argv.slice(2);
if (script === undefined) {
  process.stderr.write('usage: node main.ts SCRIPT [MINIMUM_CACHED_TOKENS]\n');
  process.exit(2);
}
const module = (await import(pathToFileURL(resolve(script)).href)) as { default: Script };
const server = await startModelServer(
  module.default,
  minimum === undefined ? {} : { minimumCachedTokens: Number(minimum) },
);
process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);
const end = () => void server.close().then(() => process.exit(0));
process.once('SIGTERM', end);
process.once('SIGINT', end);
