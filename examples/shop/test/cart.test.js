import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cart } from '../src/cart.js';

test('adds up goods and shipping', () => {
  assert.equal(new Cart().add('mug').totalCents(), 1200 + 495);
});

test('ships free from 50.00 on', () => {
  assert.equal(new Cart().add('lamp').add('mug').totalCents(), 5750);
});

test('an empty cart costs nothing', () => {
  assert.equal(new Cart().totalCents(), 0);
});

test('refuses unknown items and bad quantities', () => {
  assert.throws(() => new Cart().add('boat'), RangeError);
  assert.throws(() => new Cart().add('mug', 0), RangeError);
});

test('prints a receipt', () => {
  assert.equal(new Cart().add('pen', 2).receipt(), '2 × Pen\nTotal 8.93');
});
