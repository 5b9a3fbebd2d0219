const ITEMS = new Map([
  ['mug', { name: 'Mug', cents: 1200 }],
  ['lamp', { name: 'Desk lamp', cents: 4550 }],
  ['pen', { name: 'Pen', cents: 199 }],
]);

/** The item with this id. Throws a RangeError for an id that is not in the catalogue. */
export function itemById(id) {
  const item = ITEMS.get(id);
  if (item === undefined) throw new RangeError(`no item "${id}"`);
  return item;
}
