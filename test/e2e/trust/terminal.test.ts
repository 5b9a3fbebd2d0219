import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { makeRepository } from '../../support/repository.ts';
import { one, RUN, setScene } from '../../support/set-scene.ts';

// Whole runs, several to a test: a busy machine takes its time.
vi.setConfig({ testTimeout: 90_000 });

/** Everything a terminal acts on or a reader does not see; a line feed is the only control that is ours. */
const UNSAFE = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]/u;
const EVIL = '\x1b[2J\x1b]0;pwned\x07\u202eevil\u{e0049}\u009b31m\rover\u200b';
/** What a file system and git let stand in a name. */
const NAME = 'a\x1b[2Jb\u202ec\u{e0049}\u009b31md';

test('case 43: nothing untrusted reaches the terminal with its control sequences, whatever is printed', async () => {
  const lines = one({
    command: `node -e "console.log('\\x1b[2J'); console.error('\\u009b31m'); process.exit(1)"`,
    review: {
      criteria: [{ id: 'T1.1', met: 'no', evidence: EVIL }],
      findings: [
        {
          title: EVIL,
          severity: 'minor',
          category: 'bug',
          path: `${NAME}.js`,
          line: 1,
          quote: EVIL,
          why: EVIL,
          fix: EVIL,
          confidence: 'low',
          criterion: EVIL,
        },
      ],
    },
    title: `Add a note${EVIL}`,
  });
  const manifest = JSON.stringify({ scripts: { [NAME]: 'x' } });
  await using scene = await setScene(lines, { [`src/${NAME}.js`]: 'export {};\n', '.mcp.json': '{}\n' });
  const { repository, home } = scene;
  const all: [string, string][] = [];
  const say = async (...args: string[]) => {
    const result = await scene.inside(args);
    all.push([args.join(' '), `${result.stdout}\n${result.stderr}`]);
    return result;
  };

  // A run that fails at its command, and a review of hostile names; each in words and as JSON.
  await say(...RUN, '--verbose');
  repository.write({
    [`src/${NAME}.js`]: 'export const a = 1;\n',
    [`.github/workflows/${NAME}.yml`]: 'on: push\n',
    'package.json': manifest,
  });
  for (const format of ['text', 'markdown', 'sarif', 'rdjson', 'github']) await say('review', '--format', format);
  const id = String((await say('review', '--json')).json().run);
  for (const more of [[], ['--json'], ['--report']]) await say('show', id, ...more);
  await say('runs');
  await say('runs', '--json');
  await say('apply', id);

  // What a person types or pastes, and what files say.
  await say('show', EVIL);
  await say('review', '--base', EVIL);
  await say('review', '--diff', NAME);
  await say('models', EVIL);
  await say('run', '--budget', EVIL, 'x');
  writeFileSync(path.join(home.folder, 'plan.yaml'), `version: 1\ntitle: "${JSON.stringify(EVIL).slice(1, -1)}"\n`);
  await say('plan', '--check', path.join(home.folder, 'plan.yaml'));
  await say('plan', '--check', NAME);

  // A hostile tercet.yaml: as an error, and as something to trust.
  const yaml = (text: string) => writeFileSync(path.join(repository.root, 'tercet.yaml'), text);
  yaml(`"${JSON.stringify(EVIL).slice(1, -1)}": 1\n`);
  for (const args of [['doctor'], ['doctor', '--json'], ['trust'], ['runs']]) await say(...args);
  yaml(`conventions: ["${JSON.stringify(EVIL).slice(1, -1)}"]\ntrio: "${JSON.stringify(EVIL).slice(1, -1)}"\n`);
  for (const args of [
    ['doctor'],
    ['trust'],
    ['trust', '--json'],
    ['trust', '--yes'],
    ['trust', '--yes', '--json'],
    RUN,
    ['trust', '--list'],
  ])
    await say(...args);

  for (const [args, text] of all) expect(UNSAFE.exec(text), JSON.stringify([args, text])).toBeNull();
  const everything = all.map(([, text]) => text).join('\n');
  expect(everything).toContain('sensitive: .github/workflows/');
  expect(everything.length).toBeGreaterThan(5_000);
});

test('case 43: a folder with such a name', async () => {
  const repository = makeRepository();
  await using scene = await setScene();
  try {
    const cwd = path.join(repository.root, '..', NAME);
    mkdirSync(cwd);
    repository.git('clone', '-q', repository.root, cwd);
    writeFileSync(path.join(cwd, 'tercet.yaml'), 'checks: [x]\n');
    for (const args of [
      ['doctor'],
      ['trust'],
      ['trust', '--yes'],
      ['trust', '--list'],
      ['init'],
      ['run', 'x'],
      ['runs'],
    ]) {
      const { stdout, stderr } = await scene.inside(args, { cwd });
      expect(UNSAFE.exec(stdout + stderr), JSON.stringify([args, stdout, stderr])).toBeNull();
    }
  } finally {
    repository.remove();
  }
});
