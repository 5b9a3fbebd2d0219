import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { type Served, serveApi } from './app.ts';
import type { ApiHost } from './host.ts';

/** How long what is still being said may take when the server stops, ms. */
const GOODBYE_MS = 3_000;
const LARGEST_HEADERS = 16_384;

/** A server that listens. */
export interface Listening extends Served {
  port: number;
  /** As in {@link Served}, and no connection is left. */
  close(why: string): Promise<void>;
}

/**
 * Serves the API on an address of this machine; port 0 takes any free one. The names of `host.hosts` without a port hold for
 * the port it gets. @throws what the system refuses, e.g. a port that is taken.
 */
export async function listen(host: ApiHost, at: { host: string; port: number }): Promise<Listening> {
  const served = serveApi(host);
  const { limits } = host;
  const server = createAdaptorServer({
    fetch: served.app.fetch,
    // The globals of a process that runs more than this server stay as they are.
    overrideGlobalObjects: false,
    createServer,
    serverOptions: {
      maxHeaderSize: LARGEST_HEADERS,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.min(limits.headersMs, 1_000),
      keepAliveTimeout: 5_000,
    },
  }) as Server;
  server.maxConnections = limits.connections;
  server.maxHeadersCount = 100;
  // Connections that have asked nothing yet: Node does not count them as idle.
  const silent = new Set<Socket>();
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  server.listen(at.port, at.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...served,
    port,
    async close(why) {
      const closed = once(server, 'close');
      server.close();
      await served.close(why);
      for (const socket of silent) socket.destroy();
      // A connection becomes idle a little after its answer was read.
      const idle = setInterval(() => server.closeIdleConnections(), 20);
      const late = setTimeout(() => server.closeAllConnections(), GOODBYE_MS);
      await closed;
      clearInterval(idle);
      clearTimeout(late);
    },
  };
}
