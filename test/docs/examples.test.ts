import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Plan } from '../../src/contract/plan.ts';
import { parsePlanYaml } from '../../src/report/parse-plan-yaml.ts';
import { makeHome, tercet } from '../support/cli.ts';
import { makeRepository, type TestRepository } from '../support/repository.ts';
import { ROOT, read, section } from './documents.ts';

// Whole runs in processes of their own; a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const examples = readdirSync(path.join(ROOT, 'docs', 'examples'));

/** Runs an example in a repository of its own, against the built package, as a reader would. */
async function run(repository: TestRepository, name: string) {
  const home = await makeHome(null);
  try {
    const env = { ...repository.env, TERCET_HOME: home.folder, NODE_OPTIONS: home.env.NODE_OPTIONS };
    const file = path.join(ROOT, 'docs', 'examples', name);
    const done = promisify(execFile)(process.execPath, [file], { cwd: repository.root, env });
    return await done.then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
  } finally {
    await home[Symbol.asyncDispose]();
  }
}

describe('docs/library.md', () => {
  let repository: TestRepository;
  beforeAll(() => {
    repository = makeRepository();
  });
  afterAll(() => repository.remove());

  it('shows the examples as they are', () => {
    const { text } = read('docs/library.md');
    const shown = [...text.matchAll(/^<!-- docs\/examples\/(\S+) -->\n```ts\n([\s\S]+?)^```$/gm)];
    expect(shown.map((match) => match[1]).sort()).toEqual(examples.sort());
    for (const [, name, body] of shown) expect(body, name).toBe(read(`docs/examples/${name}`).text);
  });

  it('says what the scripted run prints', async () => {
    const { code, stdout, stderr } = await run(repository, 'scripted.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(read('docs/library.md').text).toContain(`\`\`\`\n${stdout}\`\`\``);
  });

  it('shows an agent of one’s own that does its work', async () => {
    const { code, stdout } = await run(repository, 'own-agent.ts');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^approved tercet\/say-who-wrote-it-\w{4}\n$/),
    });
    expect(repository.git('show', `${stdout.trim().split(' ')[1]}:AUTHORS.md`)).toBe('Ada Lovelace');
  });

  it('shows what happens without a key', async () => {
    const { code, stderr } = await run(repository, 'run.ts');
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^config: No API key is set/) });
  });
});

describe('docs/plan.md', () => {
  it('shows a plan that is one, and leaves out only what may be', async () => {
    const sample = /^```yaml\n([\s\S]+?)^```$/m.exec(read('docs/plan.md').text)?.[1] ?? '';
    const { plan, problems } = parsePlanYaml(sample, await import('yaml'));
    expect(problems).toEqual([]);
    const [task] = plan?.tasks ?? [];
    const { id, title, behaviour, files, criteria } = task ?? {};
    const least = { title: plan?.title, tasks: [{ id, title, behaviour, files, criteria }] };
    expect(Plan.safeParse(least).success).toBe(true);
    for (const key of ['id', 'title', 'behaviour', 'files', 'criteria']) {
      const tasks = [{ ...least.tasks[0], [key]: undefined }];
      expect(Plan.safeParse({ ...least, tasks }).success, key).toBe(false);
    }
  });
});

describe('README.md', () => {
  it('shows lines that the demo prints', async () => {
    const home = await makeHome(null);
    try {
      const { code, stdout, stderr } = await tercet(['demo'], { cwd: ROOT, home });
      expect(code).toBe(0);
      // Names of commits and runs differ from run to run.
      const plain = (text: string) =>
        text
          .replace(/\b[0-9a-f]{9}\b|\b[0-9a-f]{12}\b/g, 'COMMIT')
          .replace(/(tercet\/discount-codes)-[0-9a-f]{4}/g, '$1-RUN');
      const printed = new Set(plain(stderr + stdout).split('\n'));
      const block =
        /^```\n(plan\n[\s\S]+?)^```$/m.exec(section(read('README.md').text, '## The first minute'))?.[1] ?? '';
      const shown = plain(block).trimEnd().split('\n');
      expect(shown.length).toBeGreaterThan(15);
      expect(shown.filter((line) => !printed.has(line))).toEqual([]);
    } finally {
      await home[Symbol.asyncDispose]();
    }
  });
});
