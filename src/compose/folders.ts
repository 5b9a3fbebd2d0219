import { homedir } from 'node:os';
import path from 'node:path';

/** Where Tercet keeps what is not in a repository. */
export interface Folders {
  /** The person's configuration file. */
  config: string;
  /** Ledger and runs. */
  data: string;
}

/** `TERCET_HOME` puts both under one folder; otherwise the XDG base directories, with their defaults. */
export function foldersOf(env: NodeJS.ProcessEnv): Folders {
  if (env.TERCET_HOME !== undefined && env.TERCET_HOME !== '') {
    const home = path.resolve(env.TERCET_HOME);
    return { config: path.join(home, 'config.yaml'), data: path.join(home, 'data') };
  }
  const home = env.HOME ?? homedir();
  return {
    config: path.join(env.XDG_CONFIG_HOME || path.join(home, '.config'), 'tercet', 'config.yaml'),
    data: path.join(env.XDG_DATA_HOME || path.join(home, '.local', 'share'), 'tercet'),
  };
}
