/** Makes a function that names folders in all texts of a value by what is shown for them. */
export function hideFolders(
  folders: readonly (readonly [folder: string, shown: string])[],
): (value: unknown) => unknown {
  // Longest first: a folder inside another one is told by its own name.
  const places = folders.filter(([folder]) => folder.length > 1).sort(([a], [b]) => b.length - a.length);
  const hide = (value: unknown): unknown => {
    if (typeof value === 'string')
      return places.reduce((text, [folder, shown]) => text.replaceAll(folder, shown), value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(hide);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [hide(key), hide(item)]));
  };
  return hide;
}
