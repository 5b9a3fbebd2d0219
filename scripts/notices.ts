import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The licence texts of every package that has a module in the bundle. Throws for a package without a licence. */
export function noticesFor(modules: readonly string[]): string {
  const folders = new Set(modules.flatMap((module) => packageOf(module) ?? []));
  const notices = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Record<
      string,
      string
    >;
    if (license === undefined) throw new Error(`${name} is bundled and has no licence`);
    const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
    const text = file === undefined ? `(${license})` : readFileSync(path.join(folder, file), 'utf8').trim();
    return `${name} ${version} — ${license}\n\n${text}\n`;
  });
  return `Tercet bundles these packages.\n\n${notices.join(`\n${'-'.repeat(78)}\n\n`)}`;
}

function packageOf(module: string): string | null {
  const at = module.lastIndexOf(`${path.sep}node_modules${path.sep}`);
  if (at === -1) return null;
  const [first = '', second = ''] = module.slice(at + '/node_modules/'.length).split(path.sep);
  const folder = path.join(module.slice(0, at), 'node_modules', first, first.startsWith('@') ? second : '');
  return existsSync(path.join(folder, 'package.json')) ? folder : null;
}
