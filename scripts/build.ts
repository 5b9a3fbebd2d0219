import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { bundle } from './bundle.ts';

/** Builds what is published: the bundle and its declarations. */
rmSync('dist', { recursive: true, force: true });
await bundle();
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
