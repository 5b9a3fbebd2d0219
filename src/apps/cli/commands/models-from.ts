import { listModels, MOST_PRICED, type OfferedModel } from '../../../compose/agents/list-models.ts';
import type { Config } from '../../../compose/config/read-config.ts';
import { formatUsd, parseUsd } from '../../../pricing/usd.ts';
import { clean, cleanLine } from '../../../report/clean.ts';
import { columns } from '../columns.ts';
import { type CommonOptions, type Io, print, printJson } from '../io.ts';

/** `tercet models --from`: what a provider says it has. Calls no model. */
export async function modelsFrom(
  io: Io,
  from: string,
  words: string[],
  config: Config,
  options: CommonOptions,
): Promise<number> {
  const models = await listModels(from, words, config.user, io.env);
  if (options.json === true) {
    printJson(io, { from, models });
    return 0;
  }
  if (models.length === 0) {
    print(io, `${cleanLine(from)} lists no model${words.length === 0 ? '' : ' with these words'}.`);
    return 0;
  }
  const rows = models.map((model) => [clean(model.id, 120), clean(model.name ?? '', 60), pricesOf(model)]);
  print(io, columns(rows, 'lll').join('\n'));
  if (from === 'mindstudio' && models.length > MOST_PRICED)
    print(io, `\nPrices are asked for at most ${MOST_PRICED} models: narrow the list with words.`);
  return 0;
}

function pricesOf({ prices }: OfferedModel): string {
  return (prices ?? [])
    .map(({ label, unit, credits }) =>
      unit === 'token'
        ? `${cleanLine(label, 40)} ${formatUsd(parseUsd(credits) * 1_000_000n)} credits per 1,000,000`
        : `${cleanLine(label, 40)} ${credits} credits per ${cleanLine(unit, 20)}`,
    )
    .join(', ');
}
