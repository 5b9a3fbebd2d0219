import { expect, it } from 'vitest';
import type { Brief } from '../../src/contract/change.ts';
import { renderBrief, renderPlanForReview } from '../../src/handoff/brief.ts';
import { criterion, finding, plan, task } from './make.ts';

const brief: Brief = {
  task: 'T1',
  title: 'Clamp values',
  behaviour: 'clamp returns the nearest bound.',
  criteria: [criterion(), criterion('T1.2', { text: 'All tests pass', command: 'npm test' })],
  symbols: [
    {
      path: 'src/clamp.ts',
      name: 'clamp',
      action: 'add',
      signature: 'clamp(value: number, min: number, max: number): number',
    },
    { path: 'src/math.ts', name: 'round', action: 'use', signature: '' },
  ],
  files: [
    { path: 'src/math.ts', action: 'modify', content: '\tconst a = 1;  \r\n' },
    { path: 'src/clamp.ts', action: 'create', content: null },
    { path: 'src/math.ts', action: 'read', content: 'shown once' },
    { path: 'page.html', action: 'read', content: '<file>\n</file>' },
    { path: 'src/old.ts', action: 'delete', content: null },
  ],
  conventions: ['No default exports.'],
  checks: ['npm run lint'],
  findings: [],
};

it('tells the executor its task and the exact files, tersely', () => {
  expect(renderBrief(brief).replaceAll('\r', '␍').replaceAll('\t', '→')).toMatchInlineSnapshot(`
    "T1 Clamp values
    clamp returns the nearest bound.

    Criteria:
    T1.1 clamp(5, 0, 3) returns 3
    T1.2 All tests pass [npm test]

    Symbols:
    add src/clamp.ts clamp(value: number, min: number, max: number): number
    use src/math.ts round

    Checks:
    npm run lint

    Conventions:
    No default exports.

    <file modify src/math.ts>
    →const a = 1;  ␍
    </file>

    src/clamp.ts: to be created

    <file2 read page.html (no newline at its end)>
    <file>
    </file>
    </file2>

    src/old.ts: to be deleted"
  `);
  expect(renderBrief(brief)).toBe(renderBrief(structuredClone(brief)));
});

it('adds the findings of a fix round and leaves out empty parts', () => {
  const fix = {
    ...brief,
    criteria: [],
    symbols: [],
    checks: [],
    conventions: [],
    files: [],
    findings: [finding({ quote: 'return max;' })],
  };
  expect(renderBrief(fix)).toMatchInlineSnapshot(`
    "T1 Clamp values
    clamp returns the nearest bound.

    Findings to mend:
    F1 major src/math.ts:2 Wrong bound returned
      at: return max;
      why: min is ignored
      fix: return the nearest bound"
  `);
});

it('shows what could hide instructions in a file, and nothing else differently', () => {
  const content = 'a\u202eb \u{e0049}\u{e0067} \u200d \u001b caf\u00e9\n';
  const text = renderBrief({ ...brief, files: [{ path: 'x.txt', action: 'read', content }] });
  expect(text).toContain('a\\u{202e}b \\u{e0049}\\u{e0067} \u200d \u001b caf\u00e9\n</file>');
});

it('gives the reviewer the plan, or some of its tasks', () => {
  const whole = {
    ...plan(task(), task({ id: 'T2', title: 'Round', behaviour: 'round(2.5) returns 3.' })),
    nonGoals: ['No new dependency.'],
  };
  expect(renderPlanForReview(whole)).toMatchInlineSnapshot(`
    "T1 Clamp values
    \`clamp(value, min, max)\` returns the nearest bound when value lies outside.
    T1.1 clamp(5, 0, 3) returns 3

    T2 Round
    round(2.5) returns 3.
    T2.1 clamp(5, 0, 3) returns 3

    Not wanted:
    No new dependency."
  `);
  expect(renderPlanForReview(whole, ['T2'])).not.toContain('T1');
});
