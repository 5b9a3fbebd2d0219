import { describe, test, vi } from 'vitest';
import { GOOD_EDIT, HAPPY, plan, RUN, task } from '../../support/refusals/sample.ts';
import { type Scene, scene } from '../../support/refusals/scene.ts';

vi.setConfig({ testTimeout: 60_000 });

const limits = (seconds: number) => `limits: { repairs: 0, toolSteps: 1, commandSeconds: ${seconds} }\n`;
const NOTHING = { text: 'I am done.' };

/** A run whose task is shown by a script, and whose executor does its edit and then nothing more. */
function shownBy(script: string, seconds = 30): Promise<Scene> {
  const shown = task('T1', { criteria: [{ id: 'T1.1', text: '`node check.js` exits 0', command: 'node check.js' }] });
  const lines = { ...HAPPY, planner: [plan(shown)], executor: [{ text: GOOD_EDIT }, NOTHING] };
  return scene(lines, { config: limits(seconds), files: { 'check.js': script } });
}

/** What the executor was told of the command, in the rung after. */
const toldOf = (at: Scene): string => at.told('executor')[1] ?? '';

describe.concurrent('a task’s command that', () => {
  test('hangs is ended at its deadline, with what it started', async ({ expect }) => {
    await using at = await shownBy(
      "import { spawn } from 'node:child_process';\nspawn('sleep', ['987']);\nsetInterval(() => {}, 1000);\n",
      1,
    );
    const began = Date.now();
    const said = await at.run([...RUN, '--json']);
    expect(said.code).toBe(1);
    expect(Date.now() - began).toBeLessThan(30_000);
    expect(said.stderr).toContain('check failed (timed out, TIME): node check.js');
    expect(toldOf(at)).toContain('`node check.js` ran into its deadline');
    expect(JSON.parse(said.stdout).tasks[0].checks[0]).toMatchObject({ exitCode: null, timedOut: true });
  });

  test('prints 10 MB is heard in part: its beginning, its end, and what was cut', async ({ expect }) => {
    await using at = await shownBy(
      "process.stdout.write('the first line\\n' + 'x'.repeat(79).concat('\\n').repeat(131072) + 'the last line\\n', () => process.exit(3));\n",
    );
    const said = await at.run([...RUN, '--json']);
    expect(said.code).toBe(1);
    expect(said.stderr).toContain('check failed (exit 3, TIME): node check.js');
    expect(toldOf(at)).toContain('the last line');
    expect(toldOf(at).length).toBeLessThan(8000);
    expect(said.stdout.length).toBeLessThan(40_000);
  });

  test('exits by a signal is said to be killed', async ({ expect }) => {
    await using at = await shownBy("process.kill(process.pid, 'SIGKILL');\n");
    const said = await at.run([...RUN, '--json']);
    expect(said.code).toBe(1);
    expect(toldOf(at)).toMatch(/`node check.js` (?:was killed|exited 137)/);
  });

  test('is not there is said so', async ({ expect }) => {
    const shown = task('T1', { criteria: [{ id: 'T1.1', text: '`no-such-tool` exits 0', command: 'no-such-tool' }] });
    const lines = { ...HAPPY, planner: [plan(shown)], executor: [{ text: GOOD_EDIT }, NOTHING] };
    await using at = await scene(lines, { config: limits(30) });
    const said = await at.run([...RUN, '--json']);
    expect(said.code).toBe(1);
    expect(toldOf(at)).toContain('not found');
  });

  test('passes at once lets the run go on', async ({ expect }) => {
    await using at = await shownBy('process.exit(0);\n');
    expect((await at.run([...RUN, '--json'])).code).toBe(0);
  });
});
