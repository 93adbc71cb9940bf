// An order as plain JSON, for the control interface: what tests compare RMS with.
import { isoSecond } from './clock.mjs';
import { formatMoney as money } from './money.mjs';
import { displayName } from './people.mjs';
import {
  financialStatusOf,
  netPaymentOf,
  outstandingOf,
  receivedOf,
  refundedOf,
} from './payments.mjs';
import { totalsOf } from './totals.mjs';

export const gid = (kind, id) => `gid://shopify/${kind}/${id}`;

/** Shopify's displayFulfillmentStatus. */
export function fulfillmentStatusOf(order) {
  const sendable = order.lines.filter((l) => !l.isTip);
  const sent = sendable.filter((l) => l.fulfilledQuantity > 0);
  if (sent.length === 0) return 'UNFULFILLED';
  return sendable.every((l) => l.fulfilledQuantity >= l.currentQuantity)
    ? 'FULFILLED'
    : 'PARTIALLY_FULFILLED';
}

function lineView(line, amounts) {
  return {
    id: gid('LineItem', line.id),
    sku: line.sku,
    title: line.title,
    quantity: line.quantity,
    currentQuantity: line.currentQuantity,
    price: money(line.unitPrice),
    taxable: line.taxable,
    isTip: line.isTip,
    isGiftCard: line.isGiftCard,
    discount: money(amounts.discount),
    net: money(amounts.net),
    tax: money(amounts.tax),
    currentDiscount: money(amounts.current.discount),
    currentNet: money(amounts.current.net),
    currentTax: money(amounts.current.tax),
  };
}

function shippingView(shipping, amounts) {
  return {
    id: gid('ShippingLine', shipping.id),
    title: shipping.title,
    isRemoved: shipping.isRemoved,
    price: money(shipping.price),
    net: money(amounts.net),
    tax: money(amounts.tax),
    currentNet: money(amounts.current.net),
    currentTax: money(amounts.current.tax),
  };
}

const TOTALS = [
  'subtotal',
  'shippingPrice',
  'tax',
  'discounts',
  'tip',
  'total',
  'currentSubtotal',
  'currentShipping',
  'currentTax',
  'currentDiscounts',
  'currentTotal',
];

function addressView(address) {
  if (!address) return null;
  const { __typename, id, ...rest } = address;
  return rest;
}

/** Everything of an order that a test may want to compare; amounts are shop money, decimal text. */
export function orderView(order) {
  const totals = totalsOf(order);
  return {
    id: order.id,
    gid: gid('Order', order.id),
    name: order.name,
    number: order.number,
    createdAt: isoSecond(order.createdUs),
    updatedAt: isoSecond(order.updatedUs),
    updatedAtMicros: String(order.updatedUs),
    processedAt: isoSecond(order.processedUs),
    closedAt: isoSecond(order.closedUs),
    cancelledAt: isoSecond(order.cancelledUs),
    cancelReason: order.cancelReason,
    test: order.test,
    edited: order.edited,
    note: order.note,
    tags: order.tags,
    email: order.email,
    phone: order.phone,
    financialStatus: financialStatusOf(order),
    fulfillmentStatus: fulfillmentStatusOf(order),
    currency: order.currency,
    presentmentCurrency: order.presentmentCurrency,
    taxesIncluded: order.taxesIncluded,
    customer: order.customer && {
      id: order.customer.id,
      name: displayName(order.customer),
      email: order.customer.email,
    },
    shippingAddress: addressView(order.shippingAddress),
    billingAddress: addressView(order.billingAddress),
    currentQuantity: totals.currentQuantity,
    totals: Object.fromEntries(TOTALS.map((key) => [key, money(totals[key])])),
    received: money(receivedOf(order)),
    refunded: money(refundedOf(order)),
    netPayment: money(netPaymentOf(order)),
    outstanding: money(outstandingOf(order)),
    lines: order.lines.map((l) => lineView(l, totals.lines.get(l.id))),
    shipping: order.shippingLines.map((s) => shippingView(s, totals.shipping.get(s.id))),
  };
}
