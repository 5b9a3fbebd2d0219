import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';

/** What the client at the other end can do. It says so with every request, or, in the older protocol, once at the start. */
export class Client {
  readonly #server: McpServer;

  constructor(server: McpServer) {
    this.#server = server;
  }

  hasRoots(ctx: ServerContext): boolean {
    return this.#capabilities(ctx).roots !== undefined;
  }

  /** Whether it can put a form before a person. An empty declaration means forms. */
  canAsk(ctx: ServerContext): boolean {
    const { elicitation } = this.#capabilities(ctx);
    return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
  }

  #capabilities(ctx: ServerContext): ClientCapabilities {
    // The dispatcher has checked the envelope; its declared type has lost its members.
    const envelope = ctx.mcpReq.envelope as { [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities } | undefined;
    return envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? this.#server.server.getClientCapabilities() ?? {};
  }
}
