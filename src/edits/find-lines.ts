/**
 * Every place where `needle` stands in `hay`, as 0-based starts; overlapping places count.
 * Knuth-Morris-Pratt, so that files of equal lines stay linear. An empty needle is nowhere.
 */
export function findLines(hay: readonly string[], needle: readonly string[]): number[] {
  if (needle.length === 0 || needle.length > hay.length) return [];
  const border = borders(needle);
  const found: number[] = [];
  let matched = 0;
  for (let i = 0; i < hay.length; i += 1) {
    while (matched > 0 && hay[i] !== needle[matched]) matched = border[matched - 1] ?? 0;
    if (hay[i] === needle[matched]) matched += 1;
    if (matched === needle.length) {
      found.push(i - matched + 1);
      matched = border[matched - 1] ?? 0;
    }
  }
  return found;
}

function borders(needle: readonly string[]): number[] {
  const border = [0];
  let length = 0;
  for (let i = 1; i < needle.length; i += 1) {
    while (length > 0 && needle[i] !== needle[length]) length = border[length - 1] ?? 0;
    if (needle[i] === needle[length]) length += 1;
    border.push(length);
  }
  return border;
}
