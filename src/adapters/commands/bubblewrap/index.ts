import { realpath } from 'node:fs/promises';
import type { Commands } from '../../../ports/commands.ts';
import { commandsBy } from '../commands.ts';
import { commandEnvironment } from '../environment.ts';
import { HOME, TEMPORARY } from './arguments.ts';
import { gitFolders } from './git-folders.ts';
import { LIMITS, type Limits } from './limits.ts';
import { holdsHome, namedFolders, packageFolders, programFolders, type Shown } from './readable.ts';
import { runInside } from './run.ts';

export interface BubblewrapOptions {
  /** The program, by its full path: see `findBubblewrap`. */
  program: string;
  /** Where programs are found. Nothing else of the environment is passed on. */
  path: string | undefined;
  /** Lets commands reach the network, and every server of this machine. */
  network?: boolean;
  /** More folders that can be read. */
  read?: readonly string[];
  limits?: Limits;
}

/**
 * Runs commands in bubblewrap: they can write the working tree and nothing else, read the system's programs and
 * nothing of the person's, reach no network, and end with every process they started. A command that cannot be
 * confined is not run (126).
 */
export function bubblewrapCommands(options: BubblewrapOptions): Commands {
  const { network = false, limits = LIMITS } = options;
  let programs: Promise<Shown[]> | undefined;
  return commandsBy(network ? 'bubblewrap, with network' : 'bubblewrap', async (command, given) => {
    const tree = await realpath(given.cwd);
    if (holdsHome(tree)) throw new Error(`${tree} holds your home, so a command there could not be confined`);
    programs ??= Promise.all([programFolders(options.path), namedFolders(options.read ?? [])]).then((all) =>
      all.flat(),
    );
    const [readable, packages, git] = await Promise.all([programs, packageFolders(tree), gitFolders(tree)]);
    return runInside(
      options.program,
      command,
      { tree, readable: readable.concat(packages), git, network, limits },
      { ...given, env: commandEnvironment(options.path, tree, HOME, TEMPORARY) },
    );
  });
}
