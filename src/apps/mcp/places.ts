import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { openSession, type Session } from '../../compose/compose.ts';
import { TercetError } from '../../contract/errors.ts';
import { cleanLine } from '../../report/clean.ts';
import type { Client } from './client.ts';
import type { ServerHost } from './host.ts';

/** How long what a client said of its roots counts, ms; it may not be able to say that they have changed. */
const ROOTS_FOR_MS = 60_000;

/** A repository, or what has to be asked of the client first. */
export type Opened = { session: Session; ask: null } | { session: null; ask: InputRequiredResult };
type Rooted = { roots: readonly string[]; ask: null } | { roots: null; ask: InputRequiredResult };

/**
 * Which repositories this server may work in: those of `--root`, else of the client's roots, else the one of the folder it
 * was started in. A repository counts when its top folder lies within one of them, links resolved.
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
    const folder = await folderOf(roots, named);
    const session = await openSession({ env: this.#host.env, cwd: folder });
    if (await isWithin(roots, session.repository.root)) return { session, ask: null };
    await session.close();
    throw outOfBounds(session.repository.root, roots);
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

async function folderOf(roots: readonly string[], named: string | undefined): Promise<string> {
  const [first, second] = roots;
  if (first === undefined) {
    throw new TercetError('usage', 'The client has no folder open, so there is no repository to work in.', {
      hint: 'Open one in the client, or start the server with `tercet mcp --root FOLDER`.',
    });
  }
  if (named === undefined) {
    if (second === undefined) return first;
    throw new TercetError('usage', `There are ${roots.length} roots; which repository is meant?`, {
      hint: `Name one as \`repository\`: ${shown(roots)}.`,
    });
  }
  const folder = path.resolve(first, named);
  if (await isWithin(roots, folder)) return folder;
  throw outOfBounds(folder, roots);
}

function outOfBounds(folder: string, roots: readonly string[]): TercetError {
  return new TercetError('usage', `${cleanLine(folder, 1_000)} lies outside of what the client has opened.`, {
    hint: `Only repositories within ${shown(roots)} are worked in; \`tercet mcp --root FOLDER\` says otherwise.`,
  });
}

function shown(roots: readonly string[]): string {
  return roots.map((root) => cleanLine(root, 1_000)).join(', ');
}

async function isWithin(roots: readonly string[], folder: string): Promise<boolean> {
  const real = await realpath(folder).catch(() => null);
  if (real === null) return false;
  const tops = await Promise.all(roots.map((root) => realpath(root).catch(() => null)));
  return tops.some(
    (top) => top !== null && (real === top || real.startsWith(top.endsWith(path.sep) ? top : top + path.sep)),
  );
}
