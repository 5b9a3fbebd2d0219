import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding, ReviewerAnswer, ReviewerFinding } from '../../src/contract/review.ts';
import { type ReviewGiven, verifyFindings } from '../../src/handoff/verify-findings.ts';
import { claim, diff, finding, hunk } from './make.ts';

const MATH = [
  'function clamp(v, min, max) {',
  '  if (v > max)',
  '    return max;',
  '  return v;',
  '}',
  '',
  ...Array(30).fill('// rest'),
  'export { clamp };',
];
const CHANGE = [
  diff('src/math.ts', [
    hunk('src/math.ts', 'H1', 1, [
      ' function clamp(v, min, max) {',
      '-  if (v < min) return min;',
      '+  if (v > max)',
      '+    return max;',
      '   return v;',
      ' }',
    ]),
  ]),
  diff('src/gone.ts', [hunk('src/gone.ts', 'H2', 1, ['-export const a = 1;', '-export const b = 2;'])], {
    status: 'deleted',
  }),
  diff('src/new-name.ts', [hunk('src/new-name.ts', 'H3', 1, ['+const renamed = true;'])], {
    status: 'renamed',
    from: 'src/former.ts',
  }),
];
const TEXTS: Record<string, string> = {
  'src/math.ts': `${MATH.join('\n')}\n`,
  'src/new-name.ts': 'const renamed = true;\n',
};

function given(over: Partial<ReviewGiven> = {}): ReviewGiven {
  return {
    files: CHANGE,
    textOf: (path) => TEXTS[path] ?? null,
    round: 1,
    known: [],
    criteria: new Set(['T1.1', 'T1.2']),
    blocking: ['blocker', 'major'],
    ...over,
  };
}

function answer(findings: ReviewerFinding[], over: Partial<ReviewerAnswer> = {}): ReviewerAnswer {
  return { criteria: [], findings, fixed: [], ...over };
}

function one(over: Partial<ReviewerFinding>, with_: Partial<ReviewGiven> = {}): Finding {
  const { findings } = verifyFindings(answer([claim(over)]), given(with_));
  expect(findings).toHaveLength(1);
  return findings[0] as Finding;
}

describe('the place of a finding', () => {
  it.each<[string, Partial<ReviewerFinding>, Partial<Finding>]>([
    [
      'at the line',
      { line: 3, quote: '    return max;' },
      { anchor: 'exact', line: 3, onChange: true, blocking: true, note: '' },
    ],
    ['whatever the white space', { line: 3, quote: 'return   max;\t' }, { anchor: 'exact', line: 3 }],
    ['with the prefix of the diff', { line: 3, quote: '3 +    return max;' }, { anchor: 'exact', line: 3 }],
    ['with a plus in front', { line: 3, quote: '+    return max;' }, { anchor: 'exact', line: 3 }],
    ['in backticks', { line: 3, quote: '`return max;`' }, { anchor: 'exact', line: 3 }],
    ['as a part of the line', { line: 1, quote: 'clamp(v, min' }, { anchor: 'exact', line: 1 }],
    ['over several lines', { line: 3, quote: '  if (v > max)\n    return max;' }, { anchor: 'exact', line: 3 }],
    [
      'moved',
      { line: 17, quote: 'return max;' },
      { anchor: 'moved', line: 3, claimedLine: 17, blocking: true, note: 'The quote stands at line 3, not 17.' },
    ],
    [
      'moved to the nearest of many',
      { line: 40, quote: '// rest' },
      { anchor: 'moved', line: 36, onChange: false, blocking: false },
    ],
    [
      'at a line that does not exist, quote elsewhere',
      { line: 999, quote: 'return max;' },
      { anchor: 'moved', line: 3, note: expect.stringContaining('Line 999 does not exist (the file has 37 lines).') },
    ],
    [
      'at a line that does not exist, quote nowhere',
      { line: 999, quote: 'frobnicate()' },
      {
        anchor: 'unlocated',
        line: null,
        blocking: false,
        note: 'Line 999 does not exist (the file has 37 lines). The quote stands nowhere in the file.',
      },
    ],
    [
      'nowhere',
      { line: 3, quote: 'return minimum;' },
      { anchor: 'unlocated', line: null, onChange: false, blocking: false },
    ],
    [
      'without a quote',
      { line: 3, quote: ' ' },
      { anchor: 'unlocated', blocking: false, note: 'The finding quotes no line.' },
    ],
    ['short quotes only as whole lines', { line: 2, quote: 'max' }, { anchor: 'unlocated' }],
    [
      'on a removed line',
      { line: 2, quote: '  if (v < min) return min;' },
      { anchor: 'exact', line: 2, onChange: true, blocking: true, note: expect.stringContaining('removed') },
    ],
    [
      'in a deleted file',
      { path: 'src/gone.ts', line: 2, quote: 'export const b = 2;' },
      { anchor: 'exact', line: null, onChange: true, blocking: true },
    ],
    [
      'outside the change',
      { path: 'src/other.ts' },
      { anchor: 'outside', line: null, blocking: false, note: 'The path is not part of the change.' },
    ],
    [
      'at an unsafe path',
      { path: '../../etc/passwd' },
      { anchor: 'outside', blocking: false, note: expect.stringContaining('..') },
    ],
  ])('%s', (_, over, expected) => {
    expect(one(over)).toMatchObject(expected);
  });

  it.each([
    'src/math.ts',
    'a/src/math.ts',
    'b/src/math.ts',
    './src/math.ts',
    'src\\math.ts',
    'src/math.ts:3',
    '`src/math.ts`',
  ])('takes the path %s for what is meant', (path) => {
    expect(one({ path, line: 3 })).toMatchObject({ path: 'src/math.ts', anchor: 'exact' });
  });

  it('follows a rename, and knows an unreadable file by its diff', () => {
    expect(one({ path: 'src/former.ts', line: 1, quote: 'const renamed = true;' })).toMatchObject({
      path: 'src/new-name.ts',
      anchor: 'exact',
    });
    expect(one({ line: 9 }, { textOf: () => null })).toMatchObject({ anchor: 'moved', line: 3 });
  });

  it('blocks only by severity, place, and the change or a broken criterion', () => {
    expect(one({ line: 3, severity: 'minor' }).blocking).toBe(false);
    const unchanged = claim({ line: 37, quote: 'export { clamp };', criterion: 'T1.1' });
    const verdict = (met: 'yes' | 'no') => ({ criteria: [{ id: 'T1.1', met, evidence: '' }] });
    expect(verifyFindings(answer([unchanged], verdict('no')), given()).findings[0]?.blocking).toBe(true);
    expect(verifyFindings(answer([unchanged], verdict('yes')), given()).findings[0]?.blocking).toBe(false);
  });

  it('takes no text at its word: control, bidirectional and tag characters go, and length is bounded', () => {
    const dirty = one({
      line: 3,
      title: 'a\x1b[31m\u202eb\n\u{e0041}c',
      why: `x\0${'y'.repeat(9000)}`,
      fix: 'ok\r\nthen',
      path: 'src/other\u202e.ts',
    });
    expect(dirty.title).toBe('a[31mb c');
    expect(dirty.why).toHaveLength(2000);
    expect(dirty.fix).toBe('ok\nthen');
    expect(dirty.path).toBe('src/other.ts');
  });
});

describe('one thing reported twice', () => {
  it('is folded within an answer, the graver kept under the first id', () => {
    const twice = [
      claim({ line: 3, severity: 'minor' }),
      claim({ line: 3, title: 'Returned bound is wrong', severity: 'blocker' }),
    ];
    const { findings, dropped } = verifyFindings(answer(twice), given());
    expect(findings.map(({ id, severity, blocking }) => ({ id, severity, blocking }))).toEqual([
      { id: 'F1', severity: 'blocker', blocking: true },
    ]);
    expect(dropped.map(({ reason }) => reason)).toEqual(['same as F1']);
  });

  it('is two findings when the titles speak of different things', () => {
    const { findings } = verifyFindings(
      answer([claim({ line: 3 }), claim({ line: 3, title: 'Missing test for NaN' })]),
      given(),
    );
    expect(findings.map(({ id }) => id)).toEqual(['F1', 'F2']);
  });

  it('keeps the id it has from an earlier round, even when its line has moved', () => {
    const known = [finding({ id: 'F7', line: 30, quote: '    return max;' })];
    const { findings, dropped } = verifyFindings(
      answer([claim({ line: 3 }), claim({ line: 4, quote: '  return v;', title: 'Other thing' })]),
      given({ round: 2, known }),
    );
    expect(findings.map(({ id, line, round }) => [id, line, round])).toEqual([
      ['F7', 3, 1],
      ['F8', 4, 2],
    ]);
    expect(dropped).toHaveLength(1);
  });
});

describe('findings of earlier rounds', () => {
  const known = [
    finding({ id: 'F1', line: 3, quote: 'return max;' }),
    finding({ id: 'F2', line: 4, quote: 'return v - 1;', title: 'Off by one' }),
    finding({ id: 'F3', status: 'dismissed', title: 'Naming of things', line: 1, quote: MATH[0] as string }),
  ];

  it('stay open until the reviewer says they are fixed', () => {
    const { findings } = verifyFindings(answer([], { fixed: ['F2', 'F99'] }), given({ round: 2, known }));
    expect(findings.map(({ id, status, blocking }) => [id, status, blocking])).toEqual([
      ['F1', 'open', true],
      ['F2', 'fixed', true],
      ['F3', 'dismissed', true],
    ]);
  });

  it('open again when reported again; a dismissal stands', () => {
    const again = [claim({ line: 3 }), claim({ title: 'Naming of things', line: 1, quote: MATH[0] as string })];
    const { findings } = verifyFindings(answer(again, { fixed: ['F1'] }), given({ round: 2, known }));
    expect(findings.map(({ id, status }) => [id, status])).toEqual([
      ['F1', 'open'],
      ['F2', 'open'],
      ['F3', 'dismissed'],
    ]);
    expect(findings[0]?.note).toContain('Reported again in round 2.');
    expect(findings[1]?.note).toContain('changed since');
  });
});

describe('the criteria', () => {
  it('get one verdict each: unknown ids go, the worst of several counts, a missing one is unclear', () => {
    const criteria = [
      { id: 'T9.9', met: 'yes' as const, evidence: '' },
      { id: 'T1.2', met: 'yes' as const, evidence: 'seen' },
      { id: 'T1.2', met: 'no' as const, evidence: 'not\u202e there' },
    ];
    expect(verifyFindings(answer([], { criteria }), given()).criteria).toEqual([
      { id: 'T1.1', met: 'unclear', evidence: 'The reviewer gave no verdict.' },
      { id: 'T1.2', met: 'no', evidence: 'not there' },
    ]);
  });

  it('that do not exist are taken off a finding, with a note', () => {
    expect(one({ line: 3, criterion: 'T9.9' })).toMatchObject({ criterion: null, note: 'There is no criterion T9.9.' });
    expect(one({ line: 3, criterion: 'T1.1' })).toMatchObject({ criterion: 'T1.1', note: '' });
  });
});

it('folds a report that stands nowhere into one that does, and keeps the place', () => {
  const [nowhere, there] = ['', 'export const a = 1;'].map((quote) =>
    claim({ title: 'Leak', path: 'src/gone.ts', line: 0, quote, severity: 'blocker' }),
  );
  if (nowhere === undefined || there === undefined) throw new Error('two claims');
  for (const claims of [
    [nowhere, there],
    [there, nowhere],
  ]) {
    const { findings } = verifyFindings(answer(claims), given());
    expect(findings).toMatchObject([{ id: 'F1', anchor: 'moved', blocking: true, quote: 'export const a = 1;' }]);
  }
});

it('accounts for every finding, and lets none block that stands nowhere', () => {
  const any = fc.record({
    title: fc.oneof(fc.string(), fc.constantFrom('Wrong bound', 'Leak')),
    path: fc.oneof(fc.string(), fc.constantFrom('src/math.ts', 'b/src/math.ts', 'src/gone.ts')),
    line: fc.integer({ min: -5, max: 60 }),
    quote: fc.oneof(fc.string(), fc.constantFrom(...MATH, 'export const a = 1;')),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 8 }), (claims) => {
      const { findings, dropped } = verifyFindings(answer(claims.map(claim)), given());
      expect(findings.length + dropped.length).toBe(claims.length);
      expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length);
      for (const each of findings) {
        if (each.anchor === 'unlocated' || each.anchor === 'outside')
          expect(each).toMatchObject({ blocking: false, line: null });
        if (each.path === 'src/math.ts' && each.line !== null) expect(MATH[each.line - 1]).toBeDefined();
      }
    }),
  );
});
