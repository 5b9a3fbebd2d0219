import { mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Limits } from './limits.ts';

const ROOT = '/sys/fs/cgroup';
const MINE = 'tercet-';

/** Holds the processes of one command, whatever they start. */
export interface ControlGroup {
  /** Moves a process in; everything it starts from then on is in too. Throws when the kernel refuses. */
  admit(pid: number): Promise<void>;
  /** Removes the group; it has to be empty. */
  remove(): void;
}

let swept = false;
let made = 0;

/**
 * A control group for one command, with its processes and its memory bounded; null where none can be made, which is
 * everywhere but for root. Root needs it: the kernel holds RLIMIT_NPROC against everybody else only.
 */
export function makeControlGroup(limits: Limits, root = ROOT): ControlGroup | null {
  if (!swept) sweep(root);
  swept = true;
  const name = `${MINE}${process.pid}-${++made}`;
  // One folder for each controller in version 1; in version 2 one for all, with other names for the memory.
  const split = makeGroup(join(root, 'pids', name), { 'pids.max': limits.processes });
  if (split) {
    const folders = [join(root, 'pids', name)];
    if (makeGroup(join(root, 'memory', name), { 'memory.limit_in_bytes': limits.memoryBytes }))
      folders.push(join(root, 'memory', name));
    return groupOf(folders);
  }
  const both = { 'pids.max': limits.processes, 'memory.max': limits.memoryBytes };
  return makeGroup(join(root, name), both) ? groupOf([join(root, name)]) : null;
}

function makeGroup(folder: string, values: Readonly<Record<string, number>>): boolean {
  try {
    mkdirSync(folder);
  } catch {
    return false;
  }
  try {
    // Never made here: a file that is not there means that the controller is not.
    for (const [file, value] of Object.entries(values))
      writeFileSync(join(folder, file), String(value), { flag: 'r+' });
    return true;
  } catch {
    remove(folder);
    return false;
  }
}

function groupOf(folders: readonly string[]): ControlGroup {
  return {
    admit: async (pid) => {
      for (const folder of folders) await writeFile(join(folder, 'cgroup.procs'), String(pid), { flag: 'r+' });
    },
    remove: () => folders.forEach(remove),
  };
}

function remove(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Still holds a process that is just going: the next start of Tercet removes it.
  }
}

/** Groups that a killed Tercet left; the kernel keeps those that are in use. */
function sweep(root: string): void {
  for (const base of [root, join(root, 'pids'), join(root, 'memory')]) {
    try {
      for (const name of readdirSync(base)) if (name.startsWith(MINE)) remove(join(base, name));
    } catch {
      // No such controller here.
    }
  }
}
