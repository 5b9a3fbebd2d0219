import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the program does on one turn, in this order. */
export interface FakeTurn {
  /** Files, relative to the folder it works in. */
  write?: Record<string, string>;
  /** Which files in the folder are marked as executable then. */
  executable?: string[];
  /** git commands, after the files. */
  git?: string[][];
  stderr?: string;
  /** A transcript of test/fixtures/agents, by name; the folder it was recorded in becomes the one it works in. */
  transcript?: string;
  /** Events after the transcript's. */
  lines?: object[];
  /** Replaces the answer in the transcript. */
  answer?: unknown;
  /** The folder it says it works in, where that is another. */
  cwd?: string;
  /** Starts a process that waits: in its group, or apart from it. */
  child?: 'group' | 'apart';
  hang?: true;
  exit?: number;
  /** A transcript of an ACP conversation: the program speaks ACP instead. `write`, `git`, `answer`, `hang` hold there too. */
  acp?: string;
  /** Before its last words: requests to the client (`{cwd}` stands for the folder), or updates without a method. */
  asks?: object[];
  /** Requests after it has answered. */
  late?: object[];
  /** The error it answers the prompt with. */
  error?: object;
  stopReason?: string;
  /** It does not end when its input is closed. */
  stays?: true;
  fault?:
    | 'no-acp'
    | 'mute'
    | 'old'
    | 'logged-out'
    | 'crash'
    | 'silent'
    | 'chatter'
    | 'endless-line'
    | 'garbage'
    | 'rejects-settings';
}

/** What an ACP client sent (`got`), or how it answered a request (`asked`, of `asks`; `answered`, of the transcript). */
export interface FakeWord {
  index: number;
  got?: { id?: unknown; method?: string; params?: Record<string, unknown> };
  asked?: string;
  answered?: unknown;
  result?: Record<string, unknown>;
  error?: { code: number; message: string };
}

/** One turn as the program saw it. */
export interface FakeCall {
  index: number;
  args: string[];
  input: string;
  cwd: string;
  env: Record<string, string>;
  pid: number;
  child: number | null;
}

const PROGRAM = fileURLToPath(new URL('program.mjs', import.meta.url));
const FIXTURES = fileURLToPath(new URL('../../fixtures/agents/', import.meta.url));

/** Puts a program of that name into a folder for PATH. */
export function installFake(name: string, turns: readonly FakeTurn[]) {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'tercet-fake-')));
  const bin = path.join(folder, 'bin');
  mkdirSync(bin);
  const program = path.join(bin, name);
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' '${folder}' "$@"\n`);
  chmodSync(program, 0o755);
  const recorded = (name: string | undefined) =>
    name === undefined ? undefined : path.join(FIXTURES, `${name}.jsonl`);
  const whole = turns.map((turn) => ({ ...turn, transcript: recorded(turn.transcript), acp: recorded(turn.acp) }));
  writeFileSync(path.join(folder, 'turns.json'), JSON.stringify(whole));
  return {
    bin,
    program,
    /** The turns so far, in the order they began. */
    calls: (): FakeCall[] => {
      const log = path.join(folder, 'calls.ndjson');
      if (!existsSync(log)) return [];
      // The last one may be half written.
      const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
      return lines.map((line) => JSON.parse(line) as FakeCall).toSorted((a, b) => a.index - b.index);
    },
    /** What ACP clients said, in order. */
    words: (): FakeWord[] => {
      const log = path.join(folder, 'conversation.ndjson');
      if (!existsSync(log)) return [];
      const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
      return lines.map((line) => JSON.parse(line) as FakeWord);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
