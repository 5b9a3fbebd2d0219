import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCents, percentOf } from '../src/money.js';

test('formats cents', () => {
  assert.equal(formatCents(1999), '19.99');
  assert.equal(formatCents(-5), '-0.05');
});

test('takes a share, rounded half up', () => {
  assert.equal(percentOf(1050, 15), 158);
});
