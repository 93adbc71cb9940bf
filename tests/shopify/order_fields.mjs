// What each field of an order, its lines and its shipping answers.
import { isoSecond } from './clock.mjs';
import { bagOf, moneyV2 } from './bags.mjs';
import { connection } from './connection.mjs';
import { formatMoney, scale, stepOf, sumOf } from './money.mjs';
import {
  authorizedOf,
  financialStatusOf,
  netPaymentOf,
  outstandingOf,
  receivedOf,
  refundedOf,
} from './payments.mjs';
import { totalsOf } from './totals.mjs';
import { fulfillmentStatusOf, gid } from './view.mjs';

const idOf = (source) => gid(source.__typename, source.id);
const total = (key) => (order) => bagOf(order, totalsOf(order)[key]);
const totalText = (key) => (order) => formatMoney(totalsOf(order)[key]);
const amount = (of) => (order) => bagOf(order, of(order));
const amountText = (of) => (order) => formatMoney(of(order));
const time = (key) => (source) => isoSecond(source[key]);
const zero = (order) => bagOf(order, 0n);

const taxLines = (order, taxes) => taxes.map((tax) => ({ __typename: 'TaxLine', order, ...tax }));
const lineSum = (line) => totalsOf(line.order).lines.get(line.id);
const lineBag = (of) => (line, args) => bagOf(line.order, of(line, lineSum(line), args));
const lineText = (of) => (line, args) => formatMoney(of(line, lineSum(line), args));
const shippingSum = (shipping) => totalsOf(shipping.order).shipping.get(shipping.id);
const shippingBag = (of) => (s) => bagOf(s.order, of(s, shippingSum(s)));

const lineLevel = (line, withCodes) =>
  sumOf(
    line.allocations.filter((a) => a.application.line || (withCodes && a.application.code)),
    (a) => a.amount,
  );
const perUnit = (line, sum) => scale(sum, 1n, BigInt(line.quantity), stepOf(line.order.currency));
const discounted = (line, sum, args) => sum.gross - lineLevel(line, args.withCodeDiscounts);
const unfulfilled = (line) =>
  line.isTip ? 0 : Math.max(0, line.currentQuantity - line.fulfilledQuantity);
const ofUnfulfilled = (line, whole) =>
  scale(whole, BigInt(unfulfilled(line)), BigInt(line.quantity), stepOf(line.order.currency));

const visibleShipping = (order, args) =>
  order.shippingLines.filter((s) => args.includeRemovals || !s.isRemoved);
const codes = (order) => order.discounts.filter((d) => d.code).map((d) => d.code);
const first = (list, args) => list.slice(0, args.first ?? list.length);

export const Order = {
  id: idOf,
  legacyResourceId: (o) => String(o.id),
  confirmationNumber: (o) => `C${(o.id * 7919).toString(36).toUpperCase().slice(-8)}`,
  createdAt: time('createdUs'),
  updatedAt: time('updatedUs'),
  processedAt: time('processedUs'),
  closedAt: time('closedUs'),
  cancelledAt: time('cancelledUs'),
  closed: (o) => o.closedUs !== null,
  cancellation: (o) => (o.cancelledUs === null ? null : { staffNote: o.staffNote }),
  confirmed: () => true,
  customAttributes: (o) => o.attributes,
  displayFinancialStatus: financialStatusOf,
  displayFulfillmentStatus: fulfillmentStatusOf,
  returnStatus: () => 'NO_RETURN',
  currencyCode: (o) => o.currency,
  presentmentCurrencyCode: (o) => o.presentmentCurrency,
  paymentGatewayNames: (o) => (o.transactions.length ? [o.gateway] : []),
  discountCodes: codes,
  discountCode: (o) => codes(o)[0] ?? null,
  fullyPaid: (o) => receivedOf(o) >= totalsOf(o).total && o.transactions.length > 0,
  unpaid: (o) => receivedOf(o) === 0n,
  capturable: (o) => authorizedOf(o) > 0n,
  canMarkAsPaid: (o) => o.cancelledUs === null && outstandingOf(o) > 0n,
  refundable: (o) => netPaymentOf(o) > 0n,
  fulfillable: (o) => o.cancelledUs === null && o.lines.some((l) => unfulfilled(l) > 0),
  merchantEditable: (o) => o.cancelledUs === null,
  requiresShipping: (o) => o.lines.some((l) => l.requiresShipping),
  billingAddressMatchesShippingAddress: (o) => o.billingAddress === o.shippingAddress,
  displayAddress: (o) => o.shippingAddress ?? o.billingAddress,
  subtotalLineItemsQuantity: (o) => totalsOf(o).quantity,
  currentSubtotalLineItemsQuantity: (o) => totalsOf(o).currentQuantity,
  totalWeight: () => '0',
  currentTotalWeight: () => '0',
  fulfillmentsCount: () => ({ count: 0, precision: 'EXACT' }),
  transactionsCount: (o) => ({ count: o.transactions.length, precision: 'EXACT' }),

  subtotalPriceSet: total('subtotal'),
  totalPriceSet: total('total'),
  totalTaxSet: total('tax'),
  totalDiscountsSet: total('discounts'),
  totalShippingPriceSet: total('shippingPrice'),
  originalTotalPriceSet: amount((o) => o.originalTotal),
  cartDiscountAmountSet: total('cartDiscount'),
  currentSubtotalPriceSet: total('currentSubtotal'),
  currentTotalPriceSet: total('currentTotal'),
  currentTotalTaxSet: total('currentTax'),
  currentTotalDiscountsSet: total('currentDiscounts'),
  currentShippingPriceSet: total('currentShipping'),
  currentCartDiscountAmountSet: total('currentCartDiscount'),
  totalTipReceivedSet: total('tip'),
  totalTipReceived: (o) => moneyV2(totalsOf(o).tip, o.currency),
  totalReceivedSet: amount(receivedOf),
  totalRefundedSet: amount(refundedOf),
  netPaymentSet: amount(netPaymentOf),
  totalOutstandingSet: amount(outstandingOf),
  totalCapturableSet: amount(authorizedOf),
  totalRefundedShippingSet: amount((o) =>
    sumOf(o.refunds, (r) => sumOf(r.shipping, (s) => s.subtotal)),
  ),
  refundDiscrepancySet: amount((o) => -o.moneyRefunded),
  totalCashRoundingAdjustment: (o) => ({ paymentSet: zero(o), refundSet: zero(o) }),
  subtotalPrice: totalText('subtotal'),
  totalPrice: totalText('total'),
  totalTax: totalText('tax'),
  totalDiscounts: totalText('discounts'),
  totalShippingPrice: totalText('shippingPrice'),
  cartDiscountAmount: totalText('cartDiscount'),
  totalReceived: amountText(receivedOf),
  totalRefunded: amountText(refundedOf),
  netPayment: amountText(netPaymentOf),
  totalCapturable: amountText(authorizedOf),

  taxLines: (o) => taxLines(o, totalsOf(o).taxLines),
  currentTaxLines: (o) => taxLines(o, totalsOf(o).currentTaxLines),
  lineItems: (o, args) => connection(o.lines, args),
  nonFulfillableLineItems: (o, args) =>
    connection(
      o.lines.filter((l) => !l.requiresShipping),
      args,
    ),
  shippingLines: (o, args) => connection(visibleShipping(o, args), args),
  shippingLine: (o) => visibleShipping(o, {})[0] ?? null,
  discountApplications: (o, args) =>
    connection(
      o.discounts.map((d) => ({ ...d, id: d.index, order: o })),
      args,
    ),
  refunds: (o, args) => first(o.refunds, args),
  transactions: (o, args) => first(o.transactions, args),
};

export const LineItem = {
  id: idOf,
  name: (l) => (l.variantTitle ? `${l.title} - ${l.variantTitle}` : l.title),
  customAttributes: (l) => l.attributes,
  isGiftCard: (l) => l.isGiftCard,
  product: (l) => l.variant?.product ?? null,
  refundableQuantity: (l) => l.currentQuantity,
  unfulfilledQuantity: unfulfilled,
  fulfillableQuantity: unfulfilled,
  nonFulfillableQuantity: (l) => (l.isTip ? l.quantity : l.quantity - l.currentQuantity),
  fulfillmentStatus: (l) => (unfulfilled(l) === 0 ? 'fulfilled' : 'unfulfilled'),
  merchantEditable: (l) => l.order.cancelledUs === null,
  restockable: (l) => l.variant !== null,
  canRestock: (l) => l.variant !== null,
  taxLines: (l, args) => first(taxLines(l.order, lineSum(l).taxes), args),
  discountAllocations: (l) => l.allocations.map((a) => ({ ...a, order: l.order })),
  originalUnitPriceSet: lineBag((l) => l.unitPrice),
  originalUnitPrice: lineText((l) => l.unitPrice),
  originalTotalSet: lineBag((l, s) => s.gross),
  originalTotal: lineText((l, s) => s.gross),
  totalDiscountSet: lineBag((l) => lineLevel(l)),
  totalDiscount: lineText((l) => lineLevel(l)),
  discountedTotalSet: lineBag(discounted),
  discountedTotal: lineText(discounted),
  discountedUnitPriceSet: lineBag((l, s, args) => perUnit(l, discounted(l, s, args))),
  discountedUnitPrice: lineText((l, s, args) => perUnit(l, discounted(l, s, args))),
  discountedUnitPriceAfterAllDiscountsSet: lineBag((l, s) => perUnit(l, s.net)),
  unfulfilledOriginalTotalSet: lineBag((l, s) => ofUnfulfilled(l, s.gross)),
  unfulfilledOriginalTotal: lineText((l, s) => ofUnfulfilled(l, s.gross)),
  unfulfilledDiscountedTotalSet: lineBag((l, s) => ofUnfulfilled(l, s.net)),
  unfulfilledDiscountedTotal: lineText((l, s) => ofUnfulfilled(l, s.net)),
  priceAfterAllDiscountsBeforeTaxesSet: lineBag(
    (l, s) => s.current.net - (l.order.taxesIncluded ? s.current.tax : 0n),
  ),
};

export const ShippingLine = {
  id: idOf,
  originalPriceSet: shippingBag((s) => s.price),
  originalPrice: (s) => moneyV2(s.price, s.order.currency),
  price: (s) => formatMoney(s.price),
  discountedPriceSet: shippingBag((s, sum) => sum.net),
  discountedPrice: (s) => moneyV2(shippingSum(s).net, s.order.currency),
  currentDiscountedPriceSet: shippingBag((s, sum) => sum.current.net),
  taxLines: (s) => taxLines(s.order, shippingSum(s).taxes),
};

export const TaxLine = {
  rate: (t) => Number(t.rate),
  ratePercentage: (t) => Number((Number(t.rate) * 100).toFixed(6)),
  channelLiable: () => false,
  price: (t) => formatMoney(t.amount),
  priceSet: (t) => bagOf(t.order, t.amount),
};

export const DiscountAllocation = {
  allocatedAmountSet: (a) => bagOf(a.order, a.amount),
  allocatedAmount: (a) => moneyV2(a.amount, a.order.currency),
  discountApplication: (a) => ({ ...a.application, order: a.order }),
};

const application = {
  allocationMethod: (d) => (d.line ? 'EACH' : 'ACROSS'),
  targetSelection: (d) => (d.line ? 'EXPLICIT' : 'ALL'),
  targetType: () => 'LINE_ITEM',
  value: (d) =>
    d.percent === null
      ? { __typename: 'MoneyV2', ...moneyV2(d.amount, d.order.currency) }
      : { __typename: 'PricingPercentageValue', percentage: Number(d.percent) },
};
export const ManualDiscountApplication = application;
export const DiscountCodeApplication = application;

export const Refund = {
  id: idOf,
  legacyResourceId: (r) => String(r.id),
  createdAt: time('createdUs'),
  updatedAt: time('createdUs'),
  processedAt: time('createdUs'),
  totalRefundedSet: (r) => bagOf(r.order, r.amount),
  totalRefunded: (r) => moneyV2(r.amount, r.order.currency),
  refundLineItems: (r, args) => connection(r.lines, args),
  refundShippingLines: (r, args) => connection(r.shipping, args),
  transactions: (r, args) => connection(r.transactions, args),
  orderAdjustments: (r, args) =>
    connection(
      r.discrepancy === 0n
        ? []
        : [{ __typename: 'OrderAdjustment', id: r.id, order: r.order, amount: -r.discrepancy }],
      args,
    ),
};

export const RefundLineItem = {
  id: idOf,
  lineItem: (r) => r.line,
  restocked: (r) => r.isRestocked,
  restockType: (r) => (r.isRestocked ? 'RETURN' : 'NO_RESTOCK'),
  priceSet: (r) => bagOf(r.line.order, r.line.unitPrice),
  subtotalSet: (r) => bagOf(r.line.order, r.subtotal),
  totalTaxSet: (r) => bagOf(r.line.order, r.tax),
  price: (r) => formatMoney(r.line.unitPrice),
  subtotal: (r) => formatMoney(r.subtotal),
  totalTax: (r) => formatMoney(r.tax),
};

export const RefundShippingLine = {
  id: idOf,
  shippingLine: (r) => r.shipping,
  subtotalAmountSet: (r) => bagOf(r.shipping.order, r.subtotal),
  taxAmountSet: (r) => bagOf(r.shipping.order, r.tax),
};

export const OrderAdjustment = {
  id: idOf,
  reason: () => 'REFUND_DISCREPANCY',
  amountSet: (a) => bagOf(a.order, a.amount),
  taxAmountSet: (a) => zero(a.order),
};

export const OrderTransaction = {
  id: idOf,
  createdAt: time('createdUs'),
  processedAt: time('createdUs'),
  amountSet: (t) => bagOf(t.order, t.amount),
  amount: (t) => formatMoney(t.amount),
  amountV2: (t) => moneyV2(t.amount, t.order.currency),
  formattedGateway: (t) => t.gateway,
  manualPaymentGateway: (t) => t.gateway === 'manual',
  test: (t) => t.order.test,
};
