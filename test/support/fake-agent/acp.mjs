// The agent's side of a recorded ACP conversation: it says what the real program said, and waits for the client where it
// did. Ids are matched; what sets model, mode and effort is answered by rule, because clients ask for it differently.
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const SETS = new Set(['session/set_config_option', 'session/set_model', 'session/set_mode', 'authenticate']);

export async function converse({ rows, turn, index, folder, cwd, deeds }) {
  if (turn.fault === 'no-acp') {
    process.stderr.write('error: unknown command acp');
    process.exit(1);
  }
  if (turn.fault === 'mute') return wait(60_000);
  const inbox = [];
  let wake = () => {};
  let session = { sessionId: '', configOptions: [] };
  let closed = false;
  const log = (entry) =>
    appendFileSync(path.join(folder, 'conversation.ndjson'), `${JSON.stringify({ index, ...entry })}\n`);
  const send = (message) =>
    process.stdout.write(`${JSON.stringify(message).replaceAll('/home/dev/repo', cwd).replaceAll('{cwd}', cwd)}\n`);

  let rest = '';
  process.stdin.setEncoding('utf8').on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) receive(JSON.parse(line));
  });
  process.stdin.on('end', () => {
    closed = true;
    wake();
  });

  function receive(message) {
    log({ got: message });
    if (message.method !== undefined && SETS.has(message.method)) return set(message);
    inbox.push(message);
    wake();
  }

  function set({ id, method, params }) {
    const fault = turn.fault === 'rejects-settings' && method !== 'authenticate';
    if (fault) return send({ jsonrpc: '2.0', id, error: { code: -32602, message: 'Invalid params' } });
    if (method === 'session/set_config_option') {
      const { configOptions } = session;
      const option = configOptions.find((one) => one.id === params.configId);
      if (option !== undefined) option.currentValue = params.value;
      return send({ jsonrpc: '2.0', id, result: { configOptions } });
    }
    send({ jsonrpc: '2.0', id, result: {} });
  }

  /** The next message that fits; others are left for later. Never comes when the client has gone. */
  async function next(fits) {
    for (;;) {
      const at = inbox.findIndex(fits);
      if (at !== -1) return inbox.splice(at, 1)[0];
      if (closed) process.exit(0);
      await new Promise((resolve) => {
        wake = resolve;
      });
    }
  }

  const ids = new Map();
  let asked = 1000;
  const ask = async (request) => {
    const id = `ask-${asked++}`;
    send({ jsonrpc: '2.0', id, ...request });
    const { result, error } = await next((message) => message.method === undefined && message.id === id);
    log({ asked: request.method, ...(error === undefined ? { result } : { error }) });
    return { result, error };
  };

  for (const [at, { dir, m }] of rows.entries()) {
    if (m === undefined) continue;
    const isSet = m.method !== undefined && SETS.has(m.method);
    if (dir === 'C>A' && isSet) {
      ids.set(`skip ${m.id}`, true);
      continue;
    }
    if (dir === 'C>A' && m.method !== undefined) {
      const message = await next(({ method }) => method === m.method);
      ids.set(m.id, message.id);
      if (m.method === 'initialize' && turn.fault === 'old') {
        send({ jsonrpc: '2.0', id: message.id, result: { protocolVersion: 0, authMethods: [] } });
        continue;
      }
      if (m.method === 'session/new' && turn.fault === 'logged-out') {
        send({ jsonrpc: '2.0', id: message.id, error: { code: -32000, message: 'Authentication required' } });
        continue;
      }
      if (m.method === 'session/prompt') {
        await deeds();
        await misbehave(message.id);
      }
      continue;
    }
    if (dir === 'C>A') {
      const { result, error } = await next((message) => message.method === undefined && message.id === m.id);
      log({ answered: m.id, ...(error === undefined ? { result } : { error }) });
      continue;
    }
    if (m.method !== undefined) {
      if (turn.answer !== undefined && m.params?.update?.sessionUpdate === 'agent_message_chunk') continue;
      send(m);
      continue;
    }
    // An answer of the agent.
    if (ids.has(`skip ${m.id}`)) {
      ids.delete(`skip ${m.id}`);
      continue;
    }
    if (!ids.has(m.id)) continue;
    if (m.result?.sessionId !== undefined) session = structuredClone({ configOptions: [], ...m.result });
    const isLast = m.result?.stopReason !== undefined;
    if (isLast) await lastWords();
    const result = isLast && turn.stopReason !== undefined ? { ...m.result, stopReason: turn.stopReason } : m.result;
    send({ jsonrpc: '2.0', id: ids.get(m.id), ...(m.error === undefined ? { result } : { error: m.error }) });
    ids.delete(m.id);
    if (isLast && turn.late !== undefined) {
      for (const request of turn.late) send({ jsonrpc: '2.0', id: `late-${at}`, ...request });
    }
  }
  // A server: it stays until its input is closed.
  if (turn.stays === true) await wait(60_000);
  if (turn.hang !== true) {
    while (!closed) {
      await new Promise((resolve) => {
        wake = resolve;
      });
    }
    process.exit(turn.exit ?? 0);
  }

  async function lastWords() {
    for (const request of turn.asks ?? []) {
      const { method, params } = request;
      const update = (sessionUpdate) => ({
        jsonrpc: '2.0',
        method: 'session/update',
        params: { sessionId: session.sessionId, update: sessionUpdate },
      });
      if (method === undefined) send(update(request));
      else await ask({ method, params: { sessionId: session.sessionId, ...params } });
    }
    if (turn.answer === undefined) return;
    const text = typeof turn.answer === 'string' ? turn.answer : JSON.stringify(turn.answer);
    const content = { type: 'text', text };
    const update = { sessionUpdate: 'agent_message_chunk', content, messageId: 'the-answer' };
    send({ jsonrpc: '2.0', method: 'session/update', params: { sessionId: session.sessionId, update } });
  }

  /** What a broken agent does instead of its work. */
  async function misbehave(id) {
    if (turn.error !== undefined) {
      send({ jsonrpc: '2.0', id, error: turn.error });
      return next(() => false);
    }
    if (turn.fault === 'crash') {
      process.stderr.write('Segmentation fault\n');
      process.exit(139);
    }
    if (turn.fault === 'silent' || turn.hang === true) return wait(60_000);
    if (turn.fault === 'chatter') {
      const update = { sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: 'hm ' } };
      for (;;) {
        send({ jsonrpc: '2.0', method: 'session/update', params: { sessionId: session.sessionId, update } });
        await wait(20);
      }
    }
    if (turn.fault === 'endless-line') {
      process.stdout.write('{"jsonrpc":"2.0","method":"session/update","params":"');
      for (;;) {
        if (!process.stdout.write('x'.repeat(1024 * 1024))) await new Promise((go) => process.stdout.once('drain', go));
      }
    }
    if (turn.fault === 'garbage') {
      for (const line of [
        'Welcome!',
        '[1,2]',
        '{"jsonrpc":"2.0"',
        'null',
        '{"jsonrpc":"2.0","id":77,"result":{}}',
        '{}',
      ])
        process.stdout.write(`${line}\n`);
      send({ jsonrpc: '2.0', method: 'session/update', params: { sessionId: session.sessionId, update: 7 } });
      send({ jsonrpc: '2.0', method: 'session/update', params: null });
      send({ jsonrpc: '2.0', method: 'nobody/knows_this', params: {} });
    }
  }
}
