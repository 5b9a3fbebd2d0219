import { visiblePath } from './visible.ts';

/**
 * Paths by folder in little space: `src/report/{html,text}.ts`. Folders in order of `paths`' own first appearance after
 * sorting; one entry per folder and extension.
 */
export function compressPaths(paths: readonly string[]): { text: string; files: number }[] {
  const groups = new Map<string, { folder: string; extension: string; names: string[] }>();
  for (const path of [...paths].sort()) {
    const slash = path.lastIndexOf('/') + 1;
    const dot = path.indexOf('.', slash + 1);
    const cut = dot < 0 ? path.length : dot;
    const folder = path.slice(0, slash);
    const extension = path.slice(cut);
    const key = `${folder}\n${extension}`;
    const group = groups.get(key) ?? { folder, extension, names: [] };
    group.names.push(path.slice(slash, cut));
    groups.set(key, group);
  }
  return [...groups.values()].map(({ folder, extension, names }) => {
    const body = names.length === 1 ? (names[0] ?? '') : `{${names.join(',')}}`;
    return { text: visiblePath(`${folder}${body}${extension}`), files: names.length };
  });
}
