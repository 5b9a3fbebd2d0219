import { rmSync, writeFileSync } from 'node:fs';
import { rolldown } from 'rolldown';
import { noticesFor } from './notices.ts';

const HOT =
  /\/src\/(adapters\/(?!person)|compose\/(?!propose|survey)|context|contract|edits|handoff|library|ports|pricing|report\/(?!github|sarif|rdjson)|workflow)|\/node_modules\/zod\//;

/**
 * Bundles the CLI, the library and its testing entry into dist/ as one set of chunks with their dependencies inside
 * (a cold start reads a few files instead of hundreds), beside the licences of what was bundled.
 */
export async function bundle(): Promise<void> {
  rmSync('dist/chunks', { recursive: true, force: true });
  const build = await rolldown({
    input: { cli: 'src/apps/cli/bin.ts', index: 'src/index.ts', testing: 'src/testing/index.ts' },
    platform: 'node',
    external: [/^node:/],
    logLevel: 'warn',
  });
  const { output } = await build.write({
    dir: 'dist',
    format: 'esm',
    minify: true,
    chunkFileNames: 'chunks/[name]-[hash].js',
    // What every run needs is one file: each further one costs a resolution, a read and a link before the first call.
    // The help needs only the version, so what reads that stands alone: `tercet --help` must not load the rest.
    codeSplitting: {
      groups: [
        { name: 'package-folder', test: /\/src\/compose\/package-folder/, priority: 1 },
        { name: 'core', test: HOT },
      ],
    },
  });
  await build.close();
  const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? Object.keys(chunk.modules) : []));
  writeFileSync('dist/THIRD_PARTY_LICENSES.txt', noticesFor(modules));
}
