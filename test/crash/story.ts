import type { Reply, Script } from '../support/model-server/server.ts';

/** Two tasks on the sample shop; T2's first edit fails its test and is repaired; the review finds a bug; the fix mends it. */
export const REQUEST = 'Add a gift wrap option to the cart: 2.50 for the whole order, shown by wrapCents().';

export const script: Script = (call): Reply => {
  const said = call.messages.map((message) => message.text).join('\n');
  if (call.provider === 'openai') return { object: call.system.includes('later round') ? APPROVED : FOUND };
  if (call.schema !== null && call.schema !== undefined) return { object: PLAN };
  if (said.includes('Wrapping is also charged for an empty cart')) return { text: FIX };
  if (said.includes('wrap.test.js` exited')) return { text: REPAIR };
  return { text: said.includes('src/wrap.js\n') && !said.includes('applies wrapping') ? WRAP : CART };
};

const task = { symbols: [], read: [] };
const PLAN = {
  title: 'Add gift wrapping',
  summary: '',
  tasks: [
    {
      ...task,
      id: 'T1',
      title: 'Say what wrapping costs',
      behaviour: 'wrapCents(wrapped) returns 250 when wrapped is true and 0 otherwise.',
      files: [{ path: 'src/wrap.js', action: 'create' }],
      criteria: [{ id: 'T1.1', text: 'wrapCents(true) is 250', command: 'node --check src/wrap.js' }],
      dependsOn: [],
    },
    {
      ...task,
      id: 'T2',
      title: 'Charge wrapping in the cart',
      behaviour: 'cart.wrap() applies wrapping; totalCents() then has 250 more. An empty cart still costs 0.',
      files: [
        { path: 'src/cart.js', action: 'modify' },
        { path: 'test/wrap.test.js', action: 'create' },
      ],
      criteria: [{ id: 'T2.1', text: 'a wrapped mug costs 19.45', command: 'node --test test/wrap.test.js' }],
      dependsOn: ['T1'],
    },
  ],
  risks: [],
  nonGoals: [],
  questions: [],
  needs: [],
};

const WRAP = `src/wrap.js
<<<<<<< FILE
/** What gift wrapping costs. */
export function wrapCents(wrapped) {
  return wrapped ? 250 : 0;
}
>>>>>>> FILE

Done.`;

const cart = (total: string) => `src/cart.js
<<<<<<< SEARCH
import { shippingCents } from './shipping.js';
=======
import { shippingCents } from './shipping.js';
import { wrapCents } from './wrap.js';
>>>>>>> REPLACE
<<<<<<< SEARCH
  #quantities = new Map();

=======
  #quantities = new Map();
  #wrapped = false;

  wrap() {
    this.#wrapped = true;
    return this;
  }

>>>>>>> REPLACE
<<<<<<< SEARCH
    return goods + shippingCents(goods);
=======
    ${total}
>>>>>>> REPLACE

test/wrap.test.js
<<<<<<< FILE
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cart } from '../src/cart.js';

test('charges wrapping', () => {
  assert.equal(new Cart().add('mug').wrap().totalCents(), 1200 + 495 + 250);
});
>>>>>>> FILE

Done.`;

const CART = cart('return goods + shippingCents(goods) + wrapCents(false);');

const REPAIR = `src/cart.js
<<<<<<< SEARCH
    return goods + shippingCents(goods) + wrapCents(false);
=======
    return goods + shippingCents(goods) + wrapCents(this.#wrapped);
>>>>>>> REPLACE

The flag is used.`;

const FIX = `src/cart.js
<<<<<<< SEARCH
    return goods + shippingCents(goods) + wrapCents(this.#wrapped);
=======
    return goods === 0 ? 0 : goods + shippingCents(goods) + wrapCents(this.#wrapped);
>>>>>>> REPLACE

An empty cart costs nothing.`;

const met = [
  { id: 'T1.1', met: 'yes', evidence: 'src/wrap.js' },
  { id: 'T2.1', met: 'yes', evidence: 'the test' },
];
const FOUND = {
  criteria: met,
  findings: [
    {
      title: 'Wrapping is also charged for an empty cart',
      severity: 'major',
      category: 'bug',
      path: 'src/cart.js',
      line: 33,
      quote: 'return goods + shippingCents(goods) + wrapCents(this.#wrapped);',
      why: 'new Cart().wrap().totalCents() is 250.',
      fix: 'Return 0 when there are no goods.',
      confidence: 'high',
      criterion: null,
    },
  ],
  fixed: [],
};
const APPROVED = { criteria: met, findings: [], fixed: ['F1'] };
