import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { TercetError } from '../../../contract/errors.ts';

/** One run of git, its environment complete. */
export interface GitProcess {
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  input?: string | Uint8Array | undefined;
  /** Exit codes that are an answer rather than an error; 0 always is. */
  ok?: readonly number[] | undefined;
  /** More output than this ends git and is an error. */
  maxBytes?: number | undefined;
  signal?: AbortSignal | undefined;
}

export interface GitAnswer {
  code: number;
  stdout: Buffer;
  /** git's own words, control characters stripped. */
  stderr: string;
}

const MAX_BYTES = 256 * 1024 * 1024;
const MAX_STDERR_CHARS = 16_384;
/** A checkout of a huge repository may take minutes; a git that waits for ever must not. */
const DEADLINE_MS = 600_000;

/** git ended with a code that is no answer. `stderr` is for callers that know what to make of it. */
export class GitError extends TercetError {
  readonly exit: number;
  readonly stderr: string;

  constructor(args: readonly string[], code: number, stderr: string) {
    const said = firstLines(stderr) || `exit code ${code}`;
    const hint = hintFor(stderr);
    super('repository', `git ${args[0] ?? ''}: ${said}`, hint === undefined ? {} : { hint });
    this.exit = code;
    this.stderr = stderr;
  }
}

function hintFor(stderr: string): string | undefined {
  if (/promisor remote|lazy fetching disabled/u.test(stderr))
    return 'This is a partial clone and Tercet never fetches: run `git fetch --refetch --no-filter` first.';
  if (/No space left on device|Disk quota exceeded/u.test(stderr))
    return 'The disk is full: free some space, then go on with `tercet resume`.';
  const lock = /'([^'\n]+\.lock)': File exists/u.exec(stderr)?.[1];
  if (lock === undefined) return undefined;
  return `Another git is at work, or one was killed: when none is running, remove ${lock}, then go on with \`tercet resume\`.`;
}

/** Runs git once, without a shell. Throws GitError, or `repository` when git is missing or says too much. */
export function runGit(call: GitProcess): Promise<GitAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<GitAnswer>();
  if (call.signal?.aborted) return Promise.reject(cancelled(call.signal));
  const { input } = call;
  const child = spawn('git', [...call.args], {
    cwd: call.cwd,
    env: call.env,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  let stderr = '';
  let fault: Error | null = null;
  const stop = (why: Error): void => {
    fault ??= why;
    child.kill('SIGKILL');
  };
  const deadline = setTimeout(() => {
    stop(new TercetError('repository', `git ${call.args[0]} did not end within ${DEADLINE_MS / 1000} s.`));
  }, DEADLINE_MS);
  const onAbort = (): void => stop(cancelled(call.signal));
  call.signal?.addEventListener('abort', onAbort, { once: true });

  child.stdout?.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    const most = call.maxBytes ?? MAX_BYTES;
    if (bytes > most) stop(new TercetError('repository', `git ${call.args[0]} gave more than ${most} bytes.`));
    else chunks.push(chunk);
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    if (stderr.length < MAX_STDERR_CHARS) stderr += chunk.toString();
  });
  // git may end before it has read everything; what it says then matters more than the broken pipe.
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  child.on('error', (error: NodeJS.ErrnoException) => {
    fault ??= notStarted(error, call.cwd);
    settle(-1);
  });
  child.on('close', (code) => settle(code ?? -1));

  function settle(code: number): void {
    clearTimeout(deadline);
    call.signal?.removeEventListener('abort', onAbort);
    const said = plain(stderr);
    if (fault !== null) reject(fault);
    else if (code === 0 || call.ok?.includes(code)) resolve({ code, stdout: Buffer.concat(chunks), stderr: said });
    else reject(new GitError(call.args, code, said));
  }
  return promise;
}

function notStarted(error: NodeJS.ErrnoException, cwd: string): TercetError {
  if (error.code !== 'ENOENT' && error.code !== 'EACCES') {
    return new TercetError('repository', `git could not be started: ${error.message}`, { cause: error });
  }
  if (!existsSync(cwd)) return goneFolder(cwd);
  return new TercetError('repository', 'git was not found.', {
    hint: 'Install git 2.38 or newer and see that it is in PATH.',
    cause: error,
  });
}

/** The repository, or a working tree in it, is not where it was. Not an error of a path a model has named. */
export function goneFolder(folder: string): TercetError {
  return new TercetError('storage', `The folder ${plain(folder)} is gone.`, {
    hint: 'Where the repository was moved, go to where it is now; then go on with `tercet resume`.',
  });
}

function cancelled(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error ? signal.reason : new TercetError('cancelled', 'Cancelled.');
}

/** Without control characters: what git quotes may come from the repository. */
export function plain(text: string): string {
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]/gu, '').replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/gu, '');
}

function firstLines(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('hint:'));
  return lines.slice(0, 4).join('; ').slice(0, 600);
}
