import type { Script } from '../../test/support/model-server/server.ts';
import { BUG } from './repository.ts';

/** A model that answers at once: a one-task plan, the one-line edit with its test, a review without findings. */
const script: Script = ({ provider, schema }) => {
  if (provider === 'openai') return { object: REVIEW };
  return schema === null || schema === undefined ? { text: EDIT } : { object: PLAN };
};
export default script;

const TEST = 'test/paginate.test.js';

const PLAN = {
  title: 'Keep the last page of paginate',
  summary: '',
  tasks: [
    {
      id: 'T1',
      title: 'Round the number of pages up',
      behaviour:
        'paginate returns a last page with the remaining items when they do not fill one: 5 items in pages of 2 give 3 pages, the last with 1 item.',
      files: [
        { path: BUG.path, action: 'modify' },
        { path: TEST, action: 'modify' },
      ],
      symbols: [{ path: BUG.path, name: 'paginate', action: 'change', signature: 'paginate(items, size)' }],
      criteria: [
        { id: 'T1.1', text: 'paginate([1,2,3,4,5], 2) has 3 pages', command: 'node --test test/paginate.test.js' },
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

const EDIT = `${BUG.path}
<<<<<<< SEARCH
  const count = ${BUG.broken};
=======
  const count = ${BUG.fixed};
>>>>>>> REPLACE

${TEST}
<<<<<<< SEARCH
test('splits into full pages', () => {
=======
test('keeps a last page that is not full', () => {
  assert.deepEqual(paginate([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]]);
});

test('splits into full pages', () => {
>>>>>>> REPLACE

The number of pages is rounded up.`;

const REVIEW = { criteria: [{ id: 'T1.1', met: 'yes', evidence: 'the new test' }], findings: [], fixed: [] };
