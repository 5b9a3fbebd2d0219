import type { Edit } from './edit.ts';
import { joined } from './parse-search-replace.ts';

/** The patch envelope some models are trained on: `*** Begin Patch` … `*** End Patch`. */
export interface Patch {
  edits: Edit[];
  /** What cannot be read; `at` is a 1-based line of the answer. */
  faults: { path: string; at: number; why: string }[];
}

const ADD = '*** Add File: ';
const UPDATE = '*** Update File: ';
const DELETE = '*** Delete File: ';

export function opensPatch(line: string): boolean {
  return line.trim() === '*** Begin Patch';
}

export function closesPatch(line: string): boolean {
  return line.trim() === '*** End Patch';
}

/**
 * Turns the lines between the two markers into edits; `first` is the 1-based line of the answer of `body[0]`.
 * A hunk becomes a replacement, so it has to match at exactly one place: the text after `@@` is not used to choose.
 */
export function parsePatch(body: readonly string[], first: number): Patch {
  const patch: Patch = { edits: [], faults: [] };
  let i = 0;
  while (i < body.length) {
    const line = body[i] ?? '';
    const at = first + i;
    const start = i + 1;
    let end = start;
    while (end < body.length && !isHeader(body[end] ?? '')) end += 1;
    const section = body.slice(start, end);
    i = end;
    if (line.startsWith(ADD)) addFile(patch, line.slice(ADD.length).trim(), section, at);
    else if (line.startsWith(UPDATE)) updateFile(patch, line.slice(UPDATE.length).trim(), section, at);
    else if (line.startsWith(DELETE)) patch.edits.push({ kind: 'delete', path: line.slice(DELETE.length).trim(), at });
    else if (line.trim() !== '' || section.some((text) => text.trim() !== '')) {
      const why = 'a patch section begins with *** Add File:, *** Update File: or *** Delete File:';
      patch.faults.push({ path: '', at, why });
    }
  }
  if (patch.edits.length === 0 && patch.faults.length === 0) {
    patch.faults.push({ path: '', at: first, why: 'the patch is empty' });
  }
  return patch;
}

function isHeader(line: string): boolean {
  return line.startsWith('*** ') && line.trim() !== '*** End of File' && !line.startsWith('*** Move to:');
}

function addFile(patch: Patch, path: string, section: readonly string[], at: number): void {
  const lines = withoutBlankEnd(section);
  if (!lines.every((line) => line.startsWith('+'))) {
    patch.faults.push({ path, at, why: 'every line of an added file begins with +' });
    return;
  }
  patch.edits.push({ kind: 'replace', path, search: '', replace: joined(lines.map((line) => line.slice(1))), at });
}

function updateFile(patch: Patch, path: string, section: readonly string[], at: number): void {
  if (section.some((line) => line.startsWith('*** Move to:'))) {
    patch.faults.push({
      path,
      at,
      why: 'a file cannot be moved by a patch; create the new file and delete the old one',
    });
    return;
  }
  const hunks: { at: number; lines: string[] }[] = [];
  for (const [i, line] of section.entries()) {
    if (line.startsWith('@@')) hunks.push({ at: at + 1 + i, lines: [] });
    else if (line.trim() !== '*** End of File') {
      if (hunks.length === 0) hunks.push({ at: at + 1 + i, lines: [] });
      hunks.at(-1)?.lines.push(line);
    }
  }
  const changes = hunks.map((hunk) => ({ at: hunk.at, lines: withoutBlankEnd(hunk.lines) }));
  if (!changes.some((hunk) => hunk.lines.length > 0))
    patch.faults.push({ path, at, why: 'the update holds no change' });
  for (const hunk of changes) if (hunk.lines.length > 0) readHunk(patch, path, hunk);
}

function readHunk(patch: Patch, path: string, hunk: { at: number; lines: readonly string[] }): void {
  const search: string[] = [];
  const replace: string[] = [];
  for (const line of hunk.lines) {
    const sign = line[0] ?? ' ';
    if (sign !== ' ' && sign !== '-' && sign !== '+') {
      const why = 'a line of a hunk begins with a space, - or +';
      patch.faults.push({ path, at: hunk.at, why });
      return;
    }
    if (sign !== '+') search.push(line.slice(1));
    if (sign !== '-') replace.push(line.slice(1));
  }
  if (search.every((line) => line.trim() === '')) {
    patch.faults.push({
      path,
      at: hunk.at,
      why: 'the hunk only adds; show lines around it so that its place is known',
    });
    return;
  }
  patch.edits.push({ kind: 'replace', path, search: joined(search), replace: joined(replace), at: hunk.at });
}

/** Models put blank lines between sections; a blank line of content carries its sign. */
function withoutBlankEnd(lines: readonly string[]): readonly string[] {
  let end = lines.length;
  while (end > 0 && lines[end - 1] === '') end -= 1;
  return lines.slice(0, end);
}
