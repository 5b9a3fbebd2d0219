import { TRIOS } from '../../../compose/agents/trios.ts';
import { catalogueOf } from '../../../compose/compose.ts';
import { readConfig } from '../../../compose/config/read-config.ts';
import { foldersOf } from '../../../compose/folders.ts';
import { listPrices } from '../../../pricing/catalogue.ts';
import { clean, cleanLine } from '../../../report/clean.ts';
import { columns } from '../columns.ts';
import { type CommonOptions, type Io, paletteOf, print, printJson } from '../io.ts';

/** `tercet models`: the models with a known price, and the trios; or what one provider says it has. */
export async function models(io: Io, words: string[], options: CommonOptions & { from?: string }): Promise<number> {
  const config = await readConfig(foldersOf(io.env), null);
  if (options.from !== undefined) {
    const { modelsFrom } = await import('./models-from.ts');
    return modelsFrom(io, options.from, words, config, options);
  }
  const day = new Date().toISOString().slice(0, 10);
  const wanted = words.map((word) => word.toLowerCase());
  const prices = listPrices(catalogueOf(config), day).filter((price) =>
    wanted.every((word) => price.id.toLowerCase().includes(word)),
  );
  const trios = { ...TRIOS, ...config.user.trios };
  if (options.json === true) {
    printJson(io, { day, models: prices, trios });
    return 0;
  }
  if (prices.length === 0)
    print(io, `No model with a known price matches "${cleanLine(words.join(' '))}". \`tercet models\` lists all.`);
  else {
    const head = ['USD per 1,000,000 tokens', 'input', 'output', 'cache read', 'lineage'];
    const rows = prices.map((price) => [
      price.id,
      price.input,
      price.output,
      price.cacheRead ?? '-',
      (price.lineage ?? 'unknown') + (price.source === 'user' ? '  (your price)' : ''),
    ]);
    const [first = '', ...rest] = columns([head, ...rows], 'lrrrl');
    print(io, [paletteOf(io).dim(first), ...rest].join('\n'));
  }
  if (words.length === 0) {
    print(io, '\nTrios, for --trio:');
    const rows = Object.entries(trios).map(([name, trio]) =>
      [`  ${name}`, trio.planner, trio.executor, trio.reviewer].map((cell) => clean(cell, 100)),
    );
    print(io, columns([['  ', 'planner', 'executor', 'reviewer'], ...rows], 'llll').join('\n'));
    print(
      io,
      '\nCoding agents work as claude-code/<model>, codex/<model>, cursor/<model>; `tercet doctor` shows which are installed.',
    );
    print(
      io,
      'Any other model works as provider/model; without a price it is refused until you add one under `prices:`.',
    );
  }
  return 0;
}
