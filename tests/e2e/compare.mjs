// What RMS should hold for an order of the shop, worked out apart from the reconciler's code, and how it differs.
//
// The rules are those of docs/design.md, for a site whose prices contain the tax: an open order has an entry for
// each line with units left, in ten-thousandths exact; entries and shipping add up to the total; a cancelled or
// emptied order is closed and its stock is given back.

const E4 = 10_000n;

/** "-12.5" -> -125000n */
export function e4(text) {
  const match = /^(-?)(\d+)(?:\.(\d{1,4}))?0*$/.exec(String(text));
  if (!match) throw new Error(`"${text}" is no amount`);
  const value = BigInt(match[2]) * E4 + BigInt((match[3] ?? '').padEnd(4, '0'));
  return match[1] ? -value : value;
}

const cents = (value) => {
  const unit = 100n;
  const half = value < 0n ? -unit / 2n : unit / 2n;
  return ((value + half) / unit) * unit;
};

/** price x quantity as RMS adds it up. */
const booked = (entry) => cents((e4(entry.Price) * e4(entry.QuantityOnOrder)) / E4);

const sum = (values) => values.reduce((a, b) => a + b, 0n);

export const isGone = (order) => Boolean(order.cancelledAt) || order.lines.every((l) => l.currentQuantity === 0);

/** "SKU x quantity" of every line with units left, sorted: what staff pick. */
const wantedLines = (order, rms) => order.lines.filter((l) => l.currentQuantity > 0)
  .map((l) => `${rms.itemOf(l.sku)} x ${l.currentQuantity}`).sort();

const heldLines = (entries) => entries.map((e) => `${e.ItemID} x ${Number(e.QuantityOnOrder)}`).sort();

const byKeyThenAmount = (a, b) => a.key.localeCompare(b.key) || Number(a.amount - b.amount);

/** What the shop charges for a line or a shipping line now, with its tax. */
const gross = (order, part) => e4(part.currentNet) + (order.taxesIncluded ? 0n : e4(part.currentTax));

/**
 * A line costs in RMS what it costs in the shop, to two cents: both round a share of discount and tax. Money given
 * back without goods lies on no line of the shop's, so such an order is compared by its total only.
 */
function compareAmounts(order, lines, rms) {
  const wanted = order.lines.filter((l) => l.currentQuantity > 0)
    .map((l) => ({ key: `${rms.itemOf(l.sku)} x ${l.currentQuantity}`, amount: gross(order, l) })).sort(byKeyThenAmount);
  const shipping = sum(order.shipping.map((s) => gross(order, s)));
  if (sum(wanted.map((l) => l.amount)) + shipping !== e4(order.totals.currentTotal)) return [];
  const held = lines.map((e) => ({ key: `${e.ItemID} x ${Number(e.QuantityOnOrder)}`, amount: booked(e) }))
    .sort(byKeyThenAmount);
  return wanted.flatMap(({ key, amount }, i) => {
    const off = (held[i]?.amount ?? 0n) - amount;
    return off >= -200n && off <= 200n ? [] : [`${order.name} item ${key}: ${off} e-4 more in RMS than in the shop`];
  });
}

/** What the total says more than lines and shipping cost: the shop kept it of units given back. */
function keptOf(order) {
  const left = order.lines.filter((l) => l.currentQuantity > 0);
  const cost = sum([...left, ...order.shipping].map((part) => gross(order, part)));
  const kept = e4(order.totals.currentTotal) - cost;
  return kept > BigInt(left.length + 2) * 100n ? kept : 0n;
}

const isKept = (entry) => entry.Description === 'Kept at a refund';

function compareOpen(order, held, rms) {
  const entries = rms.entriesOf(held.ID);
  const shipping = entries.filter((e) => e.ItemID === rms.shippingItem);
  const lines = entries.filter((e) => e.ItemID !== rms.shippingItem && !isKept(e));
  const total = sum(entries.map(booked)) + e4(held.ShippingChargeOnOrder);
  const pairs = [
    ['Closed', String(held.Closed), '0'],
    ['Total', e4(held.Total), e4(order.totals.currentTotal)],
    ['Tax', e4(held.Tax), e4(order.totals.currentTax)],
    ['lines', heldLines(lines).join(' | '), wantedLines(order, rms).join(' | ')],
    ['sum of entries and shipping', total, e4(order.totals.currentTotal)],
    ['kept at a refund', sum(entries.filter(isKept).map(booked)), keptOf(order)],
    ['shipping entries', String(shipping.length <= 1), 'true'],
    ['ReferenceNumber', held.ReferenceNumber, `SHOPIFY-${order.id}`],
  ];
  const differences = pairs.filter(([, is, wanted]) => is !== wanted)
    .map(([what, is, wanted]) => `${order.name} ${what}: RMS has ${is}, should be ${wanted}`);
  return differences.length ? differences : compareAmounts(order, lines, rms);
}

/** Differences of one order, in words; [] when RMS holds what it should. */
export function compareOrder(order, rms, { mustExist = true } = {}) {
  const held = rms.ordersOf(order.id);
  if (held.length > 1) return [`${order.name}: ${held.length} times in RMS`];
  if (held.length === 0) {
    return mustExist && !isGone(order) ? [`${order.name}: not in RMS`] : [];
  }
  if (!isGone(order)) return compareOpen(order, held[0], rms);
  return Number(held[0].Closed) === 1 ? [] : [`${order.name}: gone in the shop, open in RMS`];
}

/** Item.QuantityCommitted must be what the open work orders hold of it. */
export function compareStock(rms) {
  const open = new Set(rms.orders.filter((o) => Number(o.Closed) === 0 && Number(o.Type) === 2).map((o) => o.ID));
  const wanted = new Map();
  for (const entry of rms.entries.filter((e) => open.has(e.OrderID))) {
    wanted.set(entry.ItemID, (wanted.get(entry.ItemID) ?? 0n) + e4(entry.QuantityOnOrder));
  }
  return rms.items.filter((i) => Number(i.ItemType) !== 7)
    .filter((i) => e4(i.QuantityCommitted) !== (wanted.get(i.ID) ?? 0n))
    .map((i) => `${i.ItemLookupCode}: ${i.QuantityCommitted} committed, open orders hold ${wanted.get(i.ID) ?? 0n} e-4`);
}

/** All orders of the shop; `mustExist(order)` tells which have to be in RMS. */
export function compareAll(orders, rms, mustExist = () => true) {
  const known = new Set(orders.map((o) => `SHOPIFY-${o.id}`));
  const foreign = rms.orders.filter((o) => /^SHOPIFY-/.test(o.ReferenceNumber) && !known.has(o.ReferenceNumber));
  return [
    ...orders.flatMap((o) => compareOrder(o, rms, { mustExist: mustExist(o) })),
    ...foreign.map((o) => `RMS order ${o.ID}: ${o.ReferenceNumber} is not in the shop`),
    ...compareStock(rms),
  ];
}
