import { readdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Reply } from '../support/model-server/types.ts';
import { makeRepository } from '../support/repository.ts';
import { one, RUN, type Scene, setScene } from '../support/set-scene.ts';

// Whole runs; a busy machine takes its time.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const SECRET = 'what only the person may read';
const KUBE = '../../.kube/config';

describe('models that reach for what is outside', () => {
  let scene: Scene;
  let run: Awaited<ReturnType<Scene['inside']>>;
  /** Every file of the test's folder but git's own, before and after. */
  let before: Record<string, string>;
  let after: Record<string, string>;
  /** What each call of a tool was answered. */
  const answers = new Map<string, string>();
  const answered = (id: string) => answers.get(idOf(id)) ?? 'never answered';
  let executorCalls = 0;

  beforeAll(async () => {
    const repository = makeRepository({ 'README.md': '# Sample\n' });
    const folder = path.dirname(repository.root);
    const outside = path.join(folder, 'outside');
    // Two up from the run's working tree, and beside it; all of it within the folder of this test.
    repository.write({
      '../outside/secret.txt': SECRET,
      '.tercet/.kube/config': SECRET,
      '.tercet/.gitignore': '*\n',
      '.tercet/worktrees/sibling/secret.txt': SECRET,
      'link.txt': { link: path.join(outside, 'secret.txt') },
      linked: { link: outside },
      sibling: { link: '../sibling' },
      environ: { link: '/proc/self/environ' },
      'lib/a.txt': 'a\n',
      'side/a.txt': 'a\n',
    });
    repository.commit('Links');
    let planned = 0;
    const answer = one().planner as () => { object: { tasks: object[] } };
    scene = await setScene(
      {
        planner: () => {
          const { object } = answer();
          planned += 1;
          if (planned === 1) return { object: { ...object, tasks: [], needs: [KUBE, '/etc/passwd', 'link.txt'] } };
          const files = PLANS[Math.min(planned - 2, PLANS.length - 1)];
          return { object: { ...object, tasks: [{ ...object.tasks[0], files }] } };
        },
        executor: ({ body }) => {
          for (const [id, text] of resultsIn(body)) answers.set(id, text);
          executorCalls += 1;
          // As a command of the run could: two folders of the tree become links before they are written to.
          if (executorCalls === 3) swap(path.join(folder, 'shop/.tercet/worktrees'), outside);
          if (executorCalls === 1) return { text: `${KUBE}\n<<<<<<< FILE\nplanted\n>>>>>>> FILE\n` };
          return STEPS[executorCalls - 2] ?? { toolCalls: [read('README.md', `poll ${executorCalls}`)] };
        },
      },
      repository,
      'limits: { repairs: 0, toolSteps: 5, planRounds: 6 }\n',
    );
    before = contents(folder);
    run = await scene.inside([...RUN, '--json']);
    after = contents(folder);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  const create = (...files: string[]) => files.map((file) => ({ path: file, action: 'create' }));
  const LINKED = ['lib/a.txt', 'side/a.txt', 'link.txt'];
  const PLANS = [
    create(KUBE),
    create('.GIT/hooks/post-checkout'),
    create('nested\r'),
    create('-u./evil'),
    create('linked/new.txt'),
    [...create('src/note.js'), ...LINKED.map((file) => ({ path: file, action: 'modify' }))],
  ];
  const BEYOND = [KUBE, '/proc/self/environ', 'environ', 'link.txt', 'linked/secret.txt', '../sibling/secret.txt'];
  const STEPS: Reply[] = [
    { toolCalls: [...BEYOND, 'sibling/secret.txt'].map((file) => read(file)).concat(search) },
    { toolCalls: [KUBE, '.GIT/hooks/post-checkout', ...LINKED].map(write) },
    { toolCalls: Array.from({ length: 37 }, (_, n) => read('README.md', `agent ${n}`)) },
  ];

  /** What the planner was told about its plan of a path. */
  const lintOf = (problem: string) =>
    bodies().find((body) => body.includes('Your plan breaks') && body.includes(problem));
  const bodies = () => scene.server.log.map(({ body }) => JSON.stringify(body));

  test('the run came to its end, and every attack was made', () => {
    expect(run.code, run.stderr).toBe(1);
    expect([...answers.keys()]).toEqual(
      expect.arrayContaining(STEPS.flatMap(({ toolCalls = [] }) => toolCalls.map(({ id }) => id))),
    );
    expect(bodies().filter((body) => body.includes(SECRET))).toEqual([]);
    expect(after).toEqual(before);
  });

  test('case 27: ../../.kube/config is neither read nor written', () => {
    expect(bodies()[1]).toContain(`Not in the repository: ${KUBE}, /etc/passwd`);
    expect(lintOf('contains ..; write it from the repository root')).toBeDefined();
    expect(run.json()).toMatchObject({ tasks: [{ attempts: [{ rung: 'edit', outcome: 'out-of-scope' }, {}] }] });
    expect(answered(`read ${KUBE}`)).toContain('is refused');
    expect(answered(`write ${KUBE}`)).toContain('contains ..');
    expect(after[path.join('shop', '.tercet/.kube/config')]).toBe(SECRET);
  });

  test('case 18: paths as submodules had them (../, a carriage return, a leading dash) are refused', () => {
    for (const problem of ['contains ..', 'the hidden or control character U+000D', 'a part with a leading dash'])
      expect(lintOf(problem), problem).toBeDefined();
  });

  test('case 20: .GIT/hooks is taken for .git', () => {
    expect(lintOf("leads into git's own folder")).toBeDefined();
    expect(answered('write .GIT/hooks/post-checkout')).toContain("git's own folder");
  });

  test('case 28: what lies beside the working tree is refused, by its name and through a link', () => {
    for (const file of ['../sibling/secret.txt', 'sibling/secret.txt'])
      expect(answered(`read ${file}`)).toContain('is refused');
    expect(answered('write side/a.txt')).toContain('is refused');
    expect(Object.keys(after).filter((file) => file.includes('sibling'))).toEqual([
      path.join('shop', '.tercet/worktrees/sibling/secret.txt'),
    ]);
  });

  test('case 29: a link to outside is followed neither to read nor to write nor to search', () => {
    for (const file of ['link.txt', 'linked/secret.txt']) expect(answered(`read ${file}`)).toContain('is refused');
    for (const file of ['link.txt', 'lib/a.txt']) expect(answered(`write ${file}`)).toContain('is refused');
    expect(answered('search')).toBe('"nothing found"');
    expect(Object.keys(after).filter((file) => file.startsWith('outside'))).toEqual(['outside/secret.txt']);
    expect(after['outside/secret.txt']).toBe(SECRET);
  });

  test('case 41: /proc/self/environ is not read, nor through a link', () => {
    for (const file of ['/proc/self/environ', 'environ']) expect(answered(`read ${file}`)).toContain('is refused');
    expect(bodies().join('\n')).not.toMatch(/PATH=/);
  });

  test('case 55: 37 calls at once are cut to 16, and one that polls for ever to its steps', () => {
    const ran = [...answers].filter(([id, text]) => id.startsWith('agent') && text.includes('Sample'));
    expect(ran).toHaveLength(16);
    expect(answered('agent 36')).toContain('at most 16 calls');
    expect(executorCalls).toBe(1 + 5);
    expect(run.json()).toMatchObject({ reason: expect.stringContaining('5 steps were not enough') });
  });
});

function swap(worktrees: string, outside: string): void {
  const run = readdirSync(worktrees).find((name) => name !== 'sibling') ?? '';
  for (const [name, target] of [
    ['lib', outside],
    ['side', '../sibling'],
  ] as const) {
    renameSync(path.join(worktrees, run, name), path.join(worktrees, run, `old-${name}`));
    symlinkSync(target, path.join(worktrees, run, name));
  }
}

const idOf = (name: string) => name.replace(/[^A-Za-z0-9]/g, '_');
function read(file: string, id = `read ${file}`) {
  return { id: idOf(id), name: 'read_file', input: { path: file, first: null, last: null } as object };
}
function write(file: string) {
  return { id: idOf(`write ${file}`), name: 'write_file', input: { path: file, content: 'planted' } };
}
const search = { id: 'search', name: 'search', input: { text: SECRET.slice(0, 12), path_part: '' } };

function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    files.flatMap((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return entry.isFile() && !file.includes('/.git/')
        ? [[path.relative(folder, file), readFileSync(file, 'utf8')]]
        : [];
    }),
  );
}

/** The results of tool calls that a request to Anthropic carries. */
function resultsIn(body: unknown): [id: string, text: string][] {
  const { messages } = body as { messages: { content: unknown }[] };
  return messages.flatMap(({ content }) =>
    (Array.isArray(content) ? content : []).flatMap(
      (part: { type: string; tool_use_id?: string; content?: unknown }) =>
        part.type === 'tool_result' ? [[part.tool_use_id ?? '', JSON.stringify(part.content)] as [string, string]] : [],
    ),
  );
}
