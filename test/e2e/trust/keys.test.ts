import { describe, expect, test, vi } from 'vitest';
import { one, RUN, setScene } from '../../support/set-scene.ts';

// Whole runs, several to a test: a busy machine takes its time.
vi.setConfig({ testTimeout: 90_000 });

/** As makeHome sets them. */
const ANTHROPIC = 'sk-ant-test-0123456789abcdef';
const OPENAI = 'sk-test-0123456789abcdef';
const OTHER = 'hunter2-is-not-a-good-password';
const encodings = (key: string) => [key, encodeURIComponent(key), Buffer.from(key).toString('base64').slice(0, 24)];

describe('no key of the environment is stored, shown or sent', () => {
  test('case 39: in a run whose models, command and diff all echo them', async () => {
    const all = `${ANTHROPIC} ${OPENAI} ${OTHER} ${Buffer.from(ANTHROPIC).toString('base64')}`;
    const lines = one({
      title: `Add a note about ${ANTHROPIC}`,
      text: `export const note = 1; // ${all}`,
      // The command says it by itself, and asks its environment too.
      command: `node -e "console.log('${OPENAI}', JSON.stringify(process.env)); console.error('${OTHER}')"`,
      review: {
        criteria: [{ id: 'T1.1', met: 'yes', evidence: `the environment holds ${all}` }],
        findings: [
          {
            title: `The key ${ANTHROPIC} leaks`,
            severity: 'minor',
            category: 'security',
            path: 'src/note.js',
            line: 1,
            quote: `export const note = 1; // ${all}`,
            why: all,
            fix: all,
            confidence: 'high',
            criterion: null,
          },
        ],
      },
    });
    await using scene = await setScene(lines, { 'src/config.js': `export const key = '${OPENAI}';\n` });
    const env = { DEPLOY_TOKEN: OTHER };
    const shown: string[] = [];
    const say = async (args: readonly string[]) => {
      const result = await scene.tercet(args, env);
      shown.push(result.stdout, result.stderr);
      return result;
    };
    const request = `Add a note that is 1, say ${ANTHROPIC} in src/config.js`;
    const run = await say(['run', '--yes', '--always-plan', '--verbose', request]);
    expect(run.code).toBe(0);
    const { runs } = (await say(['runs', '--json'])).json() as { runs: { id: string }[] };
    const id = runs[0]?.id ?? '';
    for (const more of [[], ['--json'], ['--plan'], ['--diff'], ['--report']]) await say(['show', id, ...more]);
    await say(['run', '--yes', '--always-plan', '--json', request]);
    await say(['costs', '--by', 'model', '--json']);

    await say(['models', OPENAI]);
    await say(['plan', '--check', OTHER]);

    const sent = scene.server.log.map((call) => JSON.stringify(call.body)).join('\n');
    const branches = scene.repository.git('log', '--all', '--patch', '--format=%H %D %B', '--', 'src/note.js');
    for (const key of [ANTHROPIC, OPENAI, OTHER].flatMap(encodings)) {
      expect(scene.stored(), 'data folder').not.toContain(key);
      expect(shown.join('\n'), 'stdout and stderr').not.toContain(key);
      expect(sent, 'requests to the models').not.toContain(key);
      expect(branches, 'commits').not.toContain(key);
    }
    // The texts around the keys are there: nothing was left out whole.
    expect(shown.join('\n')).toContain('The key [key] leaks');
    expect(scene.stored()).toContain('the environment holds [key] [key] [key]');
    expect(branches).toContain('export const note = 1; // [key] [key] [key]');
  });

  test('case 45: in the error of a provider that echoes the request’s key, and in an error of ours', async () => {
    const echo = { error: { type: 'authentication_error', message: `Incorrect key ${ANTHROPIC}, ${OPENAI}` } };
    await using scene = await setScene({ planner: () => ({ fault: { kind: 'status', status: 401, body: echo } }) });
    const failed = await scene.inside([...RUN, '--json']);
    expect(failed.code).toBe(5);
    const wrong = await scene.inside(['show', OPENAI, '--json']);
    expect(wrong.code).toBe(2);
    for (const text of [failed.stdout, failed.stderr, wrong.stdout, wrong.stderr, scene.stored()]) {
      expect(text).not.toContain(ANTHROPIC);
      expect(text).not.toContain(OPENAI);
    }
    expect(failed.stderr).toContain('Incorrect key [key]');
  });
});

test('what has the shape of somebody else’s key is not carried into reports, and stays in code', async () => {
  const theirs = ['ghp', 'AbCdEfGhIjKlMnOpQrStUvWx0123456789'].join('_');
  const lines = one({
    title: `Add a note about ${theirs}`,
    text: `export const note = '${theirs}';`,
    review: { criteria: [{ id: 'T1.1', met: 'yes', evidence: `it says ${theirs}` }] },
  });
  await using scene = await setScene(lines);
  const run = await scene.inside([...RUN, '--json']);
  expect(run.code).toBe(0);
  expect(run.stdout).not.toContain(theirs);
  expect(run.stderr).toContain('Add a note about [key]');
  expect(run.stderr).not.toContain(theirs);
  const id = String(run.json().run);
  expect((await scene.inside(['show', id, '--report'])).stdout).toContain('it says \\[key\\]');
  expect((await scene.inside(['show', id])).stdout).toContain('it says [key]');
  // Taken out of the code it would be another change than was made and reviewed.
  expect((await scene.inside(['show', id, '--diff'])).stdout).toContain(theirs);
});
