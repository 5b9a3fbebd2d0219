import type { PlannerAnswer } from '../../../contract/plan.ts';
import type { ReviewerAnswer } from '../../../contract/review.ts';
import { byPurpose, type ScriptedTurn, scriptedAgent } from '../../../testing/scripted-agent.ts';

/** What the demo asks for. */
export const REQUEST =
  'Add discount codes to the cart. A code takes a percentage off the goods, never off shipping, and can expire.';

/**
 * The three agents of the demo: they follow a script, and stand in for the models of the frontier trio, under whose ids
 * and prices their calls are booked. The executor's first attempt has a real bug that its own tests do not find.
 * `watched`: they take a moment for each answer, so that a person at a terminal sees the phases go by.
 */
export function demoAgents(watched: boolean) {
  const paced = watched ? { delayMs: 400 } : {};
  const executor = (turn: ScriptedTurn) => ({ text: executed(turn), ...paced });
  const reviewer = (turn: ScriptedTurn) => ({ object: reviewed(turn), ...paced });
  return {
    planner: scriptedAgent('planner', byPurpose({ plan: { object: PLAN, ...paced } }), {
      model: 'anthropic/claude-fable-5-2',
      lineage: 'anthropic',
    }),
    executor: scriptedAgent('executor', executor, { model: 'anthropic/claude-haiku-5-5', lineage: 'anthropic' }),
    reviewer: scriptedAgent('reviewer', reviewer, { model: 'openai/gpt-6.1-sol', lineage: 'openai' }),
  };
}

const PLAN: PlannerAnswer = {
  title: 'Add discount codes to the cart',
  summary: 'Codes are looked up in a module of their own; the cart applies one to its goods.',
  tasks: [
    {
      id: 'T1',
      title: 'Add discount codes with an expiry date',
      behaviour:
        'findDiscount returns { code, percent } for a known code, in upper or lower case. SPRING10 takes 10 percent and never expires; LAUNCH25 takes 25 percent until 2026-12-31, that day included. An unknown or expired code gives null.',
      files: [
        { path: 'src/discount.js', action: 'create' },
        { path: 'test/discount.test.js', action: 'create' },
      ],
      symbols: [
        {
          path: 'src/discount.js',
          name: 'findDiscount',
          action: 'add',
          signature: 'findDiscount(code: string, today: string): { code: string, percent: number } | null',
        },
      ],
      criteria: [
        {
          id: 'T1.1',
          text: 'LAUNCH25 is found on 2026-12-31 and gives null on 2027-01-01',
          command: 'node --test test/discount.test.js',
        },
        { id: 'T1.2', text: 'spring10 in lower case gives { code: "SPRING10", percent: 10 }', command: null },
      ],
      dependsOn: [],
      read: [],
    },
    {
      id: 'T2',
      title: 'Apply a discount code to the goods of a cart',
      behaviour:
        'cart.applyCode(code, today) returns true and keeps the discount when the code is valid, false otherwise. totalCents() takes the percentage off the goods only: shipping is charged for the goods after the discount, and is itself never discounted. A second valid code replaces the first.',
      files: [
        { path: 'src/cart.js', action: 'modify' },
        { path: 'test/cart.test.js', action: 'modify' },
      ],
      symbols: [
        {
          path: 'src/cart.js',
          name: 'applyCode',
          action: 'add',
          signature: 'applyCode(code: string, today: string): boolean',
        },
        { path: 'src/cart.js', name: 'totalCents', action: 'change', signature: 'totalCents(): number' },
      ],
      criteria: [
        { id: 'T2.1', text: 'a lamp and a mug (57.50) with SPRING10 cost 51.75', command: 'node --test' },
        { id: 'T2.2', text: 'one mug (12.00) with SPRING10 costs 10.80 and full shipping of 4.95', command: null },
      ],
      dependsOn: ['T1'],
      read: ['src/shipping.js', 'src/money.js'],
    },
  ],
  risks: ['Free shipping depends on the goods after the discount: a code can cost a customer the free shipping.'],
  nonGoals: ['Combining several codes.'],
  questions: [],
  needs: [],
};

const DISCOUNT = `src/discount.js
<<<<<<< FILE
const CODES = new Map([
  ['SPRING10', { percent: 10, until: null }],
  ['LAUNCH25', { percent: 25, until: '2026-12-31' }],
]);

/** The discount of a code on a day (YYYY-MM-DD), or null when the code is unknown or expired. */
export function findDiscount(code, today) {
  const key = code.toUpperCase();
  const entry = CODES.get(key);
  if (entry === undefined || (entry.until !== null && today > entry.until)) return null;
  return { code: key, percent: entry.percent };
}
>>>>>>> FILE

test/discount.test.js
<<<<<<< FILE
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findDiscount } from '../src/discount.js';

test('finds a code in any case', () => {
  assert.deepEqual(findDiscount('spring10', '2026-11-22'), { code: 'SPRING10', percent: 10 });
});

test('a code holds on its last day, and not on the next', () => {
  assert.deepEqual(findDiscount('LAUNCH25', '2026-12-31'), { code: 'LAUNCH25', percent: 25 });
  assert.equal(findDiscount('LAUNCH25', '2027-01-01'), null);
});

test('an unknown code gives null', () => {
  assert.equal(findDiscount('FREE', '2026-11-22'), null);
});
>>>>>>> FILE

Added findDiscount with its tests.`;

const CART = `src/cart.js
<<<<<<< SEARCH
import { itemById } from './catalogue.js';
import { formatCents } from './money.js';
=======
import { itemById } from './catalogue.js';
import { findDiscount } from './discount.js';
import { formatCents, percentOf } from './money.js';
>>>>>>> REPLACE

<<<<<<< SEARCH
  #quantities = new Map();

=======
  #quantities = new Map();
  #discount = null;

>>>>>>> REPLACE

<<<<<<< SEARCH
  totalCents() {
    const goods = this.goodsCents();
    return goods + shippingCents(goods);
  }
=======
  /** Keeps the discount of a valid code; says whether it was valid. */
  applyCode(code, today) {
    const discount = findDiscount(code, today);
    if (discount === null) return false;
    this.#discount = discount;
    return true;
  }

  totalCents() {
    const goods = this.goodsCents();
    const full = goods + shippingCents(goods);
    return full - percentOf(full, this.#discount?.percent ?? 0);
  }
>>>>>>> REPLACE

test/cart.test.js
<<<<<<< SEARCH
test('an empty cart costs nothing', () => {
=======
test('takes a code off the goods', () => {
  const cart = new Cart().add('lamp').add('mug');
  assert.equal(cart.applyCode('SPRING10', '2026-11-22'), true);
  assert.equal(cart.totalCents(), 5175);
});

test('an unknown code changes nothing', () => {
  const cart = new Cart().add('mug');
  assert.equal(cart.applyCode('FREE', '2026-11-22'), false);
  assert.equal(cart.totalCents(), 1695);
});

test('an empty cart costs nothing', () => {
>>>>>>> REPLACE

The cart applies a code; the tests pass.`;

const FIX = `src/cart.js
<<<<<<< SEARCH
    const goods = this.goodsCents();
    const full = goods + shippingCents(goods);
    return full - percentOf(full, this.#discount?.percent ?? 0);
=======
    const before = this.goodsCents();
    const goods = before - percentOf(before, this.#discount?.percent ?? 0);
    return goods + shippingCents(goods);
>>>>>>> REPLACE

test/cart.test.js
<<<<<<< SEARCH
test('an unknown code changes nothing', () => {
=======
test('never takes a code off shipping', () => {
  const cart = new Cart().add('mug');
  cart.applyCode('SPRING10', '2026-11-22');
  assert.equal(cart.totalCents(), 1080 + 495);
});

test('an unknown code changes nothing', () => {
>>>>>>> REPLACE

The percentage is taken off the goods before shipping is added; a test shows it.`;

function executed(turn: ScriptedTurn): string {
  if (turn.purpose === 'fix') return FIX;
  return turn.task === 'T1' ? DISCOUNT : CART;
}

const BUG = 'return full - percentOf(full, this.#discount?.percent ?? 0);';

function reviewed(turn: ScriptedTurn): ReviewerAnswer {
  const first = turn.purpose === 'review';
  return {
    criteria: [
      { id: 'T1.1', met: 'yes', evidence: 'the expiry day is compared with >, and a test shows both days' },
      { id: 'T1.2', met: 'yes', evidence: 'the code is looked up in upper case' },
      { id: 'T2.1', met: 'yes', evidence: 'test "takes a code off the goods"' },
      first
        ? {
            id: 'T2.2',
            met: 'no',
            evidence: 'one mug with SPRING10 comes to 15.26 instead of 15.75: shipping is discounted too',
          }
        : { id: 'T2.2', met: 'yes', evidence: 'test "never takes a code off shipping" expects 10.80 + 4.95' },
    ],
    findings: first
      ? [
          {
            title: 'The discount is also taken off shipping',
            severity: 'major',
            category: 'spec',
            path: 'src/cart.js',
            line: lineOf(turn.prompt, BUG),
            quote: BUG,
            why: 'full holds goods and shipping, so the percentage lowers both. The tests only use a cart that ships free, where it makes no difference.',
            fix: 'Take the percentage off the goods first, then add shipping for the discounted goods; add a test with a cart that pays shipping.',
            confidence: 'high',
            criterion: 'T2.2',
          },
        ]
      : [],
    fixed: first ? [] : ['F1'],
  };
}

/** The number that the numbered diff gives a line; a scripted reviewer reads it there, as a model would. */
function lineOf(diff: string, code: string): number {
  const line = diff.split('\n').find((candidate) => candidate.includes(code)) ?? '';
  return Number(/\d+/.exec(line)?.[0] ?? 0);
}
