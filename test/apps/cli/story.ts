import type { PlannerAnswer } from '../../../src/contract/plan.ts';
import type { ReviewerAnswer } from '../../../src/contract/review.ts';
import type { Reply, Script } from '../../support/model-server/server.ts';
import { makeRepository, type TestRepository } from '../../support/repository.ts';

/** The repository of these tests: one function with a test that Node can run. */
export function makeShop(): TestRepository {
  return makeRepository({
    'package.json': '{ "name": "shop", "type": "module", "scripts": { "test": "node --test" } }\n',
    'src/greet.js': 'export function greet(name) {\n  return `Hello, ${name}`;\n}\n',
    'test/greet.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greet } from '../src/greet.js';

test('greets by name', () => {
  assert.equal(greet('Ada'), 'Hello, Ada');
});
`,
  });
}

export const REQUEST = 'Greet loudly: greet(name, { loud: true }) in src/greet.js ends with an exclamation mark.';

export const PLAN: PlannerAnswer = {
  title: 'Greet loudly on request',
  summary: 'One option of greet.',
  tasks: [
    {
      id: 'T1',
      title: 'Add the option loud to greet',
      behaviour: 'greet(name, { loud: true }) returns "Hello, NAME!"; without the option nothing changes.',
      files: [{ path: 'src/greet.js', action: 'modify' }],
      symbols: [
        {
          path: 'src/greet.js',
          name: 'greet',
          action: 'change',
          signature: 'greet(name: string, options?: { loud?: boolean }): string',
        },
      ],
      criteria: [
        { id: 'T1.1', text: 'greet("Ada", { loud: true }) returns "Hello, Ada!"', command: null },
        { id: 'T1.2', text: 'the tests of the project exit 0', command: 'node --test' },
      ],
      dependsOn: [],
      read: [],
    },
  ],
  risks: [],
  nonGoals: [],
  questions: [],
  needs: [],
};

const EDIT = `src/greet.js
<<<<<<< SEARCH
export function greet(name) {
  return \`Hello, \${name}\`;
=======
export function greet(name, { loud = false } = {}) {
  return \`Hello, \${name}\${loud ? '!' : ''}\`;
>>>>>>> REPLACE

Done.`;

export const APPROVAL: ReviewerAnswer = {
  criteria: [
    { id: 'T1.1', met: 'yes', evidence: 'the template ends with an exclamation mark' },
    { id: 'T1.2', met: 'yes', evidence: 'the command passed' },
  ],
  findings: [],
  fixed: [],
};

export const COMPLAINT: ReviewerAnswer = {
  criteria: APPROVAL.criteria.map((criterion) =>
    criterion.id === 'T1.1' ? { ...criterion, met: 'no', evidence: 'no test shows it' } : criterion,
  ),
  findings: [],
  fixed: [],
};

/** A model server's answers by role; each may be replaced, or be a reply of its own (a delay, a fault). */
export function story(parts: { plan?: Reply; edit?: Reply; review?: Reply } = {}): Script {
  return ({ model }) => {
    if (model.includes('fable')) return { object: PLAN, ...parts.plan };
    if (model.includes('haiku')) return { text: EDIT, ...parts.edit };
    return { object: APPROVAL, ...parts.review };
  };
}
