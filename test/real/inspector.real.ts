import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { INPUT, type RunState } from '../../src/apps/mcp/schemas.ts';
import { aPlan, approval } from '../support/answers.ts';
import { record } from '../support/model-server/json.ts';
import { ADDED, EDIT, REQUEST, TASK } from '../support/shop-change.ts';
import { type Stage, setStage } from '../support/stage.ts';
import { installed } from './install.ts';

const BIN = fileURLToPath(new URL('../../bin/tercet.js', import.meta.url));
const INSPECTOR = { '@modelcontextprotocol/inspector': '2.12.0' };

/** The MCP Inspector's command line, one process and one server for each call. */
async function inspectorOf(stage: Stage, era: 'legacy' | 'modern') {
  const bin = await installed(INSPECTOR);
  const config = path.join(stage.home.folder, 'inspector.json');
  const server = {
    command: process.execPath,
    args: [BIN, 'mcp', '--root', stage.repository.root],
    env: stage.home.env,
  };
  mkdirSync(stage.home.folder, { recursive: true });
  writeFileSync(config, JSON.stringify({ mcpServers: { tercet: { ...server, protocolEra: era } } }));
  const ask = (args: readonly string[]) =>
    new Promise<{ code: number; json: Record<string, unknown>; stderr: string }>((resolve) => {
      const common = [
        '--cli',
        '--config',
        config,
        '--server',
        'tercet',
        '--protocol-era',
        era,
        '--format',
        'json',
        '--quiet',
      ];
      const options = { env: stage.home.env, cwd: stage.home.folder, timeout: 60_000, maxBuffer: 16_000_000 };
      execFile(path.join(bin, 'mcp-inspector'), [...common, ...args], options, (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code ?? 1);
        resolve({
          code,
          json: stdout.trim() === '' ? {} : record(record(JSON.parse(stdout)).result ?? JSON.parse(stdout)),
          stderr,
        });
      });
    });
  const call = async <T = RunState>(tool: string, input: object): Promise<T> => {
    const { code, json, stderr } = await ask([
      '--method',
      'tools/call',
      '--tool-name',
      tool,
      '--tool-args-json',
      JSON.stringify(input),
    ]);
    expect(code, `${tool}: ${stderr}${JSON.stringify(json)}`).toBe(0);
    called.add(tool);
    return json.structuredContent as T;
  };
  const called = new Set<string>();
  return { ask, call, called };
}

describe.each(['legacy', 'modern'] as const)('the MCP Inspector, %s protocol', (era) => {
  it('walks over every tool, resource and prompt', async () => {
    await using stage = await setStage({
      planner: [{ object: aPlan([TASK]) }, { object: aPlan([TASK]) }],
      executor: [{ text: EDIT }, { text: EDIT }],
      reviewer: [{ object: approval(['T1.1']) }, { object: approval([]) }, { object: approval(['T1.1']) }],
    });
    const { ask, call, called } = await inspectorOf(stage, era);
    const tools = await ask(['--method', 'tools/list', '--strict']);
    expect(tools.code, tools.stderr).toBe(0);

    const planned = await call('plan', { request: REQUEST, waitSeconds: 50 });
    expect(planned).toMatchObject({ outcome: 'planned' });
    const executed = await call('execute', { planRun: planned.run, waitSeconds: 50 });
    expect(executed).toMatchObject({ outcome: 'approved', verdict: 'approved' });
    stage.repository.write({ 'src/limits.js': `${ADDED}\n` });
    expect(await call('review', { request: 'limits', waitSeconds: 50 })).toMatchObject({ outcome: 'approved' });
    const parked = await call('run_coding_workflow', { request: REQUEST, planning: 'always', waitSeconds: 50 });
    expect(parked).toMatchObject({ outcome: 'parked', resumable: true });
    const resumed = await call('resume_run', { run: parked.run, approval: 'skip', waitSeconds: 50 });
    expect(resumed).toMatchObject({ outcome: 'approved' });
    // Another server than the one that carried it on knows of no phase.
    const told = { ...resumed, phase: null };
    expect(await call('get_run', { run: resumed.run })).toEqual(told);
    expect(await call('cancel_run', { run: resumed.run })).toEqual(told);
    expect(await call('list_runs', {})).toMatchObject({ total: 4 });
    expect(await call('get_costs', { by: 'model' })).toMatchObject({ unknown: null });
    const tokens = { planning: 2000, implementation: 15000, review: 3000, trio: 'article' };
    expect(await call('estimate', tokens)).toMatchObject({ single: 'anthropic/claude-opus-4' });
    expect([...called].sort()).toEqual(Object.keys(INPUT).sort());

    // Each call has a server of its own here, and a server lists only what it made.
    expect((await ask(['--method', 'resources/list'])).json).toEqual({ resources: [] });
    const { json: templates } = await ask(['--method', 'resources/templates/list']);
    expect(JSON.stringify(templates)).toContain('tercet://runs/{run}/report');
    expect(executed.resources).toHaveLength(4);
    for (const uri of executed.resources) {
      const { code, json } = await ask(['--method', 'resources/read', '--uri', uri]);
      expect([code, JSON.stringify(json)]).toEqual([0, expect.stringMatching(/percent|T1/)]);
    }
    const { json: prompts } = await ask(['--method', 'prompts/list']);
    expect(JSON.stringify(prompts)).toMatch(/plan.*execute.*review/);
    const prompt = await ask([
      '--method',
      'prompts/get',
      '--prompt-name',
      'plan',
      '--prompt-args',
      `request=${REQUEST}`,
    ]);
    expect(prompt.code, prompt.stderr).toBe(0);

    const refused = await ask([
      '--method',
      'tools/call',
      '--tool-name',
      'get_run',
      '--tool-args-json',
      '{"run":"20000101"}',
    ]);
    expect(refused.code).toBe(5);
  });
});
