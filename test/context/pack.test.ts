import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateTokens, packContext, type SourceText } from '../../src/context/index.ts';

const SHOP: SourceText[] = [
  { path: 'package.json', text: '{"scripts":{"start":"node .","test":"vitest run","lint":"biome ci ."}}' },
  { path: 'README.md', text: '# Shop\nTotals, categories, invoices, orders and everything else.\n' },
  {
    path: 'src/cart/total.ts',
    text: "import { rateOf } from '../tax/rate.ts';\n\nexport function cartTotal(items: Item[]): number {\n  return items.length * rateOf('de');\n}\n",
  },
  { path: 'src/tax/rate.ts', text: 'export function rateOf(country: string): number {\n  return country.length;\n}\n' },
  {
    path: 'src/category.ts',
    text: 'export interface Category { name: string }\nexport function listCategories(): Category[] {\n  return [];\n}\n',
  },
  { path: 'src/mail/send.ts', text: 'export class Mailer {\n  send(to: string): void {}\n}\n' },
  { path: 'src/mail/queue.ts', text: 'export function enqueue(letter: string): void {}\n' },
  {
    path: 'test/cart/total.test.ts',
    text: "import { cartTotal } from '../../src/cart/total.ts';\nit('adds', () => cartTotal([]));\n",
  },
  {
    path: 'test/mail/send.test.ts',
    text: "import { Mailer } from '../../src/mail/send.ts';\nit('sends', () => new Mailer());\n",
  },
];
const PATHS = [...SHOP.map(({ path }) => path), 'package-lock.json', 'logo.png'];
const pack = (request: string, budgetTokens = 800) =>
  packContext({ request, paths: PATHS, sources: SHOP, budgetTokens });

describe('ranking', () => {
  it('puts the file first whose function is named, with its text, and its test behind it', () => {
    const { text, shown } = pack('cartTotal must round to cents');
    expect(shown[0]).toBe('src/cart/total.ts');
    expect(shown).toContain('test/cart/total.test.ts');
    expect(text).toContain('3 export function cartTotal(items: Item[]): number {');
  });

  it('brings in what the named function uses, as a signature', () => {
    expect(pack('cartTotal must round to cents').text).toContain('src/tax/rate.ts: rateOf(country: string): number');
  });

  it.each(['the categorys come back in the wrong order', 'sort the list of catgories', 'Categories: sort them'])(
    'finds by plural and misspelling: %s',
    (request) => {
      expect(pack(request).shown[0]).toBe('src/category.ts');
    },
  );

  it('follows a path in the request', () => {
    expect(pack('look at src/mail/queue.ts, the invoices and totals are fine').shown[0]).toBe('src/mail/queue.ts');
    expect(pack('queue.ts loses items of the cart').shown[0]).toBe('src/mail/queue.ts');
  });

  it('leaves out what has nothing to do with the request', () => {
    const { text, shown } = pack('cartTotal must round to cents', 4000);
    expect(shown).not.toContain('src/mail/send.ts');
    expect(text).toContain('src/mail/{queue,send}.ts');
    expect(estimateTokens(text)).toBeLessThan(300);
  });
});

describe('packContext', () => {
  it('begins with the count of files and the commands', () => {
    expect(pack('x').text.split('\n')[0]).toBe('11 files. Commands: npm test, npm run lint');
  });

  it('reads as in its golden file', async () => {
    await expect(`${pack('cartTotal must round to cents').text}\n`).toMatchFileSnapshot('./golden/packed.txt');
  });

  it('counts lock files as omitted and lists the rest', () => {
    const { text, omitted } = pack('cartTotal must round to cents');
    expect(text).not.toContain('package-lock');
    expect(omitted).toBe(1);
  });

  it('does not depend on the order of its input', () => {
    const backwards = packContext({
      request: 'send a mail',
      paths: [...PATHS].reverse(),
      sources: [...SHOP].reverse(),
      budgetTokens: 500,
    });
    expect(backwards).toEqual(pack('send a mail', 500));
  });

  it('never exceeds the budget, whatever it is given', () => {
    const source = fc.record({
      path: fc.oneof(fc.constantFrom('a.ts', 'src/b.py', 'c.go'), fc.string({ minLength: 1, maxLength: 40 })),
      text: fc.oneof(
        fc.string({ maxLength: 2000, unit: 'binary' }),
        fc.constant('export function aWord(b: string) {\n  return b;\n}\n'.repeat(30)),
      ),
    });
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(source, { maxLength: 8 }),
        fc.integer({ min: 0, max: 600 }),
        (request, sources, budgetTokens) => {
          const paths = sources.map(({ path }) => path);
          const packed = packContext({ request: `${request} a word`, paths, sources, budgetTokens });
          expect(packed.tokens).toBe(estimateTokens(packed.text));
          expect(packed.tokens).toBeLessThanOrEqual(budgetTokens);
        },
      ),
    );
  });

  it('makes hidden characters of text and paths visible', () => {
    const sources = [{ path: 'src/a\u202eb.ts', text: 'export const word = "\u{e0041}\u200b\u001b[2J";\n' }];
    const { text } = packContext({
      request: 'word',
      paths: ['src/a\u202eb.ts', 'x\ny.ts'],
      sources,
      budgetTokens: 500,
    });
    expect(text).toContain('src/a\\u{202e}b.ts');
    expect(text).toContain('\\u{e0041}\\u{200b}\\u{1b}[2J');
    expect(text).toContain('x\\u{a}y.ts');
  });

  it('shows definitions with their bodies of a file that is too large to show whole', () => {
    const filler = Array.from(
      { length: 80 },
      (_, n) => `export function other${n}(a: string): string {\n  return a;\n}\n`,
    ).join('\n');
    const text = `${filler}\nexport function parseDate(text: string): Date {\n  return new Date(text);\n}\n`;
    const packed = packContext({
      request: 'parseDate accepts rubbish',
      paths: ['src/dates.ts'],
      sources: [{ path: 'src/dates.ts', text }],
      budgetTokens: 1000,
    });
    expect(packed.text).toContain(
      '## src/dates.ts (323 lines)\n321 export function parseDate(text: string): Date {\n322   return new Date(text);',
    );
    expect(packed.tokens).toBeLessThan(250);
  });

  it('shows at least the beginning of a definition the request names', () => {
    const body = Array.from({ length: 110 }, (_, n) => `  steps.push(number${n});`).join('\n');
    const text = `export function planSteps(): void {\n${body}\n}\n`;
    const sources = [{ path: 'src/steps.ts', text }];
    const packed = packContext({ request: 'planSteps is slow', paths: ['src/steps.ts'], sources, budgetTokens: 1000 });
    expect(packed.text).toContain('1 export function planSteps(): void {\n2   steps.push(number0);');
    expect(packed.text).toMatch(/\n… to 112$/);
  });

  it.each(['.', 'a.', '/', 'aB', '`', 'x_', '(', 'é'])('reads a huge request quickly: %s', (bit) => {
    const start = performance.now();
    pack(bit.repeat(500_000));
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('packs a request that matches nothing', () => {
    expect(pack('zzz').text).toContain('11 files');
    expect(packContext({ request: '', paths: [], sources: [], budgetTokens: 100 })).toEqual({
      text: '0 files',
      tokens: 3,
      shown: [],
      omitted: 0,
    });
  });
});
