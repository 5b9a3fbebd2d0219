import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { record } from './model-server/json.ts';
import type { Fault, Reply, ScriptCall } from './model-server/types.ts';

/** What one answer does beyond what every model server's can: how it states its cost, and where it lies. */
export interface MindStudioReply extends Omit<Reply, 'fault'> {
  fault?: Fault | { kind: 'elsewhere'; status?: number; url?: string };
  /** The cost header as sent; `3.25` unless told, left out when null. */
  credits?: string | null;
  /** `x-mindstudio-billing-events` as sent. */
  events?: string;
  /** A structured answer comes as an object instead of as text. */
  asObject?: boolean;
}

export interface MindStudioCall {
  path: string;
  key: string;
  step: Record<string, unknown>;
  headers: Record<string, string | string[] | undefined>;
  /** The client hung up before it was answered. */
  aborted: boolean;
}

export interface MindStudioServer extends AsyncDisposable {
  url: string;
  log: MindStudioCall[];
  close(): Promise<void>;
}

export const MINDSTUDIO_KEY = 'ms-test-0123456789abcdef';

const MODELS = [
  { id: 'claude-haiku-5-5', name: 'Claude Haiku 5.5', type: 'llm_chat', tags: 'fast' },
  { id: 'gpt-6.1-sol', name: 'GPT 6.1 Sol', type: 'llm_chat', tags: 'strong,reasoning' },
  { id: 'house-model', name: 'House model', type: 'llm_chat', tags: '' },
];

/**
 * MindStudio's API as its SDK uses it, on loopback: the step `userMessage`, the list of models and the estimate of a step's
 * cost. What the real API refuses (a wrong key, a step without its fields) is answered so without asking the script.
 */
export async function startMindStudio(
  script: (call: ScriptCall) => MindStudioReply | Promise<MindStudioReply>,
): Promise<MindStudioServer> {
  const log: MindStudioCall[] = [];
  const kept = new Map<string, string>();
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(JSON.stringify({ message: String(error) }));
    });
  });
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const path = request.url ?? '/';
    if (kept.has(path)) return response.end(kept.get(path));
    const key = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    if (key !== MINDSTUDIO_KEY) return send(response, 401, { message: 'API key has expired', code: 'unauthorized' });
    if (path === '/developer/v2/helpers/models-summary/llm_chat') return send(response, 200, { models: MODELS });
    const body = record(JSON.parse((await bodyOf(request)) || '{}'));
    if (path === '/developer/v2/helpers/step-cost-estimate') {
      const model = String(record(record(body.step).modelOverride).model);
      if (model === 'house-model') return send(response, 200, { costType: 'unknown', estimates: [] });
      const estimates = [
        { eventType: 'prompt', label: 'Prompt tokens', unitPrice: 1250, unitType: 'token' },
        { eventType: 'response', label: 'Response tokens', unitPrice: 10_000, unitType: 'token' },
      ];
      return send(response, 200, { costType: 'metered', estimates });
    }
    if (path !== '/developer/v2/steps/userMessage/execute') return send(response, 404, { message: 'no such path' });
    const step = record(body.step);
    const call: MindStudioCall = { path, key, step, headers: request.headers, aborted: false };
    log.push(call);
    response.on('close', () => {
      call.aborted = !response.writableFinished;
    });
    const { model, temperature, maxResponseTokens, preamble } = record(step.modelOverride);
    if (typeof step.message !== 'string' || typeof model !== 'string')
      return send(response, 400, { message: 'bad step' });
    if (typeof temperature !== 'number' || typeof maxResponseTokens !== 'number')
      return send(response, 400, { message: 'bad model override' });
    const reply = await script({
      provider: 'openai-chat',
      model,
      system: String(preamble ?? ''),
      messages: [{ role: 'user', text: step.message }],
      tools: [],
      schema: step.structuredOutputExample ?? null,
      index: log.length - 1,
      body,
    });
    if (reply.delayMs !== undefined) await sleep(reply.delayMs, undefined, { ref: false });
    answer(response, reply, log.length - 1);
  };
  const answer = (response: ServerResponse, reply: MindStudioReply, index: number): unknown => {
    const { fault, credits = '3.25' } = reply;
    if (fault?.kind === 'status')
      return send(response, fault.status, fault.body ?? { message: 'scripted' }, fault.headers);
    if (fault?.kind === 'disconnect') return response.destroy();
    const headers = {
      'x-mindstudio-app-id': 'app-1',
      'x-mindstudio-thread-id': `thread-${index}`,
      'x-request-id': `req-${index}`,
      'x-ratelimit-remaining': '99',
      ...(credits === null ? {} : { 'x-mindstudio-billing-cost': credits }),
      ...(reply.events === undefined ? {} : { 'x-mindstudio-billing-events': reply.events }),
    };
    if (fault?.kind === 'html') {
      response.writeHead(200, { 'content-type': 'text/html' });
      return response.end('<!doctype html><title>Sign in</title>');
    }
    const text = reply.text ?? (reply.object === undefined ? '' : JSON.stringify(reply.object));
    const output = {
      content: reply.asObject === true ? reply.object : fault?.kind === 'huge' ? 'x'.repeat(5e6) : text,
    };
    if (fault?.kind === 'bad-json') {
      response.writeHead(200, { 'content-type': 'application/json', ...headers });
      return response.end(JSON.stringify({ output }).slice(0, -3));
    }
    if (fault?.kind === 'elsewhere') {
      const path = `/kept/${index}`;
      if (fault.status === undefined) kept.set(path, JSON.stringify({ value: output }));
      return send(response, 200, { outputUrl: fault.url ?? `${url()}${path}` }, headers);
    }
    return send(response, 200, { output }, headers);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: url(), log, close, [Symbol.asyncDispose]: close };
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): unknown {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  return response.end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}
