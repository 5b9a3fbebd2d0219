import { connect } from 'node:net';
import { openApiDocument } from '../../src/apps/server/app.ts';

/** What came of the requests of a fuzz run. */
export interface FuzzResult {
  sent: number;
  /** How many were of each kind. */
  kinds: Record<string, number>;
  /** How many were answered with each status; `closed` for those that were cut off without one. */
  statuses: Record<string, number>;
  /** Answers that a server must not give, with the request they came to. */
  wrong: string[];
}

export interface FuzzOptions {
  port: number;
  token: string;
  count: number;
  seed: number;
  /** Requests at once. */
  width: number;
  /** The bodies that are too large are larger than this, bytes. */
  bodyBytes: number;
  /** How long one may take at most, ms; then the server held it for too long. */
  patienceMs: number;
}

const PATHS = Object.entries(openApiDocument().paths ?? {}).flatMap(([url, methods]) =>
  Object.keys(methods).map((method) => [method.toUpperCase(), url] as const),
);

/** Sends malformed, oversized and slow requests from many sockets. The same seed sends the same. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { seed, count, width } = options;
  const figure = figures(seed);
  const result: FuzzResult = { sent: 0, kinds: {}, statuses: {}, wrong: [] };
  const worker = async () => {
    while (result.sent < count) {
      result.sent++;
      const { kind, parts } = attack(figure, options);
      result.kinds[kind] = (result.kinds[kind] ?? 0) + 1;
      const said = await exchange(parts, options);
      const status = /^HTTP\/1\.1 (\d{3})/.exec(said)?.[1] ?? (said === '' ? 'closed' : 'nonsense');
      result.statuses[status] = (result.statuses[status] ?? 0) + 1;
      const leaks = /\bat \w+ \(|node_modules|\.ts:\d/.test(said);
      // 501 would be an answer to a transfer coding nobody knows; all else of the 500s is a defect.
      if (leaks || status === 'nonsense' || /^5/.test(status) || said === 'LATE')
        result.wrong.push(`${kind}: ${JSON.stringify(String(parts[0]).slice(0, 200))} → ${said.slice(0, 200)}`);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return result;
}

type Figure = (most: number) => number;
type Attack = (figure: Figure, options: FuzzOptions) => readonly (string | Buffer)[];

const ATTACKS: Record<string, Attack> = {
  garbage: (figure) => [bytes(figure, 1 + figure(400))],
  'request line': (figure, o) => [
    `${pick(figure, ['GET', 'G E T', 'TRACE', 'CONNECT', '', 'GET\0', 'PROPFIND'])} ${target(figure)} ${pick(figure, ['HTTP/1.1', 'HTTP/9.9', 'HTTP/0.9', 'http', ''])}\r\n${heads(o)}\r\n\r\n`,
  ],
  'header bytes': (figure, o) => [
    `GET ${target(figure)} HTTP/1.1\r\n${heads(o)}\r\nx-${bytes(figure, 20).toString('latin1')}: ${bytes(figure, 40).toString('latin1')}\r\n\r\n`,
  ],
  'large headers': (figure, o) => [
    `GET /v1/runs HTTP/1.1\r\n${heads(o)}\r\nx-large: ${'y'.repeat(17_000 + figure(20_000))}\r\n\r\n`,
  ],
  'many headers': (_, o) => [`GET /v1/runs HTTP/1.1\r\n${heads(o)}\r\n${'a: b\r\n'.repeat(900)}\r\n`],
  'two lengths': (_, o) => [
    `POST /v1/runs HTTP/1.1\r\n${heads(o)}\r\ncontent-type: application/json\r\ncontent-length: 2\r\ncontent-length: 40\r\n\r\n{}`,
  ],
  'length and chunks': (_, o) => [
    `POST /v1/runs HTTP/1.1\r\n${heads(o)}\r\ncontent-type: application/json\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/runs HTTP/1.1\r\n\r\n`,
  ],
  'bad chunks': (figure, o) => [
    `POST /v1/estimate HTTP/1.1\r\n${heads(o)}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
    `${pick(figure, ['zz', '-1', 'ffffffffffff', '5;x=y', ''])}\r\nhello\r\n`,
  ],
  'broken JSON': (figure, o) => [posted(figure, o, bytes(figure, figure(300)))],
  'other JSON': (figure, o) => [posted(figure, o, Buffer.from(JSON.stringify(value(figure, 4))))],
  'deep JSON': (figure, o) => [
    posted(figure, o, Buffer.from(pick(figure, ['[', '{"a":']).repeat(5_000 + figure(5_000)))),
  ],
  'large body, said': (figure, o) => [
    `POST ${postPath(figure)} HTTP/1.1\r\n${heads(o)}\r\ncontent-type: application/json\r\ncontent-length: ${o.bodyBytes * 9 + 1}\r\n\r\n`,
    'x'.repeat(1_000),
  ],
  'large body, chunked': (_, o) => [
    `POST /v1/runs HTTP/1.1\r\n${heads(o)}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
    ...Array.from({ length: 4 }, () => {
      const part = 'x'.repeat(Math.ceil(o.bodyBytes / 3));
      return `${part.length.toString(16)}\r\n${part}\r\n`;
    }),
  ],
  'slow headers': (figure) => [
    'GET /v1/health HTTP/1.1\r\nhost: 127.0.0.1\r\n',
    ...Array.from({ length: figure(3) }, () => 'x-a: b\r\n'),
  ],
  'slow body': (figure, o) => [
    `POST ${postPath(figure)} HTTP/1.1\r\n${heads(o)}\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n`,
    '{"featureRequest":',
  ],
  silence: () => [''],
  'bad token': (figure, o) => [
    `GET /v1/runs HTTP/1.1\r\nhost: 127.0.0.1:${o.port}\r\nauthorization: ${pick(figure, ['Bearer', 'Basic', ''])} ${bytes(figure, 20).toString('hex')}\r\nconnection: close\r\n\r\n`,
  ],
  'bad host': (figure) => [
    `GET /v1/runs HTTP/1.1\r\nhost: ${pick(figure, ['', 'a b', '[::1', 'evil.example', ':', '127.0.0.1:99999', '%00', 'a'.repeat(3_000)])}\r\nconnection: close\r\n\r\n`,
  ],
  'no host': () => ['GET /v1/health HTTP/1.1\r\nconnection: close\r\n\r\n', ''],
  'old protocol': () => ['GET /v1/health HTTP/1.0\r\n\r\n'],
  'odd parameters': (figure, o) => [
    `GET /v1/runs?limit=${pick(figure, ['-1', '1e9', 'NaN', '%00', '999999999999999999999', '1&limit=2'])}&after=${pick(figure, ['..%2f..', '%ff', '', 'x'])} HTTP/1.1\r\n${heads(o)}\r\n\r\n`,
  ],
  'odd event id': (figure, o) => [
    `GET /v1/runs/20261122-130501-3fa9/events HTTP/1.1\r\n${heads(o)}\r\nlast-event-id: ${pick(figure, ['-1', 'x', '1.5', '9'.repeat(40), ''])}\r\n\r\n`,
  ],
  'odd key': (figure, o) => [
    `POST /v1/runs HTTP/1.1\r\n${heads(o)}\r\nidempotency-key: ${'k'.repeat(figure(600))}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}`,
  ],
  pipelined: (figure, o) => [
    Array.from({ length: 2 + figure(20) }, () => `GET /v1/health HTTP/1.1\r\nhost: 127.0.0.1:${o.port}\r\n\r\n`).join(
      '',
    ),
    `GET /v1/nothing HTTP/1.1\r\n${heads(o)}\r\n\r\n`,
  ],
  upgrade: (_, o) => [
    `GET /v1/runs HTTP/1.1\r\nhost: 127.0.0.1:${o.port}\r\nauthorization: Bearer ${o.token}\r\nconnection: upgrade, close\r\nupgrade: websocket\r\n\r\n`,
  ],
  expect: (_, o) => [`POST /v1/runs HTTP/1.1\r\n${heads(o)}\r\nexpect: ${'200-nothing'}\r\ncontent-length: 0\r\n\r\n`],
};

function attack(figure: Figure, options: FuzzOptions): { kind: string; parts: readonly (string | Buffer)[] } {
  const kinds = Object.keys(ATTACKS);
  const kind = kinds[figure(kinds.length)] ?? 'garbage';
  return { kind, parts: ATTACKS[kind]?.(figure, options) ?? [] };
}

/** What came back until the server closed, or `LATE` when it held on for too long. */
function exchange(parts: readonly (string | Buffer)[], { port, patienceMs }: FuzzOptions): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let said = '';
    const end = (text: string) => {
      clearTimeout(late);
      socket.destroy();
      resolve(text);
    };
    const late = setTimeout(() => end('LATE'), patienceMs);
    socket.on('data', (chunk) => {
      if (said.length < 4_000) said += chunk.toString('latin1');
      if (said.includes('\r\n\r\n') && /connection: close/i.test(said)) socket.end();
    });
    socket.on('error', () => end(said)).on('close', () => end(said));
    socket.on('connect', () => {
      for (const part of parts) socket.write(part);
    });
  });
}

const heads = ({ port, token }: FuzzOptions) =>
  `host: 127.0.0.1:${port}\r\nauthorization: Bearer ${token}\r\nconnection: close`;
const postPath = (figure: Figure) =>
  pick(
    figure,
    PATHS.filter(([method]) => method === 'POST').map(([, url]) => url),
  );

/** A body no start can be made of: `featureRequest` is never a text. */
function posted(figure: Figure, options: FuzzOptions, body: Buffer): Buffer {
  const head = `POST ${postPath(figure).replace('{run}', '20261122-130501-3fa9')} HTTP/1.1\r\n${heads(options)}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

function target(figure: Figure): string {
  const [, url = '/'] = PATHS[figure(PATHS.length)] ?? [];
  return pick(figure, [
    url,
    `${url}/..%2f`,
    `//${url}`,
    `${url}?${'a=b&'.repeat(figure(200))}`,
    '*',
    'http://evil.example/',
    '\\',
    `/${'x'.repeat(figure(9_000))}`,
    '/%zz',
    '/v1/runs/%00/plan',
  ]);
}

function value(figure: Figure, depth: number): unknown {
  const kind = figure(depth > 0 ? 8 : 5);
  if (kind === 0) return null;
  if (kind === 1) return figure(2) === 0;
  if (kind === 2) return pick(figure, [0, -1, 1e308, 0.1, Number.MAX_SAFE_INTEGER]);
  if (kind < 5) return bytes(figure, figure(30)).toString('latin1');
  if (kind === 5) return Array.from({ length: figure(5) }, () => value(figure, depth - 1));
  const names = [
    'featureRequest',
    'repository',
    'plan',
    'planRun',
    'webhook',
    'answers',
    'question',
    '__proto__',
    'constructor',
    'budgetUsd',
    '',
  ];
  return Object.fromEntries(
    Array.from({ length: figure(6) }, () => [pick(figure, names), value(figure, depth - 1)]).map(([name, it]) => [
      name,
      name === 'featureRequest' ? [it] : it,
    ]),
  );
}

function figures(seed: number): Figure {
  let state = seed >>> 0;
  return (most) => {
    // Mulberry32: small, and the same everywhere.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, most);
  };
}

function bytes(figure: Figure, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => figure(256)));
}

function pick<T>(figure: Figure, from: readonly T[]): T {
  return from[figure(from.length)] as T;
}
