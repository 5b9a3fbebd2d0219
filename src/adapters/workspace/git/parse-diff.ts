import type { ChangedFile, DiffLine, FileDiff, Hunk } from '../../../contract/change.ts';
import { TercetError } from '../../../contract/errors.ts';
import { unquote } from './quoted.ts';

/** A file's diff with the objects on both sides; a zero name stands for "not there". */
export interface RawFileDiff extends FileDiff {
  before: string;
  after: string;
}

const RAW = /^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*\t(.*)$/su;
const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/su;
const STATUS: Record<string, ChangedFile['status']> = { A: 'added', D: 'deleted', R: 'renamed', C: 'added' };

/**
 * Parses `git diff-tree -r --raw -p --no-abbrev`: names from the raw lines, hunks from the patch, matched by their order.
 * Nothing inside a file can be mistaken for a header, since a hunk's header counts its lines.
 */
export function parseDiff(text: string): RawFileDiff[] {
  const lines = text.split('\n');
  const files: RawFileDiff[] = [];
  const pending: RawFileDiff[] = [];
  let at = 0;
  for (; lines[at]?.startsWith(':'); at += 1) {
    const [, before = '', after = '', letter = 'M', names = ''] = RAW.exec(lines[at] ?? '') ?? [];
    const [first = '', second] = names.split('\t').map(unquote);
    const file: RawFileDiff = {
      file: {
        path: second ?? first,
        from: letter === 'R' && second !== undefined ? first : null,
        status: STATUS[letter] ?? 'modified',
        additions: 0,
        deletions: 0,
        binary: false,
      },
      hunks: [],
      before,
      after,
    };
    files.push(file);
    pending.push(file);
    // A file that became a link (or back) is printed as a removal and a new file.
    if (letter === 'T') pending.push(file);
  }
  let current: RawFileDiff | undefined;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line.startsWith('diff --git ')) {
      current = pending.shift();
      if (current === undefined) throw unreadable(line);
    } else if (line.startsWith('@@ ')) {
      if (current === undefined) throw unreadable(line);
      at = readHunk(lines, at, current);
      continue;
    } else if (current && (line === 'GIT binary patch' || /^Binary files .* differ$/su.test(line))) {
      current.file.binary = true;
    }
    at += 1;
  }
  if (pending.length > 0) throw unreadable(pending[0]?.file.path ?? '');
  return files;
}

/** Names hunks `H1`, `H2`, … over the whole diff. */
export function numberHunks(files: readonly RawFileDiff[]): FileDiff[] {
  let count = 0;
  return files.map(({ file, hunks }) => ({
    file,
    hunks: hunks.map((hunk) => {
      count += 1;
      return { ...hunk, id: `H${count}` };
    }),
  }));
}

function readHunk(lines: readonly string[], start: number, into: RawFileDiff): number {
  const header = lines[start] ?? '';
  const match = HUNK.exec(header);
  if (match === null) throw unreadable(header);
  let old = Number(match[1]);
  let now = Number(match[3]);
  let oldLeft = Number(match[2] ?? 1);
  let newLeft = Number(match[4] ?? 1);
  const body: DiffLine[] = [];
  const hunk: Hunk = {
    path: into.file.path,
    id: '',
    oldStart: old,
    newStart: now,
    heading: match[5] ?? '',
    lines: body,
  };
  let at = start + 1;
  for (; oldLeft > 0 || newLeft > 0; at += 1) {
    const line = lines[at];
    if (line === undefined) throw unreadable(header);
    const text = line.slice(1);
    if (line.startsWith('\\')) continue;
    if (line.startsWith('+')) {
      body.push({ kind: 'added', old: null, new: now, text });
      into.file.additions += 1;
    } else if (line.startsWith('-')) {
      body.push({ kind: 'removed', old, new: null, text });
      into.file.deletions += 1;
    } else if (line.startsWith(' ')) {
      body.push({ kind: 'context', old, new: now, text });
    } else throw unreadable(line);
    if (!line.startsWith('+')) {
      old += 1;
      oldLeft -= 1;
    }
    if (!line.startsWith('-')) {
      now += 1;
      newLeft -= 1;
    }
  }
  into.hunks.push(hunk);
  return at;
}

function unreadable(line: string): TercetError {
  return new TercetError('internal', `git's diff could not be read at ${JSON.stringify(line.slice(0, 120))}`);
}
