import path from 'node:path';
import { systemClock } from '../adapters/clock/system.ts';
import { openLedger } from '../adapters/ledger/sqlite.ts';
import { openRefusedKeys } from '../adapters/refused-keys/files.ts';
import { openStore } from '../adapters/store/files.ts';
import { openRepository } from '../adapters/workspace/git/open.ts';
import { type Redactor, redactor } from '../handoff/redact.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { RefusedKeys } from '../ports/refused-keys.ts';
import type { RunStore } from '../ports/store.ts';
import type { Repository } from '../ports/workspace.ts';
import { buildCatalogue, type Catalogue } from '../pricing/catalogue.ts';
import { Providers } from '../workflow/calls/breaker.ts';
import { guardStore } from './agents/guards.ts';
import { keysInUse } from './agents/keys.ts';
import { type Config, readConfig } from './config/read-config.ts';
import { type Folders, foldersOf } from './folders.ts';
import { findHome, sayWhere } from './runs/moved.ts';

export { branchName, newRunId } from './runs/run-names.ts';

/** The process around a run, passed in so that tests and the library own it. */
export interface Host {
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** The machine's unless told. */
  clock?: Clock;
  /** How the providers are, as far as this process knows; shared by all its runs unless told. */
  providers?: Providers;
  /** The repository of `cwd` where it is being opened already; see {@link openAhead}. */
  repository?: Promise<Repository>;
}

const providersOfThisProcess = new Providers();

/** Everything that is opened once per command: repository, configuration, ledger and runs. */
export interface Session {
  host: Host;
  folders: Folders;
  config: Config;
  repository: Repository;
  catalogue: Catalogue;
  ledger: Ledger;
  store: RunStore;
  refusedKeys: RefusedKeys;
  clock: Clock;
  providers: Providers;
  /** Takes the keys of this environment out of whatever is stored or shown. */
  redactor: Redactor;
  /** Where the repository was when its runs were made; null unless it was found to have moved just now. */
  movedFrom: string | null;
  close(): Promise<void>;
}

/** Opens what a command needs in a repository. @throws TercetError `repository`, `config`, `storage`. */
export async function openSession(host: Host): Promise<Session> {
  const folders = foldersOf(host.env);
  const opened = await (host.repository ?? openRepository(host.cwd, { env: host.env }));
  const { key, movedFrom } = await findHome(folders.data, opened);
  const repository = { ...opened, key };
  const config = await readConfig(folders, repository.root);
  const ledger = await openLedgerOf(folders);
  const keys = redactor(keysInUse(host.env, config.user));
  return {
    host,
    folders,
    config,
    repository,
    catalogue: catalogueOf(config),
    ledger,
    store: guardStore(sayWhere(openStore(path.join(folders.data, 'repositories', key)), folders.data), keys),
    refusedKeys: refusedKeysOf(folders),
    clock: host.clock ?? systemClock,
    providers: host.providers ?? providersOfThisProcess,
    redactor: keys,
    movedFrom,
    close: () => ledger.close(),
  };
}

/** The top folder of the repository a command was started in. */
export async function repositoryRoot(host: Host): Promise<string> {
  return (await openRepository(host.cwd, { env: host.env })).root;
}

export function openLedgerOf(folders: Folders): Promise<Ledger> {
  return openLedger(path.join(folders.data, 'ledger.db'));
}

export function refusedKeysOf(folders: Folders): RefusedKeys {
  return openRefusedKeys(path.join(folders.data, 'refused-keys'));
}

/** The catalogue with the person's own prices; theirs win. */
export function catalogueOf(config: Config): Catalogue {
  return buildCatalogue(config.user.prices ?? []);
}
