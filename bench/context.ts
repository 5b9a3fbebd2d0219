/** Speed of the context: `node bench/context.ts`. Prints milliseconds and tokens; each repository in a fresh process. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { packContext, type SourceText, selectSources } from '../src/context/index.ts';

const NOUNS = [
  'order',
  'cart',
  'invoice',
  'report',
  'user',
  'token',
  'queue',
  'price',
  'tax',
  'stock',
  'label',
  'route',
];
const VERBS = ['parse', 'format', 'load', 'store', 'merge', 'check', 'render', 'count', 'split', 'sort'];

const title = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const pick = (words: readonly string[], at: number): string => words[at % words.length] ?? '';

function generate(files: number, bytes: number): SourceText[] {
  return Array.from({ length: files }, (_, n) => {
    const noun = pick(NOUNS, n);
    let text = `import { ${pick(VERBS, n)}${title(pick(NOUNS, n + 1))}${n - 1} } from './${pick(NOUNS, n + 1)}${n - 1}.ts';\n\n`;
    for (let f = 0; text.length < bytes; f++) {
      const name = `${pick(VERBS, n + f)}${title(noun)}${f === 0 ? n : `${n}x${f}`}`;
      text += `/** ${title(noun)} number ${f}: what { is } here. */\nexport function ${name}(input: string, limit = ${f}): string[] {\n`;
      text += `  const found = input.split(/[,}]/).map((part) => \`\${part}:{\${limit}}\`);\n  if (found.length > limit) {\n`;
      text += `    return found.slice(0, limit);\n  }\n  return found;\n}\n\n`;
    }
    return { path: `src/${pick(NOUNS, n >> 4)}/${noun}${n}.ts`, text };
  });
}

function here(root: string): SourceText[] {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !/(?:^|\/)(?:node_modules|\.git)(?:\/|$)/.test(name) && statSync(join(root, name)).isFile(),
  );
  const entries = names.map((path) => ({ path, kind: 'file', bytes: statSync(join(root, path)).size }));
  const chosen = selectSources(entries, '', { files: 2000, bytes: 20_000_000 });
  return chosen.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

const CASES: Record<string, () => { sources: SourceText[]; request: string }> = {
  '41 files, 3.7 KB each': () => ({
    sources: generate(41, 3700),
    request: 'formatCart1 drops the last label when limit is 0',
  }),
  '2000 files, 5 KB each': () => ({
    sources: generate(2000, 5000),
    request: 'formatCart1 drops the last label when limit is 0',
  }),
  'this repository': () => ({ sources: here(process.cwd()), request: 'estimateTokens rounds down for an empty text' }),
  'one hostile line of 1 MB': () => ({
    sources: [{ path: 'a.ts', text: '=/[\'"`{(<'.repeat(111_000) }],
    request: 'fix a',
  }),
};

const chosen = process.argv[2];
if (chosen === undefined) {
  for (const name of Object.keys(CASES))
    process.stdout.write(execFileSync(process.execPath, [process.argv[1] ?? '', name]));
} else {
  const prepared = CASES[chosen]?.();
  if (prepared === undefined) throw new Error(`no such case: ${chosen}`);
  const { sources, request } = prepared;
  const paths = sources.map(({ path }) => path);
  const kilobytes = Math.round(sources.reduce((sum, { text }) => sum + text.length, 0) / 1000);
  const times: number[] = [];
  let packed = packContext({ request: '', paths: [], sources: [], budgetTokens: 0 });
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    packed = packContext({ request, paths, sources, budgetTokens: 4000 });
    times.push(performance.now() - start);
  }
  const warm = Math.min(...times.slice(1));
  process.stdout.write(
    `${chosen}: ${sources.length} files, ${kilobytes} KB: cold ${times[0]?.toFixed(1)} ms, warm ${warm.toFixed(1)} ms, ${packed.tokens} tokens, ${packed.shown.length} shown\n`,
  );
}
