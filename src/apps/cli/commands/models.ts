import { catalogueOf } from '../../../compose/compose.ts';
import { foldersOf } from '../../../compose/folders.ts';
import { readConfig } from '../../../compose/read-config.ts';
import { TRIOS } from '../../../compose/trios.ts';
import { listPrices } from '../../../pricing/catalogue.ts';
import { cleanLine } from '../../../report/clean.ts';
import { type CommonOptions, type Io, print, printJson } from '../io.ts';

/** `tercet models`: the models with a known price, and the trios. */
export async function models(io: Io, words: string[], options: CommonOptions): Promise<number> {
  const config = await readConfig(foldersOf(io.env), null);
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
  if (prices.length === 0) print(io, `No model matches "${cleanLine(words.join(' '))}".`);
  else {
    const width = Math.max(...prices.map((price) => price.id.length));
    print(
      io,
      `${'USD per 1,000,000 tokens'.padEnd(width)}  ${['input', 'output', 'cache read'].map((head) => head.padStart(10)).join('')}  lineage`,
    );
    for (const price of prices) {
      const cells = [price.input, price.output, price.cacheRead ?? '-']
        .map((cell) => String(cell).padStart(10))
        .join('');
      print(
        io,
        `${price.id.padEnd(width)}  ${cells}  ${price.lineage ?? 'unknown'}${price.source === 'user' ? '  (yours)' : ''}`,
      );
    }
  }
  if (words.length === 0) {
    print(io, '\nTrios (--trio NAME):');
    for (const [name, trio] of Object.entries(trios))
      print(
        io,
        `  ${cleanLine(name).padEnd(10)} ${cleanLine(`${trio.planner} → ${trio.executor} → ${trio.reviewer}`)}`,
      );
    print(
      io,
      '\nAny other model works as provider/model; without a price it is refused until you add one under `prices:`.',
    );
  }
  return 0;
}
