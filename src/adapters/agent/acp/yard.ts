import { isAbsolute, relative, sep } from 'node:path';
import type { Door, Folder } from '../../../ports/agent.ts';

/** The folder of a turn as an agent names its files (absolute), and what it may do there. */
export interface Yard {
  /** Without links. */
  readonly root: string;
  readonly write: boolean;
  readonly door: Door | null;
  /** The path as the door takes it, or why it has none. */
  inside(path: string): { path: string } | { refused: string };
  /** Why a file may not be written or deleted, in a sentence; null when it may. */
  refuse(path: string, action: 'modify' | 'delete'): string | null;
}

/** @param root the folder without links; the one it was given by may be behind some. */
export function yardOf(root: string, folder: Folder | undefined): Yard {
  const write = folder?.write === true;
  const door = folder?.door ?? null;
  const inside = (path: string): { path: string } | { refused: string } => {
    if (!isAbsolute(path)) return { refused: `The path ${JSON.stringify(path)} is not absolute.` };
    for (const base of [root, folder?.path ?? root]) {
      const below = relative(base, path);
      if (below !== '' && below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below))
        return { path: below.split(sep).join('/') };
    }
    return { refused: `${JSON.stringify(path)} is outside of ${root}.` };
  };
  return {
    root,
    write,
    door,
    inside,
    refuse(path, action) {
      if (!write) return 'This turn only reads: nothing may be written.';
      const found = inside(path);
      return 'refused' in found ? found.refused : (door?.refuse(found.path, action) ?? null);
    },
  };
}
