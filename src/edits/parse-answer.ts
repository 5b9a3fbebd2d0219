import type { Edit, EditProblem, ParsedAnswer } from './edit.ts';
import { excerpt, where } from './explain.ts';
import { findBlockEnd, type Marker, markerOf } from './markers.ts';
import { opensChangeRequest, parseChangeRequest } from './parse-change-request.ts';
import { closesPatch, opensPatch, parsePatch } from './parse-patch.ts';
import { joined, parseSearchReplace } from './parse-search-replace.ts';
import { Prose } from './prose.ts';
import { readPath } from './read-path.ts';

const DELETE = 'DELETE FILE:';
/** Problems kept of one answer: nobody mends more in a round, and hostile answers hold thousands. */
const MOST_PROBLEMS = 50;
const PLAIN_BLOCK =
  'a fenced block is not an edit. Put the whole file between "<<<<<<< FILE" and ">>>>>>> FILE", ' +
  'or a part of it into "<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE"';

/**
 * Reads the edits, the change request and the prose of a model's answer. Never throws; linear in the answer's length.
 *
 * Blocks are found by their markers alone, so fences inside content do no harm. With any problem there are no edits.
 * `known` are the paths the model was shown: they are recognised whatever they look like, and a search block without
 * a path belongs to the only one when there is just one.
 */
export function parseAnswer(text: string, options: { known?: ReadonlySet<string> } = {}): ParsedAnswer {
  const reader = new AnswerReader(splitAnswer(text), options.known ?? new Set());
  return reader.read();
}

/** Lines without `\n`. An answer that came with CRLF throughout is read as LF; a lone CRLF in it is content. */
function splitAnswer(text: string): string[] {
  const lines = text.split('\n');
  const ended = lines.slice(0, -1);
  const crlf = ended.length > 0 && ended.every((line) => line.endsWith('\r'));
  return crlf ? lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line)) : lines;
}

class AnswerReader {
  readonly #lines: string[];
  readonly #known: ReadonlySet<string>;
  readonly #prose: Prose;
  readonly #edits: Edit[] = [];
  readonly #problems: EditProblem[] = [];
  #changeRequest: ParsedAnswer['changeRequest'] = null;
  /** Where a unified diff was seen. Beside real edits it is prose, a quotation; alone it is the wrong format. */
  #diffAt: number | null = null;

  constructor(lines: string[], known: ReadonlySet<string>) {
    this.#lines = lines;
    this.#known = known;
    this.#prose = new Prose(known);
  }

  read(): ParsedAnswer {
    let i = 0;
    while (i < this.#lines.length) i = this.#step(i);
    if (this.#diffAt !== null && this.#edits.length === 0 && this.#changeRequest === null) {
      this.#problem('malformed', '', this.#diffAt, 'a unified diff is not accepted; send SEARCH/REPLACE blocks');
    }
    const plain = this.#prose.unfinished();
    if (plain !== null)
      this.#problem('truncated', plain.path, plain.at, `the fenced block does not end; and ${PLAIN_BLOCK}`);
    return {
      edits: this.#problems.length === 0 ? this.#edits : [],
      problems: this.#problems,
      changeRequest: this.#changeRequest,
      claim: this.#prose.claim(),
    };
  }

  /** Reads what begins on line `i`; returns the line after it. */
  #step(i: number): number {
    const line = this.#lines[i] ?? '';
    const marker = markerOf(line);
    if (marker !== null && marker.kind !== 'divider') {
      if (marker.kind === 'open-search' || marker.kind === 'open-file') return this.#block(i, marker);
      this.#prose.interrupt();
      this.#problem('malformed', '', i + 1, `"${excerpt(line, 40)}" stands outside a block`);
      return i + 1;
    }
    if (opensPatch(line)) return this.#patch(i);
    if (opensChangeRequest(line)) return this.#request(i);
    if (line.startsWith(DELETE)) return this.#deletion(i, line.slice(DELETE.length));
    if (line.startsWith('--- ') && this.#lines[i + 1]?.startsWith('+++ ') && this.#lines[i + 2]?.startsWith('@@')) {
      this.#diffAt ??= i + 1;
    } else if (line[0] === ' ' || line[0] === '\t') {
      const indented = markerOf(line.trimStart());
      if (indented?.kind === 'open-search' || indented?.kind === 'open-file') {
        this.#problem('malformed', '', i + 1, 'the marker is indented; every marker line begins in the first column');
      }
    }
    const plain = this.#prose.line(line, i + 1);
    if (plain !== null) this.#problem('malformed', plain.path, plain.at, PLAIN_BLOCK);
    return i + 1;
  }

  #block(i: number, open: Marker): number {
    const at = i + 1;
    const target = this.#prose.block(open.rest);
    const path = target.path ?? '';
    const end = findBlockEnd(this.#lines, i, open);
    if (!end.found) {
      const closer = open.kind === 'open-file' ? 'FILE' : 'REPLACE';
      if (end.next === null) {
        this.#problem('truncated', path, at, `the answer ends before the block is closed by ">>>>>>> ${closer}"`);
        return this.#lines.length;
      }
      const why = `the block is not closed by ">>>>>>> ${closer}" before the one at line ${end.next + 1}; if that one is content, use longer markers outside`;
      this.#problem('malformed', path, at, why);
      return end.next;
    }
    const body = this.#lines.slice(i + 1, end.end);
    if (target.path === null) {
      this.#problem('malformed', '', at, `${target.why}. Put the path of the file on the line above the block`);
    } else if (open.kind === 'open-file') {
      if (target.inherited)
        this.#problem('malformed', '', at, 'a whole file needs its path on the line above the block');
      else this.#edits.push({ kind: 'write', path, content: joined(body), at });
    } else {
      const sides = parseSearchReplace(body, open.length);
      if ('why' in sides) this.#problem('malformed', path, at, sides.why);
      else this.#edits.push({ kind: 'replace', path, ...sides, at });
    }
    return end.end + 1;
  }

  #patch(i: number): number {
    this.#prose.interrupt();
    let end = i + 1;
    while (end < this.#lines.length && !closesPatch(this.#lines[end] ?? '') && !opensPatch(this.#lines[end] ?? ''))
      end += 1;
    if (end >= this.#lines.length) {
      this.#problem('truncated', '', i + 1, 'the answer ends before the patch is closed by "*** End Patch"');
      return end;
    }
    if (opensPatch(this.#lines[end] ?? '')) {
      this.#problem('malformed', '', i + 1, `the patch is not closed before the one at line ${end + 1}`);
      return end;
    }
    const patch = parsePatch(this.#lines.slice(i + 1, end), i + 2);
    this.#edits.push(...patch.edits);
    for (const fault of patch.faults) this.#problem('malformed', fault.path, fault.at, fault.why);
    return end + 1;
  }

  #request(i: number): number {
    this.#prose.interrupt();
    const block = parseChangeRequest(this.#lines, i);
    if ('why' in block) this.#problem('malformed', '', i + 1, `the change request cannot be read: ${block.why}`);
    else if (this.#changeRequest !== null)
      this.#problem('malformed', '', i + 1, 'more than one change request; send one');
    else this.#changeRequest = block.request;
    return block.next;
  }

  #deletion(i: number, rest: string): number {
    this.#prose.interrupt();
    const path = readPath(`File: ${rest.trim()}`, this.#known)?.path ?? null;
    if (path === null) this.#problem('malformed', '', i + 1, 'DELETE FILE: is followed by one path');
    else this.#edits.push({ kind: 'delete', path, at: i + 1 });
    return i + 1;
  }

  #problem(kind: EditProblem['kind'], path: string, at: number, why: string): void {
    if (this.#problems.length >= MOST_PROBLEMS) return;
    this.#problems.push({ path, kind, at, message: `${where(path, at)}: ${excerpt(why, 600)}.` });
  }
}
