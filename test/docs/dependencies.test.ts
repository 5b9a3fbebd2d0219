import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { code, ROOT, read, rows, section } from './documents.ts';

const { text } = read('docs/dependencies.md');
const manifest = JSON.parse(read('package.json').text) as Record<string, Record<string, string> | undefined>;
const licenceOf = (name: string): unknown =>
  (JSON.parse(readFileSync(path.join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as { license?: unknown })
    .license;

describe('docs/dependencies.md', () => {
  it('has the dependencies at run time, with their licences and reasons', () => {
    const table = rows(section(text, '## At run time')).slice(1);
    expect(table.map(([name = '']) => code(name)).sort()).toEqual(Object.keys(manifest.dependencies ?? {}).sort());
    for (const [name = '', licence, why = ''] of table) {
      expect(licence, name).toBe(licenceOf(code(name)));
      expect(why.length, name).toBeGreaterThan(10);
    }
  });

  it('has what is in the bundle, as the build found it', () => {
    const notices = readFileSync(path.join(ROOT, 'dist', 'THIRD_PARTY_LICENSES.txt'), 'utf8');
    const bundled = [...notices.matchAll(/^(\S+) (\d\S*) — (.+)$/gm)].map((match) => match.slice(1, 4));
    expect(bundled.length).toBeGreaterThan(5);
    const table = rows(section(text, '## In the bundle')).slice(1);
    expect(table.map(([name = '', version, licence]) => [code(name), version, licence])).toEqual(bundled);
    for (const [name = '', , , why = '', size = ''] of table) {
      expect(why.length, name).toBeGreaterThan(10);
      expect(size, name).toMatch(/^(< )?\d+ kB$/);
    }
  });

  it('has the dependencies of development', () => {
    const table = rows(section(text, '## For development')).slice(1);
    const told = table.flatMap(([names = '']) => [...names.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
    expect(told.sort()).toEqual(Object.keys(manifest.devDependencies ?? {}).sort());
  });

  it('is right that nothing runs on install', () => {
    const scripts = Object.keys(manifest.scripts ?? {});
    expect(scripts.filter((name) => /^(pre|post)?(install|prepare)$/.test(name))).toEqual([]);
  });
});
