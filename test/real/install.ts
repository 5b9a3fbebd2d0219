import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** Where real programs are installed, and where their tests work: not under a temporary folder, which sandboxes of theirs leave open. */
export const REAL_FOLDER = process.env.TERCET_REAL_AGENTS ?? path.join(homedir(), '.cache', 'tercet-real-agents');

const INSTALL_MS = 15 * 60_000;

/**
 * Installs programs from the npm registry, each at exactly its version, unless they are there already.
 * `packages`: versions by package name. @returns the folder of their commands. Throws with npm's words.
 */
export async function installed(packages: Readonly<Record<string, string>>): Promise<string> {
  await mkdir(REAL_FOLDER, { recursive: true });
  const manifest = path.join(REAL_FOLDER, 'package.json');
  if ((await versionIn(REAL_FOLDER)) === null)
    await writeFile(manifest, '{ "name": "real", "version": "0.0.0", "private": true }\n');
  const missing: string[] = [];
  for (const [name, version] of Object.entries(packages))
    if ((await versionIn(path.join(REAL_FOLDER, 'node_modules', name))) !== version) missing.push(`${name}@${version}`);
  if (missing.length > 0) {
    const args = ['install', '--no-audit', '--no-fund', '--save-exact', ...missing];
    await promisify(execFile)('npm', args, { cwd: REAL_FOLDER, timeout: INSTALL_MS, maxBuffer: 64 * 1024 * 1024 });
  }
  return path.join(REAL_FOLDER, 'node_modules', '.bin');
}

async function versionIn(folder: string): Promise<string | null> {
  const text = await readFile(path.join(folder, 'package.json'), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as { version: string }).version;
}
