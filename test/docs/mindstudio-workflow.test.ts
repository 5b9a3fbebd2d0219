import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { serving, TOKEN } from '../support/serve.ts';
import { ADDED, REQUEST, SMOOTH } from '../support/shop-change.ts';
import { setStage } from '../support/stage.ts';
import { read } from './documents.ts';

const { text } = read('docs/mindstudio-workflow.md');
const blocks = [...text.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, json = '']) => JSON.parse(json) as unknown);
const steps = blocks.filter((block): block is Step => typeof block === 'object' && block !== null && 'method' in block);
const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;

/** The HTTP Request block, in the fields that MindStudio's own library gives it. */
interface Step {
  url: string;
  method: string;
  headers: Record<string, string>;
  queryParams: Record<string, string>;
  contentType: string;
  body: string;
}

/** What the block leaves in its variable. */
interface StepOutput {
  ok: boolean;
  status: number;
  response: string;
}

/** The block as it runs: variables are put in as they are, the rest is sent as it stands. `{{a.b}}` reads JSON in `a`. */
async function carryOut(
  step: Step | undefined,
  variables: Record<string, string>,
  server: string,
): Promise<StepOutput> {
  if (step === undefined) throw new Error('the document has no such step');
  const fill = (part: string) =>
    part.replace(/\{\{(\w+)(?:\.(\w+))?\}\}/g, (_, name: string, member?: string) => {
      const value = variables[name];
      if (value === undefined) throw new Error(`no variable ${name}`);
      return member === undefined ? value : String((JSON.parse(value) as Record<string, unknown>)[member]);
    });
  const { method, contentType } = step;
  const headers = Object.fromEntries(Object.entries(step.headers).map(([name, value]) => [name, fill(value)]));
  const answer = await fetch(fill(step.url).replace('https://tercet.example.com', server), {
    method,
    headers: { ...headers, ...(contentType === 'none' ? {} : { 'content-type': contentType }) },
    ...(contentType === 'none' ? {} : { body: fill(step.body) }),
  });
  return { ok: answer.ok, status: answer.status, response: await answer.text() };
}

/** The address that is called back. */
async function callback() {
  const heard: { path: string; body: string; headers: Record<string, string> }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    heard.push({ path: request.url ?? '', body, headers: request.headers as Record<string, string> });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    heard,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tercet/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

it('the steps of the document start a run, see it end, fetch its report and are called back', async () => {
  await using back = await callback();
  await using stage = await setStage(SMOOTH);
  await using api = await serving({
    home: stage.home,
    roots: [stage.repository.root],
    webhooks: { urls: [back.url], secret: SECRET },
  });
  const [start, poll, report] = steps;
  const variables: Record<string, string> = {
    tercetToken: TOKEN,
    orderId: 'order-17',
    featureRequest: REQUEST,
    codebaseContext: 'Money is in cents.',
    repository: stage.repository.root,
  };
  // The one thing that differs from the document: the receiver is on this machine.
  const here = start && { ...start, body: start.body.replace('https://hooks.example.com/tercet/', back.url) };
  const started = await carryOut(here, variables, api.url);
  expect(started).toMatchObject({ ok: true, status: 202 });
  variables.started = started.response;
  const shown = blocks.find((block) => (block as { statusUrl?: string }).statusUrl !== undefined);
  expect(Object.keys(JSON.parse(started.response) as object)).toEqual(Object.keys(shown as object));
  expect(await carryOut(here, variables, api.url)).toEqual(started);

  const state = async () => JSON.parse((await carryOut(poll, variables, api.url)).response) as Record<string, unknown>;
  await expect.poll(async () => (await state()).state, { timeout: 10_000 }).toBe('ended');
  expect(await state()).toMatchObject({ outcome: 'approved', branch: expect.stringContaining('tercet/') });
  expect((await carryOut(report, variables, api.url)).response).toContain('approved');
  const change = report && { ...report, url: report.url.replace('report.md', 'change') };
  expect((await carryOut(change, variables, api.url)).response).toContain(ADDED);

  await expect.poll(() => back.heard.length).toBe(1);
  const [told] = back.heard;
  expect(told?.path).toBe('/tercet/order-17');
  const shownTold = blocks.find((block) => (block as { type?: string }).type === 'run.ended') as { data: object };
  const payload = new Webhook(SECRET).verify(told?.body ?? '', told?.headers ?? {}) as { data: object };
  expect(Object.keys(payload)).toEqual(Object.keys(shownTold));
  expect(Object.keys(payload.data)).toEqual(expect.arrayContaining(Object.keys(shownTold.data)));
});

it('a person in the loop approves the plan with the last step', async () => {
  await using stage = await setStage(SMOOTH);
  await using api = await serving({ home: stage.home, roots: [stage.repository.root] });
  const { run } = await api.client.startRun({ featureRequest: REQUEST, planning: 'always' });
  await expect.poll(async () => (await api.client.get(run)).openQuestion?.kind).toBe('approval');
  const variables = {
    tercetToken: TOKEN,
    started: JSON.stringify({ statusUrl: `https://tercet.example.com/v1/runs/${run}` }),
    questionId: (await api.client.get(run)).openQuestion?.id ?? '',
  };
  expect((await carryOut(steps[3], variables, api.url)).status).toBe(200);
  expect(await api.client.ended(run)).toMatchObject({ outcome: 'approved' });
});

it('a text that breaks the JSON of the body starts nothing', async () => {
  await using stage = await setStage(SMOOTH);
  await using api = await serving({ home: stage.home, roots: [stage.repository.root] });
  const variables = {
    tercetToken: TOKEN,
    orderId: '1',
    featureRequest: 'say "hi"',
    codebaseContext: '',
    repository: '',
  };
  expect(await carryOut(steps[0], variables, api.url)).toMatchObject({ ok: false, status: 400 });
  expect((await api.client.list()).total).toBe(0);
});
