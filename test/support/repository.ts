import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Content of a file, or a link, or a file that can be executed. */
export type FileSpec = string | Buffer | { link: string } | { executable: string };

/** A small real git repository in a temporary folder, driven by plain git without any of our hardening. */
export interface TestRepository {
  root: string;
  /** The environment the user would have: a home of its own with a name and mail in its configuration. */
  env: Record<string, string>;
  git(...args: string[]): string;
  write(files: Record<string, FileSpec>): void;
  /** Adds everything and commits; the full name of the commit. */
  commit(message: string): string;
  /** Everything a run must leave as it is: every file outside .git, the index, HEAD, stashes, configuration. */
  fingerprint(): Record<string, string>;
  remove(): void;
}

/** A process as large as a test's is dear to fork, a shell is not: so its children do what belongs together. */
const COMMIT = 'git add -A\ngit commit -q --allow-empty -m "$1"\ngit rev-parse HEAD';
const PIPES: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];

export function makeRepository(files: Record<string, FileSpec> = { 'README.md': '# Sample\n' }): TestRepository {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tercet-test-')));
  const root = join(folder, 'shop');
  const home = join(folder, 'home');
  mkdirSync(root);
  mkdirSync(home);
  writeFileSync(
    join(home, '.gitconfig'),
    '[user]\n\tname = Ada Example\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n',
  );
  const env = { PATH: process.env.PATH ?? '', HOME: home, LANG: 'C' };
  const script = (text: string, ...args: string[]) =>
    execFileSync('/bin/sh', ['-ec', text, 'sh', ...args], { cwd: root, env, encoding: 'utf8', stdio: PIPES }).trimEnd();
  const repository: TestRepository = {
    root,
    env,
    git: (...args) => execFileSync('git', args, { cwd: root, env, encoding: 'utf8', stdio: PIPES }).replace(/\n$/, ''),
    write: (more) => writeFiles(root, more),
    commit: (message) => script(COMMIT, message),
    fingerprint: () => {
      const marks: Record<string, string> = {};
      walk(root, '', marks);
      for (const name of ['index', 'HEAD', 'config', 'info/exclude', 'refs/stash', 'logs/refs/stash', 'logs/HEAD']) {
        marks[`.git/${name}`] = mark(join(root, '.git', name));
      }
      return marks;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  repository.write(files);
  script(Object.keys(files).length > 0 ? `git init -q\n${COMMIT}` : 'git init -q', 'Start');
  return repository;
}

export function writeFiles(root: string, files: Record<string, FileSpec>): void {
  for (const [path, spec] of Object.entries(files)) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    if (typeof spec === 'string' || Buffer.isBuffer(spec)) writeFileSync(file, spec);
    else if ('link' in spec) symlinkSync(spec.link, file);
    else {
      writeFileSync(file, spec.executable);
      chmodSync(file, 0o755);
    }
  }
}

function walk(root: string, folder: string, marks: Record<string, string>): void {
  for (const name of readdirSync(join(root, folder))) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (path === '.git') continue;
    if (lstatSync(join(root, path)).isDirectory()) {
      marks[`${path}/`] = 'folder';
      walk(root, path, marks);
    } else marks[path] = mark(join(root, path));
  }
}

function mark(file: string): string {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (!found) return 'absent';
  if (found.isSymbolicLink()) return `link ${readlinkSync(file)}`;
  return `${found.mode.toString(8)} ${found.mtimeMs} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
}
