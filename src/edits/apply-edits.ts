import { replaceLines } from './apply-replace.ts';
import type { Edit, EditProblem } from './edit.ts';
import { isLazyComment } from './elision.ts';
import { excerpt, where } from './explain.ts';
import { blockLines, dominantEol, joinFile, splitFile } from './file-lines.ts';

export type Applied =
  /** Only the files that changed: path → new text, null for a deleted one. Notes are for people and safe to print. */
  { ok: true; files: Map<string, string | null>; notes: string[] } | { ok: false; problems: EditProblem[] };

/** What one edit does to one file, seen alone. `null` is a file that is not there. */
type Step = { text: string | null; note: string | null } | { problem: EditProblem };

/**
 * Applies edits in order, each to the text the ones before it left; all or nothing.
 *
 * `current` is the text of every path the edits name ({@link editedPaths}); null or absent is a file that does not
 * exist, so an unread file would be created anew: read them all first. Nothing is resolved or written here.
 * Files keep their byte order mark, line endings and final newline; inserted text takes the file's endings.
 * When nothing changes in the end, that is a `no-change` problem.
 */
export function applyEdits(edits: readonly Edit[], current: ReadonlyMap<string, string | null>): Applied {
  const texts = new Map<string, string | null>();
  const earlier = new Map<string, Edit[]>();
  const problems: EditProblem[] = [];
  const notes: string[] = [];
  for (const edit of edits) {
    const original = current.get(edit.path) ?? null;
    const text = texts.get(edit.path) === undefined ? original : (texts.get(edit.path) ?? null);
    const before = earlier.get(edit.path) ?? [];
    const step = applyOne(edit, text, original, before);
    if ('problem' in step) problems.push(step.problem);
    else {
      texts.set(edit.path, step.text);
      if (step.note !== null) notes.push(step.note);
    }
    before.push(edit);
    earlier.set(edit.path, before);
  }
  if (problems.length > 0) return { ok: false, problems };

  const files = new Map([...texts].filter(([path, text]) => text !== (current.get(path) ?? null)));
  if (files.size > 0) return { ok: true, files, notes };
  const [first] = edits;
  const why =
    first === undefined
      ? 'The answer holds no edit'
      : `The edits change nothing: ${notes.join('; ') || 'they undo one another'}`;
  return {
    ok: false,
    problems: [{ path: first?.path ?? '', kind: 'no-change', at: first?.at ?? 0, message: `${why}.` }],
  };
}

function applyOne(edit: Edit, text: string | null, original: string | null, earlier: readonly Edit[]): Step {
  if (edit.kind === 'write') return writeWhole(edit, text);
  if (edit.kind === 'delete') return text === null ? missing(edit, earlier) : { text: null, note: null };
  if (edit.search.trim() === '') {
    if (text === null || text === '' || text === '\uFEFF') return create(edit, text);
    return edit.search === '' ? exists(edit) : blankSearch(edit);
  }
  if (text === null) return missing(edit, earlier);
  return replaceLines(edit, text, original, earlier);
}

function create(edit: Edit & { kind: 'replace' }, text: string | null): Step {
  const lazy = lazyLine(edit.replace, '');
  return lazy === null ? { text: (text ?? '') + edit.replace, note: null } : leftOut(edit, lazy);
}

/** Overwriting keeps what the model cannot see: the byte order mark and CRLF endings. */
function writeWhole(edit: Edit & { kind: 'write' }, text: string | null): Step {
  const lazy = lazyLine(edit.content, text ?? '');
  if (lazy !== null) return leftOut(edit, lazy);
  if (text === null) return { text: edit.content, note: null };
  if (edit.content.trim() === '' && text.trim() !== '') {
    return problem(
      edit,
      'malformed',
      'the new content is empty; delete the file with "DELETE FILE: path" if that is meant',
    );
  }
  const old = splitFile(text);
  const fresh = splitFile(edit.content);
  const eol = dominantEol(old.lines);
  const lines = old.lines.some((line) => line.eol !== '')
    ? fresh.lines.map((line) => ({ text: line.text, eol: line.eol === '' ? line.eol : eol }))
    : fresh.lines;
  const result = joinFile({ bom: old.bom || fresh.bom, lines });
  return { text: result, note: result === text ? `${where(edit.path, edit.at)}: the file already reads so` : null };
}

/** The first line that stands for code left out and that the file did not have before. */
function lazyLine(content: string, text: string): string | null {
  const lazy = blockLines(content).filter(isLazyComment);
  if (lazy.length === 0) return null;
  const had = new Set(blockLines(text).map((line) => line.trim()));
  return lazy.find((line) => !had.has(line.trim())) ?? null;
}

function leftOut(edit: Edit, line: string): Step {
  return problem(
    edit,
    'malformed',
    `the line "${excerpt(line.trim(), 60)}" stands for text that is left out; a whole file is written whole. Use SEARCH/REPLACE for a part`,
  );
}

function missing(edit: Edit, earlier: readonly Edit[]): Step {
  const deletion = earlier.findLast((before) => before.kind === 'delete');
  if (deletion !== undefined) {
    return problem(edit, 'missing-file', `the file was deleted by the edit at line ${deletion.at} of the answer`);
  }
  const next = edit.kind === 'delete' ? 'check the path' : 'check the path, or leave SEARCH empty to create the file';
  return problem(edit, 'missing-file', `the file does not exist; ${next}`);
}

function exists(edit: Edit): Step {
  return problem(
    edit,
    'exists',
    'the file exists, so SEARCH cannot be empty; show the lines to replace, or the whole file between "<<<<<<< FILE" and ">>>>>>> FILE"',
  );
}

function blankSearch(edit: Edit): Step {
  return problem(edit, 'malformed', 'SEARCH holds only blank lines, which do not say a place; show lines of the file');
}

function problem(edit: Edit, kind: EditProblem['kind'], why: string): Step {
  return { problem: { path: edit.path, kind, at: edit.at, message: `${where(edit.path, edit.at)}: ${why}.` } };
}
