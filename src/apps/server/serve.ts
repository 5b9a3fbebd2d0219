import { isIP } from 'node:net';
import path from 'node:path';
import { foldersOf } from '../../compose/folders.ts';
import { TercetError } from '../../contract/errors.ts';
import { cleanLine } from '../../report/clean.ts';
import { budgetOf } from '../cli/budget.ts';
import { type Io, print, say } from '../cli/io.ts';
import { rootFolder } from '../runs/roots.ts';
import { type ApiHost, LIMITS } from './host.ts';
import { listen } from './listen.ts';
import { readTokens } from './read-tokens.ts';
import { webhookRule } from './webhooks/allow.ts';

export interface ServeOptions {
  host: string;
  port: string;
  root?: string[];
  tokenFile?: string;
  allowHost?: string[];
  allowOrigin?: string[];
  publicUrl?: string;
  webhookUrl?: string[];
  budget?: string;
  maxRuns: string;
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/**
 * `tercet serve`: serves the HTTP API until the process is asked to stop; then every run is ended cleanly and can be resumed.
 * The first line on stdout is its address. @throws TercetError `usage`, `config`.
 */
export async function serve(io: Io, options: ServeOptions): Promise<number> {
  const asked = stopAsked();
  const port = numberOf(options.port, '--port', 0, 65_535);
  const { tokens, made } = await readTokens(io.env, fileOf(options.tokenFile, io.cwd), foldersOf(io.env).data);
  const host = hostOf(io, options, tokens);
  const server = await listen(host, { host: options.host, port }).catch((cause: unknown) => {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === undefined) throw cause;
    throw new TercetError('usage', `It cannot listen on ${cleanLine(options.host, 200)} port ${port} (${code}).`, {
      hint: 'Give another --port, or 0 for any that is free.',
      cause,
    });
  });
  await server.desk.keys.sweep();
  const name = isIP(options.host) === 6 ? `[${options.host}]` : options.host;
  if (made !== null) say(io, `Made a token; it is in ${made} and nowhere else.`);
  if (!LOOPBACK.test(options.host)) {
    say(
      io,
      'Others on the network can reach this server, and what they send is not encrypted: put a proxy with TLS before it.',
    );
  }
  print(io, `http://${name}:${server.port}`);
  const why = await asked;
  say(io, 'Stopping: runs are ended cleanly and can be resumed.');
  await server.close(why);
  return 0;
}

function hostOf(io: Io, options: ServeOptions, tokens: ApiHost['tokens']): ApiHost {
  const publicUrl = options.publicUrl === undefined ? null : publicUrlOf(options.publicUrl);
  const urls = (options.webhookUrl ?? []).map(webhookRule);
  return {
    env: io.env,
    cwd: io.cwd,
    roots: (options.root ?? [io.cwd]).map((root) => rootFolder(root, io.cwd)),
    budgetUsd: options.budget === undefined ? null : budgetOf(options.budget),
    tokens,
    hosts: hostsOf(options, publicUrl),
    origins: new Set((options.allowOrigin ?? []).map(originOf)),
    publicUrl,
    maxRuns: numberOf(options.maxRuns, '--max-runs', 1, 1_000),
    webhooks: { urls, secret: secretOf(io.env, urls) },
    limits: LIMITS,
    log: (line) => say(io, `tercet serve: ${line}`),
  };
}

/** The names callers may use: this machine's own, the address it listens on, and what was allowed. */
function hostsOf({ host, allowHost = [] }: ServeOptions, publicUrl: string | null): ReadonlySet<string> {
  const own = LOOPBACK.test(host) ? ['127.0.0.1', 'localhost', '[::1]'] : [];
  const listened = isIP(host) === 6 ? `[${host}]` : host;
  const outside = publicUrl === null ? [] : [new URL(publicUrl).host];
  return new Set([...own, listened, ...outside, ...allowHost].map((name) => name.toLowerCase()));
}

function publicUrlOf(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '') {
    return url.href.replace(/\/+$/, '');
  }
  throw new TercetError('usage', `${JSON.stringify(given)} is not an address for --public-url.`, {
    hint: 'Give what callers use, e.g. https://tercet.example.com.',
  });
}

function originOf(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url !== null && url.origin === given.replace(/\/$/, '')) return url.origin;
  throw new TercetError('usage', `${JSON.stringify(given)} is not an origin for --allow-origin.`, {
    hint: 'Give scheme, host and port, e.g. https://app.example.com.',
  });
}

function secretOf(env: NodeJS.ProcessEnv, urls: readonly string[]): string | null {
  const secret = env.TERCET_WEBHOOK_SECRET?.trim() ?? '';
  if (urls.length === 0) return null;
  if (/^whsec_[A-Za-z0-9+/]{32,}=*$/.test(secret)) return secret;
  throw new TercetError('config', 'Webhooks need TERCET_WEBHOOK_SECRET: whsec_ and at least 24 bytes in base64.', {
    hint: 'Make one: echo "whsec_$(openssl rand -base64 32)"',
  });
}

function numberOf(value: string, flag: string, least: number, most: number): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= most) return number;
  throw new TercetError('usage', `"${value}" is not a number for ${flag}.`, {
    hint: `Give one from ${least} to ${most}.`,
  });
}

function fileOf(file: string | undefined, cwd: string): string | null {
  return file === undefined ? null : path.resolve(cwd, file);
}

function stopAsked(): Promise<string> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve('The server was asked to stop.'));
    process.once('SIGINT', () => resolve('The server was asked to stop.'));
  });
}
