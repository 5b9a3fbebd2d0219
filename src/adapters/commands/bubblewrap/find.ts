import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { searchPath } from '../environment.ts';
import { LIMITS } from './limits.ts';
import { runInside } from './run.ts';

/** Whether commands can be confined on this machine, and if not, why. */
export type Found = { program: string } | { program: null; why: string };

/** A probe starts in about 20 ms; one that needs longer than this does not work. */
const PROBE_MS = 5000;
/** Before PATH: `npm run` puts the repository's own programs first there. */
const FOLDERS = ['/usr/bin', '/usr/local/bin', '/bin', '/run/wrappers/bin', '/run/current-system/sw/bin'];

const known = new Map<string, Promise<Found>>();

/** Looks for bubblewrap and starts it once with everything a command gets; asked again, the answer is known. */
export function findBubblewrap(path: string | undefined): Promise<Found> {
  const key = path ?? '';
  const found = known.get(key) ?? probe(path);
  known.set(key, found);
  return found;
}

async function probe(path: string | undefined): Promise<Found> {
  if (process.platform !== 'linux') return { program: null, why: `bubblewrap does not exist for ${process.platform}` };
  const program = await locate(path);
  if (program === null) return { program: null, why: 'bubblewrap is not installed' };
  const inside = { tree: null, readable: [], git: { readable: [], replaced: [] }, network: false, limits: LIMITS };
  const { signal } = new AbortController();
  try {
    const options = { env: { PATH: '/usr/bin:/bin' }, timeoutMs: PROBE_MS, maxOutputBytes: 1000, signal };
    const { exitCode, output } = await runInside(program, 'echo inside', inside, options);
    if (exitCode === 0 && output === 'inside\n') return { program };
    return { program: null, why: `${program} does not work here: it ended with ${exitCode}: ${output.trim()}` };
  } catch (error) {
    return { program: null, why: `${program} does not work here: ${(error as Error).message}` };
  }
}

async function locate(path: string | undefined): Promise<string | null> {
  const folders = [...FOLDERS, ...searchPath(path).filter((folder) => !folder.split('/').includes('node_modules'))];
  for (const folder of folders) {
    const program = join(folder, 'bwrap');
    const runs = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return program;
  }
  return null;
}
