import { fileURLToPath } from 'node:url';
import {
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Session } from '../../compose/compose.ts';
import { openWithin, type ServerHost } from '../runs/roots.ts';
import type { Client } from './client.ts';

/** How long what a client said of its roots counts, ms; it may not be able to say that they have changed. */
const ROOTS_FOR_MS = 60_000;

/** A repository, or what has to be asked of the client first. */
export type Opened = { session: Session; ask: null } | { session: null; ask: InputRequiredResult };
type Rooted = { roots: readonly string[]; ask: null } | { roots: null; ask: InputRequiredResult };

/**
 * Which repositories this server may work in: those of `--root`, else of the client's roots, else the one of the folder it
 * was started in. Which of them counts, {@link openWithin} says.
 */
export class Places {
  readonly #host: ServerHost;
  readonly #client: Client;
  #told: { roots: string[]; at: number } | null = null;

  constructor(host: ServerHost, client: Client) {
    this.#host = host;
    this.#client = client;
  }

  /** The client's roots have changed. */
  forget(): void {
    this.#told = null;
  }

  /**
   * Opens the repository that `named` says, or the only root's; or gives what has to be asked of the client first.
   * @throws TercetError `usage` for a folder that is out of bounds.
   */
  async open(ctx: ServerContext, named: string | undefined): Promise<Opened> {
    const { roots, ask } = await this.#roots(ctx);
    if (roots === null) return { session: null, ask };
    return { session: await openWithin(roots, named, this.#host), ask: null };
  }

  async #roots(ctx: ServerContext): Promise<Rooted> {
    if (this.#host.roots.length > 0) return { roots: this.#host.roots, ask: null };
    if (!this.#client.hasRoots(ctx)) return { roots: [this.#host.cwd], ask: null };
    const answer = inputResponse(ctx.mcpReq.inputResponses, 'roots');
    if (answer.kind === 'roots') {
      const files = answer.roots.flatMap(({ uri }) => folderAt(uri));
      this.#told = { roots: files, at: Date.now() };
    }
    if (this.#told !== null && Date.now() - this.#told.at < ROOTS_FOR_MS) return { roots: this.#told.roots, ask: null };
    return { roots: null, ask: inputRequired({ inputRequests: { roots: inputRequired.listRoots() } }) };
  }
}

/** The folder of a root; none for what is no folder of this machine. */
function folderAt(uri: string): string[] {
  if (!URL.canParse(uri) || !/^file:\/\/\//i.test(uri) || /%2f/i.test(uri)) return [];
  return [fileURLToPath(uri)];
}
