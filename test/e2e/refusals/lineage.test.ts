import { describe, test, vi } from 'vitest';
import { HAPPY, RUN } from '../../support/refusals/sample.ts';
import { refusal, scene } from '../../support/refusals/scene.ts';

vi.setConfig({ testTimeout: 60_000 });

const SAME = ['--reviewer', 'anthropic/claude-opus-5-5'];
/** A provider of the user's own, whose models nobody knows. */
const ownProvider = (url: string, lineage = '') =>
  `  mine: { baseUrl: ${url}/v1, local: true, structured: true${lineage === '' ? '' : `, lineage: ${lineage}`} }\n`;

describe.concurrent('a reviewer of the executor’s lineage', () => {
  test('is refused before any request', async ({ expect }) => {
    await using at = await scene(HAPPY);
    const refused = await refusal(at, [...RUN, ...SAME]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatchInlineSnapshot(`
      "tercet: Reviewer anthropic/claude-opus-5-5 and executor anthropic/claude-haiku-5-5 are of the same lineage (anthropic). No call was made.
        Choose a reviewer trained by somebody else (for a model of your own provider, state its \`lineage:\`), or set \`review.lineage: warn\`.
      "
    `);
    expect(refused.error).toMatchObject({ code: 'lineage' });
    expect(at.server.log).toEqual([]);
    expect(at.repository.git('branch', '--format=%(refname:short)')).toBe('main');
  });

  test('is also refused for the stronger executor', async ({ expect }) => {
    await using at = await scene(HAPPY, { config: 'roles: { executor: { stronger: openai/gpt-6-sol } }\n' });
    const refused = await refusal(at, RUN);
    expect([refused.code, at.server.log.length]).toEqual([2, 0]);
    expect(refused.stderr).toContain(
      'Reviewer openai/gpt-6.1-sol and executor openai/gpt-6-sol are of the same lineage',
    );
  });

  test('is warned of with `review.lineage: warn`', async ({ expect }) => {
    await using at = await scene(HAPPY, { config: 'review: { lineage: warn }\n' });
    const said = await at.run([...RUN, ...SAME, '--json']);
    expect([said.code, JSON.parse(said.stdout).outcome]).toEqual([0, 'approved']);
    expect(said.stderr).toContain(
      '! Reviewer anthropic/claude-opus-5-5 and executor anthropic/claude-haiku-5-5 are of the same lineage (anthropic).',
    );
  });

  test('is let through with `review.lineage: off`', async ({ expect }) => {
    await using at = await scene(HAPPY, { config: 'review: { lineage: off }\n' });
    const said = await at.run([...RUN, ...SAME, '--json']);
    expect([said.code, said.stderr.includes('lineage')]).toEqual([0, false]);
  });

  test('cannot be ruled out where nobody knows the model, unless the user says whose it is', async ({ expect }) => {
    await using at = await scene(HAPPY);
    const { appendFile, readFile, writeFile } = await import('node:fs/promises');
    const file = `${at.home.folder}/config.yaml`;
    await appendFile(file, ownProvider(at.server.url));
    const refused = await refusal(at, [...RUN, '--reviewer', 'mine/oracle']);
    expect([refused.code, at.server.log.length]).toEqual([2, 0]);
    expect(refused.stderr).toMatchInlineSnapshot(`
      "tercet: Nobody can say whether reviewer mine/oracle and executor anthropic/claude-haiku-5-5 are of different lineages. No call was made.
        Choose a reviewer trained by somebody else (for a model of your own provider, state its \`lineage:\`), or set \`review.lineage: warn\`.
      "
    `);
    const before = await readFile(file, 'utf8');
    await writeFile(file, before.replace(ownProvider(at.server.url), ownProvider(at.server.url, 'delphi')));
    expect((await at.run([...RUN, '--reviewer', 'mine/oracle'])).code).toBe(0);
  });
});

describe.concurrent('a review that the executor’s lineage served', () => {
  const [approval] = HAPPY.reviewer;
  const switched = { ...HAPPY, reviewer: [{ ...approval, servedModel: 'claude-opus-5-5-20261001' }] };

  test('does not count, although another served model is accepted', async ({ expect }) => {
    await using at = await scene(switched, { config: 'servedModel: warn\n' });
    const said = await at.run([...RUN, '--json']);
    expect([said.code, JSON.parse(said.stdout).outcome]).toEqual([4, 'inconclusive']);
    expect(JSON.parse(said.stdout).reason).toMatchInlineSnapshot(
      `"The review could not be made: openai/claude-opus-5-5-20261001 served the review and anthropic/claude-haiku-5-5 the change: they are of the same lineage (anthropic). Review the branch with a model that is served as asked for: \`tercet review --base\`, \`servedModel: require\`."`,
    );
  });

  test('is warned of with `review.lineage: warn`', async ({ expect }) => {
    await using at = await scene(switched, { config: 'servedModel: warn\nreview: { lineage: warn }\n' });
    const said = await at.run(RUN);
    expect(said.code).toBe(0);
    expect(said.stderr).toContain(
      'claude-opus-5-5-20261001 served the review and anthropic/claude-haiku-5-5 the change: they are of the same lineage (anthropic).',
    );
  });

  test('also when it was the executor’s call that another model served', async ({ expect }) => {
    const [edit] = HAPPY.executor;
    const lines = { ...HAPPY, executor: [{ ...edit, servedModel: 'gpt-6-luna' }] };
    await using at = await scene(lines, { config: 'servedModel: warn\n' });
    const said = await at.run([...RUN, '--json']);
    expect(said.code).toBe(4);
    expect(JSON.parse(said.stdout).reason).toContain('they are of the same lineage (openai)');
  });

  test('of a third lineage is accepted where the user accepts other models', async ({ expect }) => {
    const lines = { ...HAPPY, reviewer: [{ ...approval, servedModel: 'gemini-4-argon' }] };
    await using at = await scene(lines, { config: 'servedModel: warn\n' });
    expect((await at.run([...RUN, '--json'])).code).toBe(0);
  });
});
