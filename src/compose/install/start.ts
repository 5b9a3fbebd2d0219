import path from 'node:path';
import { onPath } from '../agents/on-path.ts';
import type { Machine, Start } from './machine.ts';

/**
 * By name where `tercet` is on PATH, which outlives an update; else by this very Node and this package's own file, which
 * also works for tools whose PATH is not the shell's.
 */
export function startOf({ env, packageFolder }: Pick<Machine, 'env' | 'packageFolder'>): Start {
  if (onPath('tercet', env.PATH) !== null) return { command: 'tercet', args: ['mcp'] };
  return { command: process.execPath, args: [path.join(packageFolder, 'bin', 'tercet.js'), 'mcp'] };
}

/** Whether this package is a copy that `npx` keeps for a while: settings that name it would break one day. */
export function isPassing({ packageFolder }: Pick<Machine, 'packageFolder'>): boolean {
  return packageFolder.split(path.sep).includes('_npx');
}
