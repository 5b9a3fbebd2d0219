import type { Commit, FileDiff } from '../contract/change.ts';

/** A file of a commit. `bytes` is null for links and submodules, whose content is never read. */
export interface TreeEntry {
  path: string;
  kind: 'file' | 'executable' | 'link' | 'submodule';
  bytes: number | null;
}

/** What to review when it is not a run's own branch. */
export type Snapshot =
  | { of: 'staged' }
  /** `keep: false` only names the tree: what was written for it is gone, and so cannot be read or compared. */
  | { of: 'worktree'; keep?: boolean }
  | { of: 'patch'; patch: string; base: string };

/**
 * A git repository, read without touching it: the user's tree, index, HEAD and stashes stay byte-identical.
 * A "commitish" is anything git resolves; values that begin with `-` are refused.
 */
export interface Repository {
  readonly root: string;
  /** Stable key of this repository: names its folder in the user's data. */
  readonly key: string;
  /** The git folder, absolute; the same from every linked worktree. */
  readonly gitFolder: string;
  /** Who commits, as git has it. */
  readonly identity: Identity;
  /** Full object name of a commit. Throws `usage` naming the ref when it does not exist. */
  resolve(commitish: string): Promise<string>;
  mergeBase(a: string, b: string): Promise<string>;
  /** The newest commit before `at` (ISO 8601) that a commit descends from, or itself; null when all are younger. */
  lastBefore(commitish: string, at: string): Promise<string | null>;
  /** The tree objects of commits or trees, in order; null for what is not there. */
  treesOf(names: readonly string[]): Promise<(string | null)[]>;
  /** The files of a commit or tree. */
  tree(treeish: string): Promise<TreeEntry[]>;
  /** Texts of files at a commit or tree. null: absent, not UTF-8, binary, a link, or over 1 MiB. */
  read(treeish: string, paths: readonly string[]): Promise<Map<string, string | null>>;
  diff(from: string, to: string): Promise<FileDiff[]>;
  /** The diff as git prints it. */
  patch(from: string, to: string): Promise<string>;
  /** Commits after `from` up to `to`, oldest first; tasks read from trailers. */
  log(from: string, to: string): Promise<Commit[]>;
  /** A tree object of what is staged, of the working tree (untracked files included), or of base + patch. */
  snapshot(what: Snapshot): Promise<{ tree: string; base: string }>;
  /** Number of files with uncommitted changes, untracked ones included. */
  dirty(): Promise<number>;
  openWorktree(options: WorktreeOrder): Promise<Worktree>;
  /** Checks a commit or tree out for reading: on no branch, in a folder of the run's own. */
  openCheckout(order: { run: string; treeish: string }): Promise<Checkout>;
  /** Brings base..head into the user's working tree, all or nothing. Throws `repository` with the conflicting paths. */
  apply(base: string, head: string): Promise<{ files: string[] }>;
  /** What runs have left here, and its removal. */
  readonly leftovers: Leftovers;
}

export interface Identity {
  name: string;
  email: string;
}

/** A ref and where it stands. `at` is ISO 8601: when its commit was made. */
export interface Ref {
  name: string;
  sha: string;
  at: string;
}

/** A working tree some run has left, in `.tercet/worktrees`. `work`: what is in it and nowhere else, in words; null when nothing is. */
export interface LeftWorktree {
  run: string;
  path: string;
  work: string | null;
}

/** Clean-up of what runs have left in a repository. Never the user's own branches, index or working tree. */
export interface Leftovers {
  worktrees(): Promise<LeftWorktree[]>;
  /** Removes one; uncommitted work, untracked files included, and commits of a detached HEAD are saved under refs first. */
  removeWorktree(path: string): Promise<{ rescued: string[] }>;
  /** Branches with this beginning, e.g. `tercet/replay-`, or of this name. */
  branches(prefix: string): Promise<Ref[]>;
  /** Why a branch is not removed: null when HEAD or its upstream has all of it and no working tree is on it. */
  whyKept(branch: string): Promise<string | null>;
  /** Refs under `refs/tercet/`. */
  refs(): Promise<Ref[]>;
  /** Removes a ref, if it still stands where it was seen. `name` is full: `refs/heads/…`, `refs/tercet/…`. */
  removeRef(ref: Pick<Ref, 'name' | 'sha'>): Promise<void>;
}

/** `again` opens what a run that was interrupted left: its branch, and its working tree where that is whole. */
export interface WorktreeOrder {
  run: string;
  branch: string;
  base: string;
  again?: boolean;
  /** Who commits, where it is not the repository's identity. */
  identity?: Identity;
}

/** A working tree that is only read: nothing that is done in it outlives it. */
export interface Checkout {
  readonly path: string;
  /** Paths that differ from what was checked out, untracked (not ignored) ones included, sorted. */
  changed(): Promise<string[]>;
  /** Removes it with all that was written in it. */
  close(): Promise<void>;
}

/** A working tree of the run's own, on the run's branch. Paths are relative, with `/`. */
export interface Worktree {
  readonly path: string;
  readonly branch: string;
  head(): Promise<string>;
  /** The text of a file; null when absent. Throws `repository` for a path outside, a link, or a file that is not UTF-8 text. */
  read(path: string): Promise<string | null>;
  /** Whether the file is marked as executable. Guarded as `read`. */
  isExecutable(path: string): Promise<boolean>;
  /** Writes exactly these characters as UTF-8; keeps the mode, but for what `executable` says; makes folders. Guarded as `read`. */
  write(path: string, text: string, executable?: boolean): Promise<void>;
  remove(path: string): Promise<void>;
  /** Paths that differ from HEAD, untracked (not ignored) ones included, sorted. */
  changed(): Promise<string[]>;
  /** Puts paths back as they are at HEAD; untracked ones are removed. All changed paths when none are given. */
  restore(paths?: readonly string[]): Promise<void>;
  /** One commit of exactly these paths. Trailers in order. Throws `repository` when nothing is staged by it. */
  commit(message: CommitMessage, paths: readonly string[]): Promise<Commit>;
  /**
   * Takes back what somebody else committed since our own last step, or where they moved HEAD to: the branch stands where
   * we left it, the files stay as they are. Commits taken back are kept under `refs/tercet/<run>/taken-back`.
   * `to` is where an earlier process left it; our own last step unless given.
   * @returns how many commits.
   */
  takeBack(to?: string): Promise<number>;
  /** Saves uncommitted work as a commit under `refs/tercet/<run>/<name>`; null when there is none. */
  rescue(name: string): Promise<string | null>;
  /**
   * Folds every commit with a `Tercet-Fix` trailer into the task commits whose files it mends, so that the branch
   * holds one commit per task. The tree at the tip stays the same object. Returns the commits after base.
   */
  fold(base: string): Promise<Commit[]>;
  /** Removes the working tree; the branch stays. Uncommitted work is rescued first. */
  close(): Promise<void>;
}

export interface CommitMessage {
  subject: string;
  body: string;
  /** E.g. `[['Tercet-Run', id], ['Tercet-Task', 'T1'], ['Tercet-Model', 'anthropic/…']]`. */
  trailers: readonly (readonly [string, string])[];
  /** When it was authored and committed, ISO 8601 with the offset of the author's clock; now unless told. */
  at?: string;
}
