import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, test, vi } from 'vitest';
import { HAPPY, RUN } from '../../support/refusals/sample.ts';
import { type Scene, scene } from '../../support/refusals/scene.ts';

vi.setConfig({ testTimeout: 60_000 });

const BIN = fileURLToPath(new URL('../../../bin/tercet.js', import.meta.url));

/** The command in a shell's own words, as `| head -1` has to be. */
async function shell(at: Scene, line: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn('/bin/bash', ['-c', `set -o pipefail; ${line}`, 'bash', process.execPath, BIN], {
    cwd: at.repository.root,
    env: at.home.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

const TERCET = '"$1" "$2"';

describe.concurrent('the ends of a pipe', () => {
  test('standard input closed: no request, and no crash', async ({ expect }) => {
    await using at = await scene({});
    const said = await shell(at, `${TERCET} run <&-`);
    expect(said.code).toBe(2);
    expect(said.stderr).toContain('There is no request.');
  });

  test('standard input closed does not matter where the request is given', async ({ expect }) => {
    await using at = await scene(HAPPY);
    const words = RUN.map((word) => `'${word}'`).join(' ');
    expect((await shell(at, `${TERCET} ${words} --json <&-`)).code).toBe(0);
  });

  test('a reader that goes away early is no failure', async ({ expect }) => {
    await using at = await scene({});
    const said = await shell(at, `${TERCET} models | head -1`);
    expect([said.code, said.stderr]).toEqual([0, '']);
    expect(said.stdout.split('\n')).toHaveLength(2);
  });

  test('a reader of progress that goes away does not end the run', async ({ expect }) => {
    await using at = await scene(HAPPY);
    const words = RUN.map((word) => `'${word}'`).join(' ');
    const said = await shell(at, `{ ${TERCET} ${words} --json 2>&1 1>&3 | head -1; } 3>&1`);
    expect(said.stdout).toContain('"outcome":"approved"');
    expect(said.code).toBe(0);
  });
});
