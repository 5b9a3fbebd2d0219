import { itemById } from './catalogue.js';
import { formatCents } from './money.js';
import { shippingCents } from './shipping.js';

/** A cart: items by id with a quantity. */
export class Cart {
  #quantities = new Map();

  add(id, quantity = 1) {
    if (!Number.isInteger(quantity) || quantity < 1) throw new RangeError(`bad quantity ${quantity}`);
    itemById(id);
    this.#quantities.set(id, (this.#quantities.get(id) ?? 0) + quantity);
    return this;
  }

  /** The value of the goods, without shipping. */
  goodsCents() {
    let sum = 0;
    for (const [id, quantity] of this.#quantities) sum += itemById(id).cents * quantity;
    return sum;
  }

  totalCents() {
    const goods = this.goodsCents();
    return goods + shippingCents(goods);
  }

  receipt() {
    const lines = [...this.#quantities].map(([id, quantity]) => `${quantity} × ${itemById(id).name}`);
    return [...lines, `Total ${formatCents(this.totalCents())}`].join('\n');
  }
}
