// Makes an order from a description: lines, discounts, taxes, shipping, people and payment.
import { allocate, parseMoney, ratio, scale, stepOf, sumOf } from './money.mjs';
import { SpecError, attributes, listOf, oneOf, onlyKeys, wholeNumber } from './spec.mjs';
import { totalsOf } from './totals.mjs';
import { addTransaction } from './payments.mjs';
import { readAddress } from './people.mjs';

export const LINE_KEYS = [
  'sku',
  'title',
  'quantity',
  'price',
  'discount',
  'taxable',
  'giftCard',
  'custom',
  'tip',
  'variant',
  'variantTitle',
  'vendor',
  'requiresShipping',
  'attributes',
  'barcode',
];
export const SHIPPING_KEYS = [
  'title',
  'code',
  'source',
  'price',
  'discount',
  'taxable',
  'custom',
  'carrierIdentifier',
];
export const ORDER_KEYS = [
  'lines',
  'customer',
  'email',
  'phone',
  'billingAddress',
  'shippingAddress',
  'shipping',
  'tax',
  'taxesIncluded',
  'taxExempt',
  'discount',
  'tip',
  'financialStatus',
  'paid',
  'note',
  'tags',
  'test',
  'sourceName',
  'sourceIdentifier',
  'poNumber',
  'attributes',
  'currency',
  'presentmentCurrency',
  'rate',
  'createdAt',
  'updatedAt',
  'processedAt',
  'name',
  'gateway',
];
export const STATUSES = [
  null,
  'PAID',
  'PENDING',
  'AUTHORIZED',
  'EXPIRED',
  'PARTIALLY_PAID',
  'VOIDED',
  'REFUNDED',
  'PARTIALLY_REFUNDED',
];

/** Adds a discount to a line; `application` says what it stems from. */
export function discountLine(order, line, spec, where) {
  const step = stepOf(order.currency);
  const gross = line.unitPrice * BigInt(line.quantity);
  const taken = sumOf(line.allocations, (a) => a.amount);
  const amount = discountAmount(spec, gross - taken, step, where);
  if (amount > gross - taken) throw new SpecError(`${where} is more than the line costs`);
  const application = addApplication(order, spec, line);
  line.allocations.push({ application, amount });
}

function discountAmount(spec, base, step, where) {
  if (typeof spec !== 'object') return parseMoney(spec, where);
  if (spec.percent === undefined) return parseMoney(spec.amount, `${where}.amount`);
  const { num, den } = ratio(spec.percent, `${where}.percent`);
  return scale(base, num, den * 100n, step);
}

function addApplication(order, spec, line) {
  const given =
    typeof spec === 'object'
      ? onlyKeys(spec, ['amount', 'percent', 'code', 'title'], 'discount')
      : { amount: spec };
  const application = {
    __typename: given.code ? 'DiscountCodeApplication' : 'ManualDiscountApplication',
    index: order.discounts.length,
    code: given.code ?? null,
    line: line ?? null,
    title: given.title ?? given.code ?? 'Discount',
    percent: given.percent ?? null,
    amount: given.amount === undefined ? null : parseMoney(given.amount, 'discount.amount'),
  };
  order.discounts.push(application);
  return application;
}

/** Spreads an order-level discount over the lines that can carry one, by what they cost. */
function discountOrder(order, spec, where) {
  const step = stepOf(order.currency);
  const lines = order.lines.filter((l) => !l.isTip && !l.isGiftCard);
  const nets = lines.map(
    (l) => l.unitPrice * BigInt(l.quantity) - sumOf(l.allocations, (a) => a.amount),
  );
  const base = sumOf(nets);
  const amount = discountAmount(spec, base, step, where);
  if (amount > base) throw new SpecError(`${where} is more than the goods cost`);
  const application = addApplication(order, spec, null);
  allocate(amount, nets, step).forEach((part, i) => {
    if (part !== 0n) lines[i].allocations.push({ application, amount: part });
  });
}

/** Appends a line to the order. */
export function addLine(shop, order, spec, where) {
  onlyKeys(spec, LINE_KEYS, where);
  const product = spec.custom || spec.tip ? null : shop.products.find(spec.sku);
  const quantity = wholeNumber(spec.quantity ?? 1, `${where}.quantity`, 1);
  const price = spec.price ?? product?.price;
  if (price === undefined)
    throw new SpecError(`${where}.price is missing (no product of that sku)`);
  const taxable = !spec.tip && !spec.giftCard && (spec.taxable ?? product?.taxable ?? true);
  const line = {
    __typename: 'LineItem',
    order,
    id: shop.newId('LineItem'),
    sku: spec.sku ?? null,
    title: spec.title ?? product?.title ?? spec.sku ?? 'Custom item',
    variantTitle: spec.variantTitle ?? null,
    vendor: spec.vendor ?? product?.vendor ?? null,
    variant:
      spec.custom || spec.tip || spec.variant === null || !spec.sku
        ? null
        : shop.products.variant(spec),
    unitPrice: parseMoney(price, `${where}.price`),
    quantity,
    currentQuantity: quantity,
    fulfilledQuantity: 0,
    isGiftCard: Boolean(spec.giftCard),
    isTip: Boolean(spec.tip),
    taxable,
    requiresShipping: spec.requiresShipping ?? !(spec.tip || spec.giftCard),
    attributes: attributes(spec.attributes),
    allocations: [],
    taxRates: taxable && !order.taxExempt ? order.taxRates : [],
  };
  if (line.unitPrice < 0n) throw new SpecError(`${where}.price is negative`);
  order.lines.push(line);
  if (spec.discount !== undefined) discountLine(order, line, spec.discount, `${where}.discount`);
  return line;
}

/** Appends a shipping line to the order. */
export function addShipping(shop, order, spec, where) {
  onlyKeys(spec, SHIPPING_KEYS, where);
  const shipping = {
    __typename: 'ShippingLine',
    id: shop.newId('ShippingLine'),
    order,
    title: spec.title ?? 'Standard',
    code: spec.code ?? spec.title ?? 'Standard',
    source: spec.source ?? 'shopify',
    custom: spec.custom ?? false,
    carrierIdentifier: spec.carrierIdentifier ?? null,
    price: parseMoney(spec.price ?? '0', `${where}.price`),
    discount: parseMoney(spec.discount ?? '0', `${where}.discount`),
    taxRates: (spec.taxable ?? true) && !order.taxExempt ? order.taxRates : [],
    isRemoved: false,
    refunded: 0n,
  };
  if (shipping.discount > shipping.price)
    throw new SpecError(`${where}.discount exceeds the price`);
  order.shippingLines.push(shipping);
  return shipping;
}

function readTaxes(shop, spec) {
  const taxes = spec.tax === undefined ? shop.taxes : listOf(spec.tax);
  return taxes.map((tax, i) => {
    onlyKeys(tax, ['title', 'rate'], `tax[${i}]`);
    ratio(tax.rate, `tax[${i}].rate`);
    return { title: tax.title ?? 'Tax', rate: String(tax.rate) };
  });
}

function emptyOrder(shop, spec) {
  const createdUs = spec.createdAt
    ? shop.timeUs(spec.createdAt, 'createdAt')
    : shop.clock.stampUs();
  const number = shop.nextNumber();
  const currency = spec.currency ?? shop.currency;
  return {
    __typename: 'Order',
    revision: 0,
    id: shop.newId('Order'),
    number,
    name: spec.name ?? `#${number}`,
    createdUs,
    updatedUs: spec.updatedAt ? shop.timeUs(spec.updatedAt, 'updatedAt') : createdUs,
    processedUs: spec.processedAt ? shop.timeUs(spec.processedAt, 'processedAt') : createdUs,
    closedUs: null,
    cancelledUs: null,
    cancelReason: null,
    staffNote: null,
    test: spec.test ?? false,
    edited: false,
    isExpired: false,
    sourceName: spec.sourceName ?? 'web',
    sourceIdentifier: spec.sourceIdentifier ?? null,
    poNumber: spec.poNumber ?? null,
    note: spec.note ?? null,
    tags: [...(spec.tags ?? [])].sort(),
    attributes: attributes(spec.attributes),
    gateway: spec.gateway ?? 'manual',
    currency,
    presentmentCurrency: spec.presentmentCurrency ?? currency,
    rate: String(spec.rate ?? '1'),
    taxesIncluded: spec.taxesIncluded ?? shop.taxesIncluded,
    taxExempt: spec.taxExempt ?? false,
    taxRates: readTaxes(shop, spec),
    discounts: [],
    lines: [],
    shippingLines: [],
    transactions: [],
    refunds: [],
    moneyRefunded: 0n,
    moneyRefundMode: shop.moneyRefundMode,
  };
}

function addPeople(shop, order, spec) {
  order.customer = spec.customer ? shop.customers.take(spec.customer, order) : null;
  order.email = spec.email ?? order.customer?.email ?? null;
  order.phone = spec.phone ?? null;
  order.shippingAddress = readAddress(shop, spec.shippingAddress, 'shippingAddress');
  order.billingAddress =
    spec.billingAddress === undefined
      ? order.shippingAddress
      : readAddress(shop, spec.billingAddress, 'billingAddress');
}

const PAYMENT = {
  PAID: (total) => [['SALE', total]],
  REFUNDED: (total) => [['SALE', total]],
  PARTIALLY_REFUNDED: (total) => [['SALE', total]],
  PENDING: (total) => [['SALE', total, 'PENDING']],
  AUTHORIZED: (total) => [['AUTHORIZATION', total]],
  EXPIRED: (total) => [['AUTHORIZATION', total]],
  VOIDED: (total) => [
    ['AUTHORIZATION', total],
    ['VOID', 0n],
  ],
  PARTIALLY_PAID: (total, paid) => [['SALE', paid]],
};

function addPayment(shop, order, spec) {
  const status = spec.financialStatus === undefined ? 'PAID' : spec.financialStatus;
  oneOf(status, STATUSES, 'financialStatus');
  if (status === null) return;
  const { total } = totalsOf(order);
  const half = scale(total, 1n, 2n, stepOf(order.currency));
  const paid = spec.paid === undefined ? half : parseMoney(spec.paid, 'paid');
  for (const [kind, amount, state] of PAYMENT[status](total, paid)) {
    addTransaction(order, {
      kind,
      amount,
      status: state,
      atUs: order.createdUs,
      newId: () => shop.newId('OrderTransaction'),
    });
  }
  order.isExpired = status === 'EXPIRED';
}

/** Makes an order; the shop stores it. */
export function makeOrder(shop, spec) {
  onlyKeys(spec, ORDER_KEYS, 'order');
  const order = emptyOrder(shop, spec);
  listOf(spec.lines).forEach((line, i) => addLine(shop, order, line, `lines[${i}]`));
  listOf(spec.discount).forEach((d, i) => discountOrder(order, d, `discount[${i}]`));
  if (spec.tip !== undefined) {
    addLine(shop, order, { title: 'Tip', tip: true, price: spec.tip }, 'tip');
  }
  listOf(spec.shipping).forEach((s, i) => addShipping(shop, order, s, `shipping[${i}]`));
  addPeople(shop, order, spec);
  addPayment(shop, order, spec);
  return order;
}
