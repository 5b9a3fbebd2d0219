import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { approval } from '../support/answers.ts';
import { SAID } from '../support/host-session.ts';
import { list, record, text } from '../support/model-server/json.ts';
import { ADDED, REQUEST, SMOOTH } from '../support/shop-change.ts';
import { type Stage, shopFiles } from '../support/stage.ts';
import { claude, type HostAct, type HostEvent, setHostStage } from './claude.ts';
import { keepTranscript, transcriptOf } from './transcript.ts';

const CLONE = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const PLUGIN = path.join(CLONE, 'plugin');
const OURS = 'mcp__plugin_tercet_tercet__';
const TALK = ['--output-format', 'stream-json', '--verbose', '--include-hook-events', '--model', 'claude-haiku-5-5'];
const ALLOWED = ['--permission-mode', 'acceptEdits', '--allowedTools', 'mcp__plugin_tercet_tercet'];
const FILE = 'src/money.js';
const HEAD = 'export function percentOf(cents, percent) {';

const initOf = (events: readonly HostEvent[]): HostEvent =>
  events.find(({ type, subtype }) => type === 'system' && subtype === 'init') ?? { type: 'none' };
const resultOf = (events: readonly HostEvent[]) => events.findLast(({ type }) => type === 'result') ?? { type: 'none' };
const pathsOf = (stage: Stage) => ({
  [stage.repository.root]: '/home/ada/shop',
  [stage.home.folder]: '/home/ada',
  [CLONE]: '/home/ada/tercet',
});
/** What our hooks answered at the end of a turn. */
const stopsIn = (events: readonly HostEvent[]) =>
  events
    .filter(({ subtype, hook_event }) => subtype === 'hook_response' && hook_event === 'Stop')
    .map(({ stdout }) => text(stdout).trim());
/** What tools of ours answered, as text. */
const answersIn = (events: readonly HostEvent[]) =>
  events
    .filter(({ type }) => type === 'user')
    .flatMap(({ message }) => list(record(message).content).map(record))
    .filter(({ type }) => type === 'tool_result')
    .map(({ content }) =>
      typeof content === 'string'
        ? content
        : list(content)
            .map((part) => text(record(part).text))
            .join('\n'),
    );
const toolsOf = (body: unknown) => list(record(body).tools).map((tool) => text(record(tool).name));
const runIn = (results: readonly string[]) => /\b\d{8}-\d{6}-[0-9a-f]{4}\b/.exec(results.join('\n'))?.[0] ?? 'no run';

/** Tools of servers are named to the model and have to be looked up before the first call. */
const search = (...names: string[]): HostAct => ({
  call: 'ToolSearch',
  input: { query: `select:${names.map((name) => OURS + name).join(',')}`, max_results: names.length },
});

function expectOurs(event: Record<string, unknown>): void {
  expect(event.agents).toEqual(expect.arrayContaining(['tercet:executor', 'tercet:planner', 'tercet:reviewer']));
  expect(event.skills).toEqual(expect.arrayContaining(['tercet:costs', 'tercet:plan', 'tercet:review', 'tercet:run']));
  expect(event.slash_commands).toEqual(expect.arrayContaining(['tercet:skip-review', 'tercet:review']));
  expect(event.mcp_servers).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: 'plugin:tercet:tercet', status: 'connected' })]),
  );
  expect(event.tools).toEqual(
    expect.arrayContaining(
      ['plan', 'execute', 'review', 'run_coding_workflow', 'get_run', 'get_costs'].map((name) => OURS + name),
    ),
  );
}

describe('claude plugin', () => {
  it('validates plugin and marketplace, strictly', async () => {
    await using stage = await setHostStage([], {});
    for (const folder of [PLUGIN, CLONE]) {
      const { code, stdout } = await claude(stage, ['plugin', 'validate', '--strict', folder]);
      expect(code, stdout).toBe(0);
      expect(stdout).toContain('Validation passed');
    }
  });

  it('installs the plugin from the clone’s marketplace, and a session has it', async () => {
    await using stage = await setHostStage([{ say: 'Fine.' }], {});
    const added = await claude(stage, ['plugin', 'marketplace', 'add', CLONE, '--json']);
    expect(JSON.parse(added.stdout)).toMatchObject({ outcome: 'ok', marketplace: 'tercet' });
    const installed = await claude(stage, ['plugin', 'install', 'tercet@tercet', '--json']);
    expect(JSON.parse(installed.stdout)).toMatchObject({ outcome: 'ok', plugin: 'tercet@tercet' });
    const { code, events, stderr } = await claude(stage, ['-p', 'Hello', ...TALK]);
    expect(code, stderr).toBe(0);
    expectOurs(initOf(events));
    expect(stopsIn(events)).toEqual(['']);
  });
});

describe('a session of Claude Code with the plugin', () => {
  it('plans, waits for the person, executes, changes a file itself, is held, has it reviewed, and is let go', async () => {
    const money = shopFiles()[FILE] ?? '';
    const acts: HostAct[] = [
      { call: 'Skill', input: { skill: 'tercet:plan', args: REQUEST } },
      search('plan', 'execute', 'review', 'get_run', 'get_costs'),
      { call: 'plan', input: { request: REQUEST, context: 'percentOf is in src/money.js', waitSeconds: 30 } },
      { say: 'This is the plan: one task, src/money.js. Shall I have it carried out?' },
    ];
    await using stage = await setHostStage(acts, {
      ...SMOOTH,
      reviewer: [...SMOOTH.reviewer, { object: approval([]) }, { object: approval([]) }],
    });
    const talk = async (prompt: string, ...more: string[]) => {
      const { code, events, stderr } = await claude(stage, [
        '-p',
        prompt,
        '--plugin-dir',
        PLUGIN,
        ...TALK,
        ...ALLOWED,
        ...more,
      ]);
      expect(code, stderr + JSON.stringify(events.at(-1))).toBe(0);
      expect(acts).toEqual([]);
      return events;
    };

    const planned = await talk(`Figure out what to build: ${REQUEST}`);
    expectOurs(initOf(planned));
    expect(JSON.parse(answersIn(planned).at(-1) ?? '')).toMatchObject({
      outcome: 'planned',
      next: expect.stringContaining('execute'),
    });
    expect(stopsIn(planned)).toEqual(['']);
    const session = text(initOf(planned).session_id);

    acts.push((results) => ({ call: 'execute', input: { planRun: runIn(results), waitSeconds: 60 } }), {
      say: 'It is on a branch, approved.',
    });
    const executed = await talk('Yes, carry this plan out.', '--resume', session);
    expect(answersIn(executed).at(-1)).toMatch(/approved/);
    expect(stopsIn(executed)).toEqual(['']);
    expect(stage.repository.git('status', '--porcelain')).toBe('');

    const edited = money.replace(HEAD, `// Shares above 100 percent are refused.\n${HEAD}\n${ADDED}`);
    acts.push(
      { call: 'Read', input: { file_path: path.join(stage.repository.root, FILE) } },
      { call: 'Write', input: { file_path: path.join(stage.repository.root, FILE), content: edited } },
      { say: 'Done.' },
      {
        call: 'Agent',
        input: {
          subagent_type: 'tercet:reviewer',
          description: 'Review the change',
          prompt: `Have it reviewed: ${REQUEST}`,
          run_in_background: false,
        },
      },
      // What the subagent's model does, and then the session's.
      { call: 'review', input: { request: REQUEST, waitSeconds: 60 } },
      { say: 'Approved, no findings.' },
      { say: 'The review approves it.' },
    );
    const held = await talk('Do it by hand as well.', '--resume', session);
    const [first = '', ...rest] = stopsIn(held);
    expect(JSON.parse(first)).toMatchObject({ decision: 'block', reason: expect.stringContaining('/tercet:review') });
    expect(rest).toEqual(['']);
    expect(answersIn(held).at(-1)).toContain('Approved, no findings.');
    // The reviewer's own tools are two of ours, and nothing that writes.
    const reviewer = stage.host.log.find(
      ({ body }) =>
        JSON.stringify(record(body).messages).includes('Have it reviewed: ') && !toolsOf(body).includes('Write'),
    );
    expect(
      toolsOf(reviewer?.body)
        .filter((name) => name !== 'DeferredToolPlaceholder')
        .sort(),
    ).toEqual(['get_run', 'review'].map((name) => OURS + name));
    expect(reviewer?.requestedModel).toBe('claude-haiku-5-5');

    acts.push({ call: 'get_costs', input: { by: 'role' } }, { say: 'That is what it cost.' });
    const costs = await talk('/tercet:costs', '--resume', session);
    expect(answersIn(costs).at(-1)).toMatch(/planner[\s\S]*executor[\s\S]*reviewer/);
    expect(stopsIn(costs)).toEqual(['']);
    keepTranscript(
      'plan-execute-review.jsonl',
      [
        ...transcriptOf(`Figure out what to build: ${REQUEST}`, planned),
        ...transcriptOf('Yes, carry this plan out.', executed),
        ...transcriptOf('Do it by hand as well.', held),
        ...transcriptOf('/tercet:costs', costs),
      ],
      pathsOf(stage),
    );
  });

  it('is held once, says so when nobody reviews, and is let go by the person’s word', async () => {
    const acts: HostAct[] = [];
    await using stage = await setHostStage(acts, {});
    const file = path.join(stage.repository.root, 'src/new.js');
    const write = (mark: string): HostAct => ({
      call: 'Write',
      input: { file_path: file, content: `export const mark = '${mark}';\n` },
    });
    const talk = async (prompt: string, ...more: string[]) => {
      const { code, events, stderr } = await claude(stage, [
        '-p',
        prompt,
        '--plugin-dir',
        PLUGIN,
        ...TALK,
        ...ALLOWED,
        ...more,
      ]);
      expect(code, stderr).toBe(0);
      expect(acts).toEqual([]);
      return events;
    };
    acts.push(write('a'), { say: 'Done.' }, { say: 'I would rather not have it reviewed.' });
    const heard = path.join(stage.home.folder, 'heard.jsonl');
    const listen = [{ hooks: [{ type: 'command', command: `{ cat; echo; } >> '${heard}'` }] }];
    const hooks = { SessionStart: listen, UserPromptSubmit: listen, Stop: listen };
    const held = await talk('Add a mark.', '--settings', JSON.stringify({ hooks }));
    // What the default suite tells our hooks is what the real program tells them.
    const lines = readFileSync(heard, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    const told = lines.map((line) => record(JSON.parse(line)));
    for (const said of Object.values(SAID)) {
      const real = told.find(({ hook_event_name }) => hook_event_name === said.hook_event_name) ?? {};
      expect(Object.keys(said).sort()).toEqual(Object.keys(real).sort());
    }
    const session = text(initOf(held).session_id);
    const [first = '', second = '', ...none] = stopsIn(held).filter((said) => said !== '');
    expect(JSON.parse(first)).toHaveProperty('decision', 'block');
    expect(JSON.parse(second)).toEqual({ systemMessage: expect.stringContaining('was not reviewed') });
    expect(none).toEqual([]);

    acts.push({ say: 'It goes without a review.' });
    const skipped = await talk('/tercet:skip-review only a mark', '--resume', session);
    expect(stopsIn(skipped)).toEqual(['']);
    acts.push({ say: 'As you say.' });
    expect(stopsIn(await talk('Anything else?', '--resume', session))).toEqual(['']);
    keepTranscript(
      'held-and-skipped.jsonl',
      [...transcriptOf('Add a mark.', held), ...transcriptOf('/tercet:skip-review only a mark', skipped)],
      pathsOf(stage),
    );
  });

  it('tells the server its roots, and a form nobody answers parks the run at its plan', async () => {
    const acts: HostAct[] = [
      {
        call: 'ToolSearch',
        input: { query: 'select:mcp__tercet__list_runs,mcp__tercet__run_coding_workflow,mcp__tercet__review' },
      },
      { call: 'list_runs', input: {} },
      { call: 'run_coding_workflow', input: { request: REQUEST, planning: 'always', waitSeconds: 60 } },
      { call: 'review', input: { repository: '/' } },
      { say: 'The plan waits.' },
    ];
    await using stage = await setHostStage(acts, SMOOTH);
    // The server is started far from the repository: what it knows of it, the client has told.
    const elsewhere = JSON.stringify({
      mcpServers: { tercet: { command: 'sh', args: ['-c', `cd / && exec node '${CLONE}/bin/tercet.js' mcp`] } },
    });
    const { code, events, stderr } = await claude(stage, [
      '-p',
      'Try it',
      ...TALK,
      '--mcp-config',
      elsewhere,
      '--strict-mcp-config',
      '--allowedTools',
      'mcp__tercet',
    ]);
    expect(code, stderr).toBe(0);
    const [, runs, parked, refused] = answersIn(events);
    expect(runs).toBe('{"total":0,"runs":[]}');
    expect(JSON.parse(parked ?? '')).toMatchObject({
      state: 'ended',
      outcome: 'parked',
      next: expect.stringContaining('resume_run'),
    });
    expect(refused).toContain('lies outside of what the server may work in');
    expect(resultOf(events)).toMatchObject({ subtype: 'success', is_error: false });
  });
});
