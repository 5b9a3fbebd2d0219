import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Usage } from '../../../src/contract/usage.ts';
import { anthropic } from './anthropic.ts';
import { Billing, outputOf } from './billing.ts';
import { writeFrames } from './faults.ts';
import { google } from './google.ts';
import { record } from './json.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import type { Answer, Dialect, Fault, ParsedRequest, Provider, Reply, Script, ServedCall } from './types.ts';

export type { Fault, Reply, Script, ServedCall } from './types.ts';

export interface ModelServer {
  /** Without a path: `/v1` for Anthropic and OpenAI, `/v1beta` for Google. */
  url: string;
  log: ServedCall[];
  close(): Promise<void>;
}

const DIALECTS: Record<Provider, Dialect> = { anthropic, openai: openaiResponses, 'openai-chat': openaiChat, google };

/**
 * A model server on loopback that speaks the providers' protocols byte by byte and bills as they do. The script decides
 * each answer; what the real API refuses is answered 400 without asking it. `GET /log` gives the log as JSON.
 * `minimumCachedTokens`: the least a cached prefix has; the providers' real 1,024 unless told.
 */
export async function startModelServer(
  script: Script,
  options: { minimumCachedTokens?: number } = {},
): Promise<ModelServer> {
  const log: ServedCall[] = [];
  const billing = new Billing(options.minimumCachedTokens ?? 1024);
  const server = createServer((request, response) => {
    serve(request, response, script, billing, log).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`model server: ${error instanceof Error ? error.stack : String(error)}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    log,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  script: Script,
  billing: Billing,
  log: ServedCall[],
): Promise<void> {
  const path = request.url ?? '/';
  if (request.method === 'GET' && path === '/log') return sendJson(response, 200, log);
  const provider = providerOf(path);
  if (provider === null || request.method !== 'POST')
    return sendJson(response, 404, { error: { message: 'no such path' } });
  const dialect = DIALECTS[provider];
  const body = record(JSON.parse(await bodyOf(request)));
  const parsed = dialect.parse(body, path);
  const call: ServedCall = {
    index: log.length,
    provider,
    path,
    requestedModel: parsed.model,
    servedModel: parsed.model,
    usage: null,
    status: 200,
    fault: null,
    body,
    headers: masked(request),
    at: new Date().toISOString(),
  };
  log.push(call);
  const refuse = (status: number, message: string) => {
    call.status = status;
    sendJson(response, status, dialect.error(status, message), call.index);
  };
  if (provider !== 'openai-chat' && !hasKey(request)) return refuse(401, 'invalid x-api-key');
  if (parsed.refused !== null) return refuse(400, parsed.refused);

  const { system, messages, tools, schema, model } = parsed;
  const reply = await script({ provider, model, system, messages, tools, schema, index: call.index, body });
  if (reply.delayMs !== undefined) await sleep(reply.delayMs);
  const { fault = null } = reply;
  call.fault = fault?.kind ?? null;
  if (fault?.kind === 'status') {
    call.status = fault.status;
    return sendJson(
      response,
      fault.status,
      fault.body ?? dialect.error(fault.status, 'scripted failure'),
      call.index,
      fault.headers,
    );
  }
  if (fault?.kind === 'html') {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><title>Sign in</title><p>Please sign in to the network.</p>');
    return;
  }
  const input = billing.input(provider, parsed);
  const answer = answerOf(reply, parsed, call.index, input);
  call.servedModel = answer.model;
  call.usage = billed(reply, answer, input, fault);
  if (!parsed.stream) return sendJson(response, 200, dialect.whole(answer), call.index);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': requestId(call.index) });
  await writeFrames(response, dialect, dialect.frames(answer), fault);
}

function answerOf(
  reply: Reply,
  request: ParsedRequest,
  index: number,
  input: Omit<Usage, 'output' | 'reasoning'>,
): Answer {
  const object = reply.object === undefined ? null : JSON.stringify(reply.object);
  const asTool = object !== null && request.objectTool !== null;
  const calls = (reply.toolCalls ?? []).map((call, at) => ({
    id: call.id ?? `toolu_${index}_${at}`,
    name: call.name,
    args: typeof call.input === 'string' ? call.input : JSON.stringify(call.input),
    freeform: call.freeform === true,
  }));
  if (asTool)
    calls.push({ id: `toolu_${index}_json`, name: request.objectTool ?? 'json', args: object, freeform: false });
  const answer = {
    id: `${index}`.padStart(6, '0'),
    model: reply.servedModel ?? request.model,
    thinking: reply.thinking ?? '',
    text: reply.text ?? (asTool ? '' : (object ?? '')),
    calls,
    stop: reply.stop ?? (calls.length > 0 ? ('tools' as const) : ('stop' as const)),
    request,
  };
  const usage = reply.usage === 'missing' ? null : { ...input, ...outputOf(answer), ...reply.usage };
  return { ...answer, usage };
}

/** What the provider charges, which it also does when it forgets to say so or the stream breaks. */
function billed(
  reply: Reply,
  answer: Answer,
  input: Omit<Usage, 'output' | 'reasoning'>,
  fault: Fault | null,
): Usage | null {
  if (fault?.kind === 'error-event' && fault.when === 'first') return null;
  return answer.usage ?? { ...input, ...outputOf(answer), ...(reply.usage === 'missing' ? {} : reply.usage) };
}

function providerOf(path: string): Provider | null {
  const { pathname } = new URL(path, 'http://loopback');
  if (pathname.endsWith('/messages')) return 'anthropic';
  if (pathname.endsWith('/chat/completions')) return 'openai-chat';
  if (pathname.endsWith('/responses')) return 'openai';
  return /:(streamG|g)enerateContent$/.test(pathname) ? 'google' : null;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const SECRET = ['authorization', 'x-api-key', 'x-goog-api-key'];

function hasKey(request: IncomingMessage): boolean {
  return SECRET.some((name) => !['', 'Bearer', 'undefined'].includes(String(request.headers[name] ?? '').trim()));
}

function masked(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return Object.fromEntries(entries.map(([name = '', value = '']) => [name, SECRET.includes(name) ? '***' : value]));
}

function requestId(index: number): string {
  return `req_${String(index).padStart(6, '0')}`;
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  index = 0,
  headers: Record<string, string> = {},
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': requestId(index), ...headers });
  response.end(text);
}
