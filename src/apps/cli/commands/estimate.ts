import { catalogueOf, repositoryRoot } from '../../../compose/compose.ts';
import { readConfig } from '../../../compose/config/read-config.ts';
import { mergeSettings } from '../../../compose/config/settings.ts';
import { foldersOf } from '../../../compose/folders.ts';
import { TercetError } from '../../../contract/errors.ts';
import { articleCatalogue } from '../../../pricing/catalogue.ts';
import { estimate as estimateCosts, type PhaseTokens } from '../../../pricing/estimate.ts';
import { showSaved } from '../../../pricing/saved.ts';
import { showUsd } from '../../../pricing/usd.ts';
import { grouped } from '../../../report/phrases.ts';
import { columns } from '../columns.ts';
import { type CommonOptions, type Io, paletteOf, print, printJson } from '../io.ts';

export interface EstimateOptions extends CommonOptions {
  planning: string;
  implementation: string;
  review: string;
  trio?: string;
  single?: string;
}

/** `tercet estimate`: the method's table: three models against one, for given tokens. Nothing is called. */
export async function estimate(io: Io, options: EstimateOptions): Promise<number> {
  // Anywhere, but in a repository with its own three models.
  const root = await repositoryRoot(io).catch(() => null);
  const config = await readConfig(foldersOf(io.env), root);
  const { roles, trio } = mergeSettings(config, { trio: options.trio });
  const catalogue = trio === 'article' ? articleCatalogue() : catalogueOf(config);
  const models = { planner: roles.planner.model, executor: roles.executor.model, reviewer: roles.reviewer.model };
  const result = estimateCosts({
    tokens: {
      planning: tokens(options.planning),
      implementation: tokens(options.implementation),
      review: tokens(options.review),
    },
    trio: models,
    single: options.single ?? models.planner,
    catalogue,
    day: new Date().toISOString().slice(0, 10),
  });
  if (options.json === true) {
    printJson(io, result);
    return 0;
  }
  const cells = result.rows.map((row) => [
    row.phase,
    grouped(row.tokens),
    showUsd(row.singleUsd),
    row.multiModel,
    showUsd(row.multiUsd),
  ]);
  const table = [
    ['phase', 'tokens', `${result.single} alone`, 'three models', ''],
    ...cells,
    ['total', grouped(result.tokens), showUsd(result.singleUsd), '', showUsd(result.multiUsd)],
  ];
  const [first = '', ...rest] = columns(table, 'lrrlr');
  print(io, [paletteOf(io).dim(first), ...rest].join('\n'));
  print(io, `\nThree models cost ${showSaved(result.saved)} than ${result.single} alone.\n${result.basis}`);
  return 0;
}

/** `15000`, `15k`, or `12000+3000` for input and output. */
function tokens(text: string): PhaseTokens {
  const parts = text.split('+').map((part) => {
    const match = /^(\d+(?:\.\d+)?)(k?)$/i.exec(part.trim().replaceAll(/[,_]/g, ''));
    const count = match === null ? Number.NaN : Number(match[1]) * (match[2] === '' ? 1 : 1000);
    if (Number.isSafeInteger(count)) return count;
    throw new TercetError('usage', `"${text}" is not a number of tokens.`, {
      hint: 'Give e.g. 15000, 15k, or 12000+3000 for input and output.',
    });
  });
  const [first = 0, second] = parts;
  return second === undefined ? first : { input: first, output: second };
}
