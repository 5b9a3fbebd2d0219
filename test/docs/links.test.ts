import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { documents, ROOT, read } from './documents.ts';

const all = documents();

/** Links of the text outside of fences and code. */
function linksOf(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
}

/** The anchor GitHub makes of a heading. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.+)$/gm)].map((match) => match[1] ?? '');
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe('documents', () => {
  it.each(all.map((document) => [document.path, document] as const))(
    '%s: every link leads somewhere',
    (_, document) => {
      const broken = linksOf(document.text).filter((link) => {
        if (/^https?:/.test(link)) return false;
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? document.path : path.posix.join(path.posix.dirname(document.path), file);
        if (!existsSync(path.join(ROOT, target))) return true;
        return anchor !== undefined && !anchorsOf(read(target).text).has(anchor);
      });
      expect(broken).toEqual([]);
    },
  );

  it('are where the code says they are', () => {
    const named = new Set<string>();
    for (const folder of ['src', 'schema', 'scripts', 'prompts', 'bin']) {
      for (const name of readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })) {
        if (!/\.(ts|js|json|md)$/.test(name)) continue;
        const text = readFileSync(path.join(ROOT, folder, name), 'utf8');
        for (const [file] of text.matchAll(/\bdocs\/[\w/-]+\.md\b/g)) named.add(file);
      }
    }
    expect(named.size).toBeGreaterThan(3);
    expect([...named].filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });

  it('name files of this repository that are there', () => {
    const folders = /`((?:src|test|prompts|schema|examples|scripts|bench|bin)\/[\w./-]+)`/g;
    const missing = all.flatMap(({ path: from, text }) =>
      [...text.matchAll(folders)].flatMap(([, file = '']) => {
        // Rules of the plan and samples speak of files of an imagined repository.
        if (from === 'docs/plan-rules.md' || from === 'docs/plan.md') return [];
        return existsSync(path.join(ROOT, file)) ? [] : [`${from}: ${file}`];
      }),
    );
    expect(missing).toEqual([]);
  });

  it('name functions that are there', () => {
    const source = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => read(`src/${name}`).text)
      .join('\n');
    const named = [...read('ARCHITECTURE.md').text.matchAll(/`([a-z]+[A-Z]\w+)`/g)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((name) => !new RegExp(`\\b(function|const) ${name}\\b`).test(source))).toEqual([]);
  });

  it('name scripts of the package that are there', () => {
    const { scripts } = JSON.parse(read('package.json').text) as { scripts: Record<string, string> };
    const missing = all.flatMap(({ path: from, text }) =>
      [...text.matchAll(/\bnpm run ([a-z][\w:-]*)/g)].flatMap(([, name = '']) =>
        Object.hasOwn(scripts, name) ? [] : [`${from}: npm run ${name}`],
      ),
    );
    // What `plan-rules.md` mistypes, it mistypes on purpose.
    expect(missing).toEqual(['docs/plan-rules.md: npm run tset']);
  });

  it('hold no path of somebody’s machine', () => {
    const machine = /(?:\/(?:work|root|home|Users)\/|\/tmp\/|[A-Z]:\\)\S*/g;
    const found = [...all, read('.ci/run')].flatMap(({ path: from, text }) =>
      [...text.matchAll(machine)].map(([match]) => `${from}: ${match}`),
    );
    expect(found).toEqual([]);
  });

  it('are all reachable from the readme', () => {
    const seen = new Set<string>();
    const visit = (name: string): void => {
      if (seen.has(name) || !existsSync(path.join(ROOT, name)) || !name.endsWith('.md')) return;
      seen.add(name);
      for (const link of linksOf(read(name).text)) {
        const file = link.split('#')[0] ?? '';
        if (file !== '' && !/^https?:/.test(link)) visit(path.posix.join(path.posix.dirname(name), file));
      }
    };
    visit('README.md');
    expect(all.map((document) => document.path).filter((name) => !seen.has(name))).toEqual([]);
  });

  it('say what has changed', () => {
    const changes = read('CHANGELOG.md').text;
    expect(changes).toMatch(/^## \[Unreleased\]\n+### \w+\n+- /m);
  });

  it('have a record for every number, each with what a record needs', () => {
    const records = all.filter(({ path: name }) => /^docs\/decisions\/\d/.test(name));
    const numbers = records.map(({ path: name }) => Number(path.posix.basename(name).slice(0, 4)));
    // Each hundred is a part of the work; numbers are never given twice.
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    for (const { path: name, text } of records) {
      expect(text, name).toMatch(/^# \d{4}\. [\s\S]+^## Context\n[\s\S]+^## Decision\n[\s\S]+^## Consequences\n/m);
      expect(read('docs/decisions/README.md').text).toContain(`(${path.posix.basename(name)})`);
    }
  });
});
