import { totalmem } from 'node:os';

/** What one command may use at most. The processes of all commands together are not limited. */
export interface Limits {
  /** Processes and threads at one time. */
  processes: number;
  /** Bytes of one file. */
  fileBytes: number;
  /** Bytes of data of one process, and of the whole command where a control group can hold it. */
  memoryBytes: number;
  /** Bytes of each folder in memory: the home, `/tmp` and `/dev/shm`. */
  temporaryBytes: number;
}

const GIB = 1024 ** 3;

/**
 * Processes: a test runner with a worker per core on 64 cores needs about 700, Node's own threads included.
 * Memory: half of the machine, so that Tercet and the person keep the other half.
 */
export const LIMITS: Limits = {
  processes: 2048,
  fileBytes: 2 * GIB,
  memoryBytes: Math.max(2 * GIB, Math.floor(totalmem() / 2)),
  temporaryBytes: 2 * GIB,
};

/**
 * The first program inside: lowers its limits, then runs the command with both streams in one pipe, in the order they
 * were written. RLIMIT_DATA and not RLIMIT_AS, because runtimes reserve
 * far more address space than they use. A limit that stands lower already stays.
 */
export function withLimits(limits: Limits): string {
  const set = [
    'ulimit -c 0',
    `ulimit -f ${Math.ceil(limits.fileBytes / 512)}`,
    `ulimit -d ${Math.ceil(limits.memoryBytes / 1024)}`,
    // bash and zsh say -u, dash and busybox -p.
    `{ ulimit -u ${limits.processes} || ulimit -p ${limits.processes}; }`,
  ];
  return `{ ${set.join('; ')}; } 2>/dev/null; exec /bin/sh -c "$1" 2>&1`;
}
