import net from 'node:net';

/**
 * The kill switch: no test reaches beyond loopback. A connection to anything else fails the test that made it,
 * in this process; children inherit it through NODE_OPTIONS where they are Node (see test/support/cli.ts).
 */
const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1', '[::1]']);
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
  const first = Array.isArray(args[0]) ? args[0][0] : args[0];
  const options = typeof first === 'object' && first !== null ? (first as { host?: string; path?: string }) : {};
  const host = typeof first === 'object' ? options.host : args[1];
  if (options.path === undefined && typeof host === 'string' && !LOOPBACK.has(host) && !host.startsWith('127.')) {
    throw new Error(`kill switch: a test tried to reach ${host}; tests stay on loopback`);
  }
  return Reflect.apply(connect, this, args) as net.Socket;
} as typeof connect;
