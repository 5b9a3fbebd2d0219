const FREE_FROM = 5000;
const FLAT_RATE = 495;

/** What shipping costs for goods of this value; free from 50.00 on, and for an empty cart. */
export function shippingCents(goodsCents) {
  return goodsCents === 0 || goodsCents >= FREE_FROM ? 0 : FLAT_RATE;
}
