import type { ChangeRequest } from '../contract/plan.ts';

/** One edit of one file, as a model handed it back. `at` is the 1-based line of the answer it begins on. */
export type Edit =
  /** `search` and `replace` are whole lines, each ended by `\n`. An empty `search` creates the file. */
  | { kind: 'replace'; path: string; search: string; replace: string; at: number }
  /** The whole file; creates or overwrites. */
  | { kind: 'write'; path: string; content: string; at: number }
  | { kind: 'delete'; path: string; at: number };

/** Why an answer, or one edit of it, cannot be applied. `message` is complete and safe to print. */
export interface EditProblem {
  /** As the model wrote it; '' when the block names no file. */
  path: string;
  kind:
    | 'malformed'
    | 'missing-file'
    | 'exists'
    | 'not-found'
    | 'ambiguous'
    | 'no-change'
    | 'overlap'
    /** The answer ends inside a block: the model ran out of tokens. */
    | 'truncated';
  at: number;
  message: string;
}

/** An answer, read. When `problems` is not empty, `edits` is: half an answer is never applied. */
export interface ParsedAnswer {
  edits: Edit[];
  problems: EditProblem[];
  changeRequest: Omit<ChangeRequest, 'task'> | null;
  /** What the model says outside the blocks, trimmed: a claim, nothing more. */
  claim: string;
}

/** The distinct paths the edits touch, in order of first mention: what has to be read before they are applied. */
export function editedPaths(edits: readonly Edit[]): string[] {
  return [...new Set(edits.map((edit) => edit.path))];
}
