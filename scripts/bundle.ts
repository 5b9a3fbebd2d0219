import { rmSync, writeFileSync } from 'node:fs';
import { rolldown } from 'rolldown';
import { noticesFor } from './notices.ts';

/** What a group's modules import goes with them; what they load later does not. */
const HOT = /\/src\/apps\/cli\/commands\/run\./;
const GIT = /\/src\/(adapters\/(workspace|store\/write)|compose\/(open-ahead|folders)|contract\/errors)/;
const AFTER_PLAN = /\/src\/(workflow\/(2-execute|3-review|4-fix|finish-run)|report\/(markdown|terminal))/;

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
    // Its main file is UMD, whose own `require` no bundler can follow.
    resolve: { alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' } },
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
        { name: 'package-folder', test: /\/src\/compose\/package-folder/, priority: 3 },
        // Loaded first, so that git is at work while the rest loads.
        { name: 'git', test: GIT, priority: 2 },
        { name: 'core', test: HOT, priority: 1 },
        { name: 'after-plan', test: AFTER_PLAN },
      ],
    },
  });
  await build.close();
  const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? Object.keys(chunk.modules) : []));
  writeFileSync('dist/THIRD_PARTY_LICENSES.txt', noticesFor(modules));
}
