// What happens to an order after it was made: edits, refunds, cancellation, payment.
// Each function changes the order only; the shop stamps, counts and stores.
import { parseMoney, sumOf } from './money.mjs';
import { SpecError, attributes, listOf, oneOf, onlyKeys, wholeNumber } from './spec.mjs';
import { addLine, addShipping, discountLine, makeOrder } from './order.mjs';
import {
  addTransaction,
  authorizedOf,
  isPending,
  netPaymentOf,
  outstandingOf,
} from './payments.mjs';
import { readAddress } from './people.mjs';
import { totalsOf } from './totals.mjs';

export const CANCEL_REASONS = ['CUSTOMER', 'DECLINED', 'FRAUD', 'INVENTORY', 'OTHER', 'STAFF'];
const SET_KEYS = [
  'note',
  'tags',
  'email',
  'phone',
  'poNumber',
  'attributes',
  'customer',
  'shippingAddress',
  'billingAddress',
];
const GOODS_KEYS = ['addLines', 'lines', 'addShipping', 'removeShipping'];
const EDIT_KEYS = [...GOODS_KEYS, ...SET_KEYS];

/** A line by its id, its gid, its SKU (the first) or its place, counted from 0. */
export function findLine(order, key, where) {
  const wanted = String(key).replace(/^gid:\/\/shopify\/LineItem\//, '');
  const line =
    order.lines.find((l) => String(l.id) === wanted) ??
    order.lines.find((l) => l.sku === wanted) ??
    (Number.isInteger(key) ? order.lines[key] : undefined);
  if (!line) throw new SpecError(`${where}: order ${order.name} has no line "${key}"`);
  return line;
}

function findShipping(order, key, where) {
  const wanted = String(key).replace(/^gid:\/\/shopify\/ShippingLine\//, '');
  const shipping =
    order.shippingLines.find((s) => String(s.id) === wanted) ??
    (Number.isInteger(key) ? order.shippingLines[key] : undefined);
  if (!shipping) throw new SpecError(`${where}: order ${order.name} has no shipping line "${key}"`);
  return shipping;
}

/** Makes an order; one made (PARTIALLY_)REFUNDED is given that money back at once. */
export function create(shop, spec) {
  const order = makeOrder(shop, spec);
  order.originalTotal = totalsOf(order).total;
  const paid = netPaymentOf(order);
  const back = { REFUNDED: paid, PARTIALLY_REFUNDED: paid / 2n }[spec.financialStatus] ?? 0n;
  if (back > 0n) giveBack(shop, order, { amount: back, discrepancy: back, atUs: order.createdUs });
  return order;
}

// Sets how many units stay. Fewer: `quantity` keeps what was ordered. More: both grow.
function setQuantity(line, current) {
  if (current > line.currentQuantity) line.quantity += current - line.currentQuantity;
  line.currentQuantity = current;
}

function editLine(order, spec, where) {
  onlyKeys(spec, ['line', 'quantity', 'remove', 'discount'], where);
  const line = findLine(order, spec.line, where);
  if (spec.remove) setQuantity(line, 0);
  if (spec.quantity !== undefined)
    setQuantity(line, wholeNumber(spec.quantity, `${where}.quantity`));
  if (spec.discount !== undefined) discountLine(order, line, spec.discount, `${where}.discount`);
}

function setFields(shop, order, spec) {
  for (const key of ['note', 'email', 'phone', 'poNumber']) {
    if (spec[key] !== undefined) order[key] = spec[key];
  }
  if (spec.tags !== undefined) order.tags = [...spec.tags].sort();
  if (spec.attributes !== undefined) order.attributes = attributes(spec.attributes);
  if (spec.customer !== undefined) {
    order.customer = spec.customer === null ? null : shop.customers.take(spec.customer, order);
  }
  for (const key of ['shippingAddress', 'billingAddress']) {
    if (spec[key] !== undefined) order[key] = readAddress(shop, spec[key], key);
  }
}

/** Edits lines, shipping, people and texts; `edited` becomes true only by lines and shipping. */
export function edit(shop, order, spec) {
  onlyKeys(spec, EDIT_KEYS, 'edit');
  const touchesGoods = GOODS_KEYS.some((key) => spec[key] !== undefined);
  if (touchesGoods && order.cancelledUs !== null) {
    throw new SpecError(`order ${order.name} is cancelled: its goods can't be edited`);
  }
  listOf(spec.lines).forEach((l, i) => editLine(order, l, `lines[${i}]`));
  listOf(spec.addLines).forEach((l, i) => addLine(shop, order, l, `addLines[${i}]`));
  listOf(spec.removeShipping).forEach((key, i) => {
    findShipping(order, key, `removeShipping[${i}]`).isRemoved = true;
  });
  listOf(spec.addShipping).forEach((s, i) => addShipping(shop, order, s, `addShipping[${i}]`));
  setFields(shop, order, spec);
  if (touchesGoods) order.edited = true;
}

const onTop = (order, tax) => (order.taxesIncluded ? 0n : tax);

function refundLine(shop, order, spec, where) {
  onlyKeys(spec, ['line', 'quantity', 'restock'], where);
  const line = findLine(order, spec.line, where);
  const quantity = wholeNumber(spec.quantity ?? line.currentQuantity, `${where}.quantity`, 1);
  if (quantity > line.currentQuantity) {
    throw new SpecError(
      `${where}.quantity ${quantity} is more than the ${line.currentQuantity} left`,
    );
  }
  const before = totalsOf(order).lines.get(line.id).current;
  line.currentQuantity -= quantity;
  order.revision += 1;
  const after = totalsOf(order).lines.get(line.id).current;
  return {
    __typename: 'RefundLineItem',
    id: shop.newId('RefundLineItem'),
    line,
    quantity,
    isRestocked: spec.restock ?? true,
    subtotal: before.net - after.net,
    tax: before.tax - after.tax,
  };
}

// Shipping money goes back from the first shipping line on that still has some.
function refundShipping(shop, order, wanted) {
  const totals = totalsOf(order);
  let rest = wanted === true ? totals.currentShipping : parseMoney(wanted, 'shipping');
  if (rest > totals.currentShipping) throw new SpecError('shipping: more than was charged for it');
  const parts = [];
  for (const shipping of order.shippingLines) {
    const { net, tax } = totals.shipping.get(shipping.id).current;
    const amount = rest < net ? rest : net;
    if (amount === 0n) continue;
    shipping.refunded += amount;
    order.revision += 1;
    const left = totalsOf(order).shipping.get(shipping.id).current;
    parts.push({
      __typename: 'RefundShippingLine',
      id: shop.newId('RefundShippingLine'),
      shipping,
      subtotal: amount,
      tax: tax - left.tax,
    });
    rest -= amount;
  }
  return parts;
}

// The money of a refund; what of it is not for returned goods is `discrepancy`.
function giveBack(
  shop,
  order,
  { amount, discrepancy = 0n, note = null, lines = [], shipping = [], atUs },
) {
  if (amount > netPaymentOf(order)) {
    throw new SpecError(`refund: order ${order.name} was not paid that much`);
  }
  order.moneyRefunded += discrepancy;
  const newId = () => shop.newId('OrderTransaction');
  const from = order.transactions.length;
  if (amount > 0n) addTransaction(order, { kind: 'REFUND', amount, atUs, newId });
  order.refunds.push({
    __typename: 'Refund',
    id: shop.newId('Refund'),
    order,
    createdUs: atUs,
    note,
    amount,
    discrepancy,
    lines,
    shipping,
    transactions: order.transactions.slice(from),
  });
  order.revision += 1;
}

/** Gives back line quantities, shipping, or just an amount. */
export function refund(shop, order, spec, atUs) {
  onlyKeys(spec, ['lines', 'shipping', 'amount', 'note'], 'refund');
  if (order.cancelledUs !== null) throw new SpecError(`order ${order.name} is cancelled`);
  const lines = listOf(spec.lines).map((l, i) => refundLine(shop, order, l, `lines[${i}]`));
  const shipping = spec.shipping ? refundShipping(shop, order, spec.shipping) : [];
  const computed = sumOf([...lines, ...shipping], (p) => p.subtotal + onTop(order, p.tax));
  const payable = netPaymentOf(order);
  const unstated = computed < payable ? computed : payable;
  const isStated = spec.amount !== undefined;
  const amount = isStated ? parseMoney(spec.amount, 'amount') : unstated;
  const discrepancy = isStated ? amount - computed : 0n;
  giveBack(shop, order, { amount, discrepancy, note: spec.note, lines, shipping, atUs });
}

/** Cancels: nothing stays on the order; money goes back only where `refund` says so. */
export function cancel(shop, order, spec, atUs) {
  onlyKeys(spec, ['refund', 'reason', 'staffNote', 'restock'], 'cancel');
  if (order.cancelledUs !== null) throw new SpecError(`order ${order.name} is cancelled already`);
  const reason = oneOf(spec.reason ?? 'OTHER', CANCEL_REASONS, 'reason');
  const paid = netPaymentOf(order);
  const lines = order.lines
    .filter((l) => l.currentQuantity > 0)
    .map((l) => refundLine(shop, order, { line: l.id, restock: spec.restock ?? true }, 'cancel'));
  const newId = () => shop.newId('OrderTransaction');
  if (authorizedOf(order) > 0n || isPending(order)) {
    order.transactions
      .filter((t) => t.status === 'PENDING')
      .forEach((t) => {
        t.status = 'FAILURE';
      });
    addTransaction(order, { kind: 'VOID', amount: 0n, atUs, newId });
  }
  Object.assign(order, {
    cancelledUs: atUs,
    closedUs: atUs,
    cancelReason: reason,
    staffNote: spec.staffNote ?? null,
  });
  order.shippingLines.forEach((s) => {
    s.refunded = s.price - s.discount;
  });
  if (spec.refund && paid > 0n) {
    giveBack(shop, order, { amount: paid, lines, atUs });
  }
  order.revision += 1;
}

/** Takes what is outstanding as paid. */
export function markPaid(shop, order, spec, atUs) {
  onlyKeys(spec, [], 'pay');
  const newId = () => shop.newId('OrderTransaction');
  const authorized = authorizedOf(order);
  if (authorized > 0n) addTransaction(order, { kind: 'CAPTURE', amount: authorized, atUs, newId });
  order.transactions = order.transactions.filter((t) => t.status !== 'PENDING');
  const rest = outstandingOf(order);
  if (rest > 0n) addTransaction(order, { kind: 'SALE', amount: rest, atUs, newId });
}

/** Archives: closed, and nothing else. */
export function archive(shop, order, spec, atUs) {
  onlyKeys(spec, [], 'archive');
  order.closedUs = atUs;
}

/** Everything still on the order is sent. */
export function fulfill(shop, order, spec) {
  onlyKeys(spec, [], 'fulfill');
  order.lines.forEach((line) => {
    line.fulfilledQuantity = line.isTip ? 0 : line.currentQuantity;
  });
}

/** Moves updatedAt and nothing else. */
export function touch(shop, order, spec) {
  onlyKeys(spec, [], 'touch');
}
