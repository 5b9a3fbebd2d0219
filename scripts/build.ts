import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { rolldown } from 'rolldown';
import { noticesFor } from './notices.ts';

/**
 * Builds dist/: the CLI, the library and its testing entry as one set of chunks with their dependencies bundled
 * (a cold start reads a few files instead of hundreds), the declarations, and the licences of what was bundled.
 */
rmSync('dist', { recursive: true, force: true });

const bundle = await rolldown({
  input: { cli: 'src/apps/cli/bin.ts', index: 'src/index.ts', testing: 'src/testing/index.ts' },
  platform: 'node',
  // The library's types name Zod's, so users have it anyway; two copies in one process would be waste.
  external: [/^node:/],
  logLevel: 'warn',
});
const { output } = await bundle.write({
  dir: 'dist',
  format: 'esm',
  minify: true,
  chunkFileNames: 'chunks/[name]-[hash].js',
});
await bundle.close();

const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? Object.keys(chunk.modules) : []));
writeFileSync('dist/THIRD_PARTY_LICENSES.txt', noticesFor(modules));

execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
