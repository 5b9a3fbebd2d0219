import { displayWidth, pad, padLeft } from '../../report/width.ts';

/** Rows as aligned columns, two spaces apart: `alignment` has one letter a column, `l` or `r`. No trailing spaces. */
export function columns(rows: readonly (readonly string[])[], alignment: string): string[] {
  const widths = Array.from(alignment, (_, column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) => (alignment[column] === 'r' ? padLeft : pad)(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
