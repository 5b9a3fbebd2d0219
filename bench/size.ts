/** Installed size of the published package: `node bench/size.ts`. Packs, installs without development dependencies, adds up. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const folder = mkdtempSync(path.join(tmpdir(), 'tercet-size-'));
execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
const [tarball = ''] = readdirSync(folder);
writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
execFileSync('npm', ['install', '--silent', '--omit=dev', `./${tarball}`], { cwd: folder, stdio: 'ignore' });
const files = readdirSync(path.join(folder, 'node_modules'), { recursive: true, encoding: 'utf8' }).map((name) =>
  statSync(path.join(folder, 'node_modules', name)),
);
const bytes = files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
console.log(
  `package ${(statSync(path.join(folder, tarball)).size / 1e6).toFixed(2)} MB packed; installed with its dependencies ${(bytes / 1e6).toFixed(1)} MB in ${files.filter((file) => file.isFile()).length} files`,
);
rmSync(folder, { recursive: true });
