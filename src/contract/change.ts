import type { ChangeRequest, Criterion, PlannedFile, PlannedSymbol } from './plan.ts';
import type { Finding } from './review.ts';

/** A file as the executor sees it; `content` is null for a file the task creates. */
export interface BriefFile {
  path: string;
  action: PlannedFile['action'] | 'read';
  content: string | null;
}

/** Everything an executor is told about one task, and nothing else of the conversation. */
export interface Brief {
  task: string;
  title: string;
  behaviour: string;
  criteria: Criterion[];
  symbols: PlannedSymbol[];
  files: BriefFile[];
  conventions: string[];
  /** Commands that must exit 0: the task's own and the project's checks. */
  checks: string[];
  /** Blocking findings to mend, in a fix round; empty otherwise. */
  findings: Finding[];
}

/** One command that was run, with its output trimmed to what matters. */
export interface CheckResult {
  command: string;
  /** The criteria it shows, e.g. `['T1.1']`; empty for a check of the whole project. */
  criteria: string[];
  /** null when the command was killed (deadline, signal). */
  exitCode: number | null;
  timedOut: boolean;
  ms: number;
  output: string;
}

/** The ladder of execution, cheap to dear. */
export type Rung = 'edit' | 'repair' | 'tools' | 'agent' | 'stronger';

/** One step on the ladder, and why it ended as it did. */
export interface Attempt {
  rung: Rung;
  model: string;
  outcome:
    | 'done'
    | 'edit-failed'
    | 'checks-failed'
    | 'out-of-scope'
    | 'no-change'
    | 'change-requested'
    | 'agent-failed';
  detail: string;
}

export interface TaskResult {
  task: string;
  status: 'done' | 'failed' | 'skipped';
  /** The commit that is the task; null unless done. */
  commit: string | null;
  attempts: Attempt[];
  checks: CheckResult[];
  changeRequests: ChangeRequest[];
  /** What the executor says about its own work: a claim, shown as one. */
  claim: string;
}

export interface Commit {
  sha: string;
  subject: string;
  /** The task it stands for; null for a commit Tercet did not make. */
  task: string | null;
}

export interface ChangedFile {
  path: string;
  /** The former path of a renamed file. */
  from: string | null;
  status: 'added' | 'modified' | 'deleted' | 'renamed';
  additions: number;
  deletions: number;
  binary: boolean;
}

/** A changed file that runs code elsewhere or steers a tool: CI, hooks, editors, package scripts, lock files, agents. */
export interface SensitiveFile {
  path: string;
  /** What kind of file it is. */
  why: string;
  /** There was none before: tools that found nothing so far will obey it. */
  created: boolean;
  /** What else code can say, e.g. which package scripts changed; '' when nothing. */
  note: string;
}

/** What the executor hands to the reviewer. */
export interface Change {
  base: string;
  head: string;
  files: ChangedFile[];
  commits: Commit[];
  tasks: TaskResult[];
}

/** A line of a hunk. `old` and `new` are 1-based line numbers, null where the side has no such line. */
export interface DiffLine {
  kind: 'context' | 'added' | 'removed';
  old: number | null;
  new: number | null;
  text: string;
}

export interface Hunk {
  path: string;
  /** Number of the hunk within the whole diff, from 1: `H1`. */
  id: string;
  oldStart: number;
  newStart: number;
  /** What git prints after the second `@@`: the enclosing definition. */
  heading: string;
  lines: DiffLine[];
}

export interface FileDiff {
  file: ChangedFile;
  hunks: Hunk[];
}
