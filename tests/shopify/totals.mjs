// The sums of an order, before and after returns, exactly: what Shopify calls total* and current*.
// A line's discounts and taxes are kept for its original quantity, as Shopify keeps them; the part
// that belongs to the units still on the order is the same share of each.
import { allocate, ratio, scale, stepOf, sumOf } from './money.mjs';

/** Taxes of a net amount: contained in it when prices include tax, on top of it otherwise. */
export function taxesOf(net, rates, taxesIncluded, step) {
  if (!taxesIncluded) {
    return rates.map((tax) => {
      const { num, den } = ratio(tax.rate);
      return { ...tax, amount: scale(net, num, den, step) };
    });
  }
  const common = rates.map((tax) => ratio(tax.rate));
  const den = common.reduce((product, rate) => product * rate.den, 1n);
  const nums = common.map((rate) => (rate.num * den) / rate.den);
  const whole = scale(net, sumOf(nums), den + sumOf(nums), step);
  const parts = allocate(whole, nums, step);
  return rates.map((tax, i) => ({ ...tax, amount: parts[i] }));
}

const share = (amount, part, whole, step) =>
  part === whole ? amount : scale(amount, BigInt(part), BigInt(whole), step);

/** All amounts of one line; `current` holds those of the units still on the order. */
export function lineAmounts(order, line) {
  const step = stepOf(order.currency);
  const gross = line.unitPrice * BigInt(line.quantity);
  const discount = sumOf(line.allocations, (a) => a.amount);
  const net = gross - discount;
  const taxes = taxesOf(net, line.taxRates, order.taxesIncluded, step);
  const part = (amount) => share(amount, line.currentQuantity, line.quantity, step);
  const allocations = line.allocations.map((a) => ({ ...a, current: part(a.amount) }));
  const currentGross = line.unitPrice * BigInt(line.currentQuantity);
  const currentDiscount = sumOf(allocations, (a) => a.current);
  const currentTaxes = taxes.map((tax) => ({ ...tax, amount: part(tax.amount) }));
  return {
    gross,
    discount,
    net,
    taxes,
    allocations,
    tax: sumOf(taxes, (t) => t.amount),
    current: {
      gross: currentGross,
      discount: currentDiscount,
      net: currentGross - currentDiscount,
      taxes: currentTaxes,
      tax: sumOf(currentTaxes, (t) => t.amount),
    },
  };
}

/** All amounts of one shipping line; removed or refunded money is gone from `current`. */
export function shippingAmounts(order, shipping) {
  const step = stepOf(order.currency);
  const net = shipping.price - shipping.discount;
  const taxes = taxesOf(net, shipping.taxRates, order.taxesIncluded, step);
  const left = shipping.isRemoved ? 0n : net - shipping.refunded;
  const part = (amount) => (net === 0n ? 0n : scale(amount, left, net, step));
  const currentTaxes = taxes.map((tax) => ({ ...tax, amount: part(tax.amount) }));
  return {
    net,
    taxes,
    tax: sumOf(taxes, (t) => t.amount),
    current: { net: left, taxes: currentTaxes, tax: sumOf(currentTaxes, (t) => t.amount) },
  };
}

function mergeTaxes(lists) {
  const merged = new Map();
  for (const tax of lists.flat()) {
    const key = `${tax.title}\n${tax.rate}`;
    const known = merged.get(key);
    if (known) known.amount += tax.amount;
    else merged.set(key, { ...tax });
  }
  return [...merged.values()];
}

const isOrderLevel = (allocation) => !allocation.application.line;

function compute(order) {
  const lines = order.lines.map((line) => ({ line, ...lineAmounts(order, line) }));
  const goods = lines.filter(({ line }) => !line.isTip);
  const tips = lines.filter(({ line }) => line.isTip);
  const shipping = order.shippingLines.map((s) => ({ s, ...shippingAmounts(order, s) }));
  const taxed = [...lines, ...shipping];
  const onTop = (tax) => (order.taxesIncluded ? 0n : tax);

  const subtotal = sumOf(goods, (l) => l.net);
  const tax = sumOf(taxed, (t) => t.tax);
  const tip = sumOf(tips, (l) => l.net);
  const total = subtotal + sumOf(shipping, (s) => s.net) + onTop(tax) + tip;

  const adjustment = order.cancelledUs === null ? order.moneyRefunded : 0n;
  const fallsOff = { subtotal: adjustment, total: adjustment, none: 0n }[order.moneyRefundMode];
  const currentGoods = sumOf(goods, (l) => l.current.net);
  const currentTax = sumOf(taxed, (t) => t.current.tax);
  const currentShipping = sumOf(shipping, (s) => s.current.net);
  const currentTip = sumOf(tips, (l) => l.current.net);
  return {
    lines: new Map(lines.map((l) => [l.line.id, l])),
    shipping: new Map(shipping.map((s) => [s.s.id, s])),
    subtotal,
    tax,
    tip: currentTip,
    total,
    shippingPrice: sumOf(order.shippingLines, (s) => s.price),
    discounts: sumOf(lines, (l) => l.discount) + sumOf(order.shippingLines, (s) => s.discount),
    cartDiscount: sumOf(lines, (l) => sumOf(l.allocations.filter(isOrderLevel), (a) => a.amount)),
    taxLines: mergeTaxes(taxed.map((t) => t.taxes)),
    quantity: order.lines.filter((l) => !l.isTip).reduce((n, l) => n + l.quantity, 0),
    currentQuantity: order.lines.filter((l) => !l.isTip).reduce((n, l) => n + l.currentQuantity, 0),
    currentSubtotal: currentGoods - (order.moneyRefundMode === 'subtotal' ? adjustment : 0n),
    currentTax,
    currentShipping,
    currentTaxLines: mergeTaxes(taxed.map((t) => t.current.taxes)),
    currentDiscounts:
      sumOf(lines, (l) => l.current.discount) +
      sumOf(
        order.shippingLines.filter((s) => !s.isRemoved),
        (s) => s.discount,
      ),
    currentCartDiscount: sumOf(lines, (l) =>
      sumOf(l.allocations.filter(isOrderLevel), (a) => a.current),
    ),
    currentTotal: currentGoods + currentShipping + onTop(currentTax) + currentTip - fallsOff,
  };
}

const cache = new WeakMap();

/** The totals of an order; computed once for each revision of it. */
export function totalsOf(order) {
  const known = cache.get(order);
  if (known?.revision === order.revision) return known.totals;
  const totals = compute(order);
  cache.set(order, { revision: order.revision, totals });
  return totals;
}
