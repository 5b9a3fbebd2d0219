import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { connect, ERAS } from '../../support/mcp.ts';
import { makeRepository } from '../../support/repository.ts';
import { REQUEST, SMOOTH } from '../../support/shop-change.ts';
import { setStage } from '../../support/stage.ts';

describe.each(ERAS)('bounds in the %s protocol', (era) => {
  it('are the roots of the client', async () => {
    await using stage = await setStage(SMOOTH);
    const { root } = stage.repository;
    const other = makeRepository({ 'a.txt': 'a\n' });
    try {
      symlinkSync(other.root, path.join(root, 'link'));
      mkdirSync(path.join(root, 'inner'));
      const at = (roots: string[], cwd = other.root) => connect({ era, home: stage.home, cwd, roots });
      await using mcp = await at([root]);
      expect(await mcp.call('list_runs', {})).toEqual({ total: 0, runs: [] });
      expect(await mcp.call('list_runs', { repository: 'inner' })).toEqual({ total: 0, runs: [] });
      for (const repository of [other.root, 'link', '..', '/'])
        await expect(mcp.call('list_runs', { repository }), repository).rejects.toThrow('lies outside');
      await using inner = await at([path.join(root, 'inner')]);
      await expect(inner.call('list_runs', {})).rejects.toThrow('lies outside');
      await using two = await at([root, other.root]);
      await expect(two.call('list_runs', {})).rejects.toThrow('There are 2 roots');
      expect(await two.call('list_runs', { repository: other.root })).toEqual({ total: 0, runs: [] });
      await using none = await at([]);
      await expect(none.call('list_runs', {})).rejects.toThrow('no folder open');
      await using said = await connect({
        era,
        home: stage.home,
        cwd: root,
        roots: [root],
        args: ['--root', other.root],
      });
      await expect(said.call('list_runs', { repository: root })).rejects.toThrow('lies outside');
      expect(stage.server.log).toEqual([]);
    } finally {
      other.remove();
    }
  });

  it('are the budget the person has set; a caller only lowers it', async () => {
    await using stage = await setStage(SMOOTH, { config: 'budget: 2\n' });
    const at = (args: string[]) => connect({ era, home: stage.home, cwd: stage.repository.root, args });
    await using mcp = await at([]);
    await expect(mcp.call('plan', { request: REQUEST, budgetUsd: 3 })).rejects.toThrow('at most $2.00');
    await using more = await at(['--budget', '4']);
    await expect(more.call('plan', { request: REQUEST, budgetUsd: 5 })).rejects.toThrow('at most $4.00');
    const tight = await more.call('plan', { request: REQUEST, budgetUsd: 0.000001 });
    expect(tight).toMatchObject({ outcome: 'parked', costUsd: '0' });
    const { run } = await more.call('plan', { request: REQUEST });
    expect(stage.events(run)[0]).toMatchObject({ type: 'run.started', budgetUsd: '4' });
  });

  it('are told where something is wrong', async () => {
    await using stage = await setStage({});
    await using mcp = await connect({ era, home: stage.home, cwd: stage.repository.root });
    await expect(mcp.call('execute', {})).rejects.toThrow('Which plan is meant?');
    await expect(mcp.call('execute', { plan: 'tasks: 3' })).rejects.toThrow('plan:1');
    await expect(mcp.call('execute', { planRun: '20261122-130501-3fa9' })).rejects.toThrow('No run is called');
    await expect(mcp.call('review', {})).rejects.toThrow('nothing to review');
    await expect(mcp.call('review', { staged: true, diff: 'x' })).rejects.toThrow('not of both');
    await expect(mcp.call('plan', { request: REQUEST, planner: 'nobody/x' })).rejects.toThrow('(config)');
    await expect(mcp.call('plan', { request: REQUEST, shell: 'rm' })).rejects.toThrow(/shell/);
    await expect(mcp.client.readResource({ uri: 'tercet://runs/20261122-130501-3fa9/plan' })).rejects.toThrow(
      'No run is called',
    );
    expect(stage.server.log).toEqual([]);
  });
});

it('prompts name the tool of their phase', async () => {
  await using stage = await setStage({});
  await using mcp = await connect({ era: 'modern', home: stage.home, cwd: stage.repository.root });
  const { messages } = await mcp.client.getPrompt({ name: 'plan', arguments: { request: 'a $& b' } });
  expect(messages[0]?.content).toMatchObject({ type: 'text', text: expect.stringContaining('a $& b') });
});

it('stdout is the protocol alone, whatever comes in', async () => {
  await using stage = await setStage({});
  const bin = fileURLToPath(new URL('../../../bin/tercet.js', import.meta.url));
  const child = spawn(process.execPath, [bin, 'mcp'], { cwd: stage.repository.root, env: stage.home.env });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stdin.end('nonsense\n{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n\u0000\n');
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  for (const line of out.split('\n').filter(Boolean)) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
});
