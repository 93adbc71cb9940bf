// Amounts as the API gives them: in the shop's and in the buyer's currency.
import { formatMoney, ratio, scale, stepOf } from './money.mjs';

/** An amount in the buyer's currency; a rate of its own rounding for every amount, as in Shopify. */
export function presentment(order, amount) {
  if (order.presentmentCurrency === order.currency) return amount;
  const { num, den } = ratio(order.rate);
  return scale(amount, num, den, stepOf(order.presentmentCurrency));
}

export const moneyV2 = (amount, currencyCode) => ({ amount: formatMoney(amount), currencyCode });

export const bagOf = (order, amount) => ({
  shopMoney: moneyV2(amount, order.currency),
  presentmentMoney: moneyV2(presentment(order, amount), order.presentmentCurrency),
});
