import type { FileDiff } from '../../../contract/change.ts';
import { type Git, revision } from './git.ts';
import { numberHunks, parseDiff, type RawFileDiff } from './parse-diff.ts';
import { blobs, MAX_READ_BYTES, sizes } from './read-objects.ts';

/** Between two trees nothing but objects is read, so a submodule shows as the commit it points to and is not entered. */
const DIFF_TREE = [
  'diff-tree',
  '-r',
  '-U3',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--submodule=short',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--full-index',
];
const PARSED = [...DIFF_TREE, '--raw', '-p', '--no-abbrev', '-M'];
const MAX_DIFF_BYTES = 64 * 1024 * 1024;
/** As far as git itself looks for a NUL. */
const SNIFFED_BYTES = 8000;

export async function diff(git: Git, from: string, to: string): Promise<FileDiff[]> {
  const sides = [revision(from), revision(to)];
  const files = await parsed(git, [...PARSED, ...sides, '--']);
  const hidden = await textsCalledBinary(git, files);
  if (hidden.length === 0) return numberHunks(files);
  const paths = hidden.flatMap(({ file }) => (file.from === null ? [file.path] : [file.from, file.path]));
  const shown = await parsed(git, [...PARSED, '--text', ...sides, '--', ...paths]);
  const byPath = new Map(shown.map((file) => [file.file.path, file]));
  return numberHunks(files.map((file) => (hidden.includes(file) ? (byPath.get(file.file.path) ?? file) : file)));
}

/** The diff as git prints it: applies with `git apply`, binary files included. */
export async function patchBytes(git: Git, from: string, to: string, options: { renames: boolean }): Promise<Buffer> {
  const args = [...DIFF_TREE, '-p', '--binary', options.renames ? '-M' : '--no-renames'];
  const answer = await git.run({ args: [...args, revision(from), revision(to), '--'], maxBytes: 4 * MAX_DIFF_BYTES });
  return answer.stdout;
}

async function parsed(git: Git, args: string[]): Promise<RawFileDiff[]> {
  const answer = await git.run({ args, maxBytes: MAX_DIFF_BYTES });
  return parseDiff(answer.stdout.toString());
}

/** A `-diff` attribute would keep source text from the reviewer: whether a file is binary is seen from its bytes. */
async function textsCalledBinary(git: Git, files: readonly RawFileDiff[]): Promise<RawFileDiff[]> {
  const called = files.filter(({ file }) => file.binary);
  if (called.length === 0) return [];
  const names = called.flatMap(({ before, after }) => [before, after]).filter((name) => !/^0+$/u.test(name));
  const small = await sizes(git, names);
  const found = await blobs(
    git,
    [...small].filter(([, bytes]) => bytes <= MAX_READ_BYTES).map(([name]) => name),
  );
  const isText = (name: string): boolean => {
    const bytes = found.get(name);
    if (/^0+$/u.test(name)) return true;
    return bytes !== undefined && !bytes.subarray(0, SNIFFED_BYTES).includes(0);
  };
  return called.filter(({ before, after }) => isText(before) && isText(after));
}
