import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generatedKind, splitForReview } from '../../src/handoff/cover.ts';
import { diff, hunk } from './make.ts';

const estimate = (text: string) => Math.ceil(text.length / 4);

const anyFiles = fc
  .array(
    fc.record({
      sizes: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 6 }),
      binary: fc.boolean(),
      lock: fc.boolean(),
    }),
    { maxLength: 12 },
  )
  .map((files) => {
    let id = 0;
    return files.map(({ sizes, binary, lock }, index) => {
      const path = lock ? `p${index}/yarn.lock` : `src/f${index}.ts`;
      const hunks = binary
        ? []
        : sizes.map((n, h) => hunk(path, `H${++id}`, h * 100 + 1, Array(n).fill('+some line of text')));
      return diff(path, hunks, { binary });
    });
  });

describe('splitForReview', () => {
  it('puts every hunk into exactly one part or lists it as skipped, and keeps parts within the limit', () => {
    fc.assert(
      fc.property(anyFiles, fc.integer({ min: 20, max: 600 }), fc.boolean(), (files, maxTokens, skipGenerated) => {
        const { parts, coverage } = splitForReview(files, { maxTokens, estimate, skipGenerated });
        const all = files.flatMap((file) => file.hunks.map((each) => each.id));
        const reviewed = parts.flatMap((part) => part.files.flatMap((file) => file.hunks.map((each) => each.id)));
        const skipped = coverage.skipped.flatMap(({ hunk: id }) => (id === null ? [] : [id]));
        expect([...reviewed, ...skipped].toSorted()).toEqual(all.toSorted());
        expect(coverage.hunks).toBe(all.length);
        expect(coverage.reviewed).toBe(reviewed.length);
        for (const part of parts) {
          expect(estimate(part.text)).toBeLessThanOrEqual(Math.max(maxTokens, 30));
          for (const file of part.files)
            for (const { id } of file.hunks) expect(part.text).toContain(`@@ ${id} ${file.file.path}`);
        }
        const unread = files.filter((file) => file.file.binary).map((file) => file.file.path);
        expect(coverage.skipped.filter(({ reason }) => reason === 'binary').map(({ path }) => path)).toEqual(unread);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps a small change in one part and the order of files', () => {
    const files = ['b.ts', 'a.ts'].map((path, i) => diff(path, [hunk(path, `H${i + 1}`, 1, ['+x'])]));
    const { parts, coverage } = splitForReview(files, { maxTokens: 1000, estimate });
    expect(parts.map((part) => part.files)).toEqual([files]);
    expect(coverage).toEqual({ hunks: 2, reviewed: 2, skipped: [] });
  });

  it('splits a huge file by hunks and says which hunk is too large', () => {
    const path = 'big.ts';
    const hunks = [30, 200, 30].map((n, i) => hunk(path, `H${i + 1}`, i * 500 + 1, Array(n).fill('+0123456789')));
    const { parts, coverage } = splitForReview([diff(path, hunks)], { maxTokens: 150, estimate });
    expect(parts.map((part) => part.files[0]?.hunks.map((each) => each.id))).toEqual([['H1'], ['H3']]);
    expect(coverage.skipped).toEqual([
      { path, hunk: 'H2', reason: expect.stringMatching(/^too large: about \d+ tokens/) },
    ]);
  });

  it('reads lock files unless asked to leave them out', () => {
    const lock = diff('package-lock.json', [hunk('package-lock.json', 'H1', 1, ['+x'])]);
    expect(splitForReview([lock], { maxTokens: 100, estimate }).coverage.reviewed).toBe(1);
    const { parts, coverage } = splitForReview([lock], { maxTokens: 100, estimate, skipGenerated: true });
    expect(parts).toEqual([]);
    expect(coverage.skipped).toEqual([{ path: 'package-lock.json', hunk: 'H1', reason: 'lock file' }]);
    expect(generatedKind('dist/app.min.js')).toBe('generated file');
    expect(generatedKind('src/app.ts')).toBeNull();
  });
});
