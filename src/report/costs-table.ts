import type { CostLine } from '../contract/usage.ts';
import { cleanLine } from './clean.ts';
import { type Palette, PLAIN } from './palette.ts';
import { grouped, type Money, spentOf } from './phrases.ts';
import { displayWidth, pad, padLeft } from './width.ts';

export interface CostsTableOptions {
  money: Money;
  /** Heading of the first column: `role`, `model`, `day`. */
  key: string;
  /** The sum over all lines, added up exactly by the caller; shown last. */
  total?: CostLine | undefined;
  palette?: Palette;
}

const HEADINGS = ['calls', 'input', 'cache read', 'cache write', 'output', 'reasoning'];

/**
 * Costs as aligned columns: calls, tokens by kind (`input` is uncached input; `reasoning` is part of `output`,
 * `-` where the provider does not say), cost with its unknowns said aloud.
 */
export function costsTable(lines: readonly CostLine[], options: CostsTableOptions): string {
  const { money, palette = PLAIN, total } = options;
  if (lines.length === 0) return 'No paid calls yet.\n';
  const rows = [[options.key, ...HEADINGS, 'cost'], ...lines.map((line) => cells(line, money))];
  if (total !== undefined) rows.push(cells({ ...total, key: 'total' }, money));
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? '')))) ?? [];
  const text = rows.map((row) => {
    const aligned = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      if (column === 0) return pad(cell, width);
      return column === row.length - 1 ? cell : padLeft(cell, width);
    });
    return aligned.join('  ');
  });
  const last = total === undefined ? -1 : text.length - 1;
  const painted = text.map((line, row) => (row === 0 ? palette.dim(line) : row === last ? palette.bold(line) : line));
  return `${painted.join('\n')}\n`;
}

function cells(line: CostLine, money: Money): string[] {
  const { usage } = line;
  const figures = [
    line.calls,
    usage.inputUncached,
    usage.cacheRead,
    usage.cacheWrite5m + usage.cacheWrite1h,
    usage.output,
  ];
  const reasoning = usage.reasoning === null ? '-' : grouped(usage.reasoning);
  return [cleanLine(line.key, 60), ...figures.map(grouped), reasoning, spentOf(line, money)];
}
