import { keysInUse } from '../../compose/agents/keys.ts';
import { openLedgerOf } from '../../compose/compose.ts';
import { type Folders, foldersOf } from '../../compose/folders.ts';
import { type Archive, openArchive } from '../../compose/runs/archive.ts';
import { type Redactor, redactor } from '../../handoff/redact.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { LiveRun, LiveRuns } from '../runs/live-runs.ts';
import { isWithin } from '../runs/roots.ts';
import type { Shelf } from '../runs/run-state.ts';
import type { ApiHost } from './host.ts';
import { Problem } from './problem.ts';

/** A run, where it is kept, and itself while this process knows it. */
export interface FoundRun {
  id: string;
  shelf: Omit<Shelf, 'ledger'>;
  live: LiveRun | null;
}

/** The runs of the repositories within the roots: of this process, of earlier ones and of the command line. */
export class Library {
  readonly runs: LiveRuns;
  readonly keys: Redactor;
  readonly #host: Pick<ApiHost, 'roots' | 'env'>;
  readonly #archive: Archive;
  readonly #folders: Folders;
  #ledger: Promise<Ledger> | null = null;

  constructor(host: Pick<ApiHost, 'roots' | 'env'>, runs: LiveRuns) {
    this.runs = runs;
    this.#host = host;
    this.#folders = foldersOf(host.env);
    this.#archive = openArchive(this.#folders);
    this.keys = redactor(keysInUse(host.env, {}));
  }

  /** @throws Problem `not-found`, also for a run whose repository is out of bounds. */
  async find(id: string): Promise<FoundRun> {
    const live = this.runs.all().find((run) => run.id === id) ?? null;
    if (live !== null) return { id, live, shelf: this.#archive.shelfAt(live.key, live.root) };
    const shelf = await this.#archive.shelfOf(id);
    if (shelf !== null && (await isWithin(this.#host.roots, shelf.repository.root))) return { id, live, shelf };
    throw new Problem('not-found', `There is no run ${id} here.`, { hint: 'GET /v1/runs lists them.' });
  }

  /** Where the runs are that may be seen; those of one folder's repository when `root` is given. */
  async shelves(root: string | null): Promise<Omit<Shelf, 'ledger'>[]> {
    const all = await this.#archive.shelves();
    const seen = await Promise.all(
      all.map(async (shelf) => {
        const wanted = root === null || shelf.repository.root === root;
        return wanted && (await isWithin(this.#host.roots, shelf.repository.root)) ? [shelf] : [];
      }),
    );
    return seen.flat();
  }

  /** The ledger, opened once and kept open. */
  ledger(): Promise<Ledger> {
    this.#ledger ??= openLedgerOf(this.#folders);
    return this.#ledger;
  }

  /** The folder of what the server itself keeps. */
  get folder(): string {
    return this.#folders.data;
  }

  async close(): Promise<void> {
    await (await this.#ledger)?.close();
  }
}
