/** Loaded into a command with `--import`: writes down every connection it tries to open, and lets none through. */
import { appendFileSync } from 'node:fs';
import net from 'node:net';

const file = process.env.SOCKET_LOG ?? '';
net.Socket.prototype.connect = ((...args: unknown[]): never => {
  appendFileSync(file, `${JSON.stringify(args[0] ?? null)}\n`);
  throw new Error('no connection is allowed here');
}) as never;
