import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { CommandOptions } from '../../../ports/commands.ts';
import { attend, type Ended } from '../attend.ts';
import { forget, remember, signalGroup } from '../process-group.ts';
import { type Inside, sandboxArguments } from './arguments.ts';
import { type ControlGroup, makeControlGroup } from './control-group.ts';
import { withoutInherited } from './inherited.ts';
import { withLimits } from './limits.ts';

/** From killing the first process inside until bubblewrap itself is killed; it ends by itself in a few ms. */
const STUCK_MS = 1000;
/** For the last process inside to be gone after bubblewrap is. */
const GONE_MS = 1000;
const COMPLAINT_CHARS = 2000;
/** Each is one that bubblewrap is told of and closes: the command would get any other. */
const DESCRIPTORS = { status: 3, wait: 4, data: 5 };

/** What bubblewrap says on its status descriptor. */
interface Status {
  /** The first process inside, as it is called outside: when it goes, the kernel ends every other one. */
  first: number | null;
  exitCode: number | null;
}

/**
 * Runs one command inside. Bubblewrap is the direct child, so that it dies with this process, and everything inside with it.
 * @throws Error when the sandbox did not start: then nothing was run.
 */
export async function runInside(
  bubblewrap: string,
  command: string,
  inside: Omit<Inside, 'descriptors'>,
  options: Omit<CommandOptions, 'cwd'> & { env: Record<string, string> },
): Promise<Ended> {
  const group = makeControlGroup(inside.limits);
  try {
    const args = sandboxArguments({ ...inside, descriptors: DESCRIPTORS });
    const pipes = DESCRIPTORS.data + inside.git.replaced.length;
    const child = spawn(bubblewrap, [...args, '--', '/bin/sh', '-c', withLimits(inside.limits), 'sh', command], {
      cwd: '/',
      env: options.env,
      detached: true,
      stdio: withoutInherited(['ignore', ...Array<'pipe'>(pipes - 1).fill('pipe')]),
    });
    const [, output, complaints, news, go, ...data] = child.stdio.slice(0, pipes) as [
      null,
      Readable,
      Readable,
      Readable,
      Writable,
      ...Writable[],
    ];
    for (const [index, pipe] of data.entries()) send(pipe, inside.git.replaced[index]?.text ?? '');
    const complaint = gather(complaints);
    const status: Status = { first: null, exitCode: null };
    let refused: string | null = null;
    const read = readStatus(news, status, (first) => {
      bound(first, group).then(
        () => send(go, '.'),
        (error: Error) => {
          refused = `it could not be bounded: ${error.message}`;
          kill(child.pid, status);
        },
      );
    });
    if (child.pid !== undefined) remember(child.pid, null);
    let killing: NodeJS.Timeout | undefined;
    let asked = false;
    try {
      const { exitCode: _, ...ended } = await attend(
        child,
        [output],
        { ...options, cwd: '/' },
        {
          begin: () => {
            kill(child.pid, status);
            killing = setTimeout(() => child.pid !== undefined && signalGroup(child.pid, 'SIGKILL'), STUCK_MS);
          },
          finish: async (wasAsked) => {
            asked = wasAsked;
            await read;
            if (status.first !== null) await gone(status.first);
          },
        },
      );
      if (asked) return { ...ended, exitCode: null };
      if (refused !== null) throw new Error(`the sandbox did not start: ${refused}`);
      if (status.exitCode === null && complaint.text !== '')
        throw new Error(`the sandbox did not start: ${complaint.text.trim()}`);
      return { ...ended, exitCode: status.exitCode };
    } finally {
      clearTimeout(killing);
      if (child.pid !== undefined) forget(child.pid);
      for (const pipe of [complaints, news, go, ...data]) pipe.destroy();
    }
  } finally {
    group?.remove();
  }
}

/** The first process inside, and with it all others; bubblewrap itself before there is one. */
function kill(pid: number | undefined, { first }: Status): void {
  if (first !== null) {
    try {
      process.kill(first, 'SIGKILL');
      return;
    } catch {
      // Gone already.
    }
  }
  if (pid !== undefined) signalGroup(pid, 'SIGKILL');
}

/** Resolves when bubblewrap says no more. `onFirst` is called before the command starts. */
function readStatus(news: Readable, status: Status, onFirst: (first: number) => void): Promise<void> {
  let text = '';
  news.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const first = /"child-pid": (\d+)/u.exec(text)?.[1];
    if (first !== undefined && status.first === null) {
      status.first = Number(first);
      onFirst(status.first);
    }
    const code = /"exit-code": (\d+)/u.exec(text)?.[1];
    if (code !== undefined) status.exitCode = Number(code);
  });
  return new Promise((resolve) => news.on('close', resolve));
}

function gather(stream: Readable): { text: string } {
  const gathered = { text: '' };
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    gathered.text = (gathered.text + chunk).slice(0, COMPLAINT_CHARS);
  });
  return gathered;
}

/** Bubblewrap may be gone before it has read everything. */
function send(pipe: Writable, text: string): void {
  pipe.on('error', () => {});
  pipe.end(text);
}

/** Before the command starts: it goes first where memory runs out, and into its control group where there is one. */
async function bound(first: number, group: ControlGroup | null): Promise<void> {
  // Not everywhere allowed, and no bound by itself.
  await writeFile(`/proc/${first}/oom_score_adj`, '1000', { flag: 'r+' }).catch(() => {});
  await group?.admit(first);
}

/** When the first process inside is gone, the kernel has ended and collected all others. */
async function gone(pid: number): Promise<void> {
  const until = performance.now() + GONE_MS;
  while (isAlive(pid) && performance.now() < until) await wait(1);
}

function isAlive(pid: number): boolean {
  try {
    // A zombie has ended; it only waits for the system to take note.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
