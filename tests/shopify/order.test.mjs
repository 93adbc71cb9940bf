// What an order's sums and states become by edits, refunds and cancellation. Cases marked "real"
// have the figures that real stores answered.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Shop } from './store.mjs';

const shop = () => new Shop({ currency: 'CAD' });
const line = (price, more) => ({ title: 'Item', sku: 'ITEM', price, ...more });
const HST = { title: 'HST', rate: '0.13' };

function sums(view, keys) {
  return Object.fromEntries(keys.map((key) => [key, view.totals[key] ?? view[key]]));
}

test('real: lowering a taxed line leaves the totals and moves the current ones', () => {
  const s = shop();
  const { id } = s.createOrder({ lines: [line('100', { quantity: 2 })], tax: HST });
  const view = s.change('edit', id, { lines: [{ line: 0, quantity: 1 }] });
  assert.deepEqual(
    sums(view, ['subtotal', 'tax', 'total', 'currentSubtotal', 'currentTax', 'currentTotal']),
    {
      subtotal: '200.0',
      tax: '26.0',
      total: '226.0',
      currentSubtotal: '100.0',
      currentTax: '13.0',
      currentTotal: '113.0',
    },
  );
  assert.deepEqual(
    [view.lines[0].quantity, view.lines[0].currentQuantity, view.lines[0].tax, view.edited],
    [2, 1, '26.0', true],
  );
});

test('real: a line discount by edit lowers both subtotals', () => {
  const s = shop();
  const { id } = s.createOrder({ lines: [line('100')] });
  const view = s.change('edit', id, { lines: [{ line: 0, discount: { percent: '20' } }] });
  assert.deepEqual(sums(view, ['subtotal', 'currentSubtotal', 'currentTotal']), {
    subtotal: '80.0',
    currentSubtotal: '80.0',
    currentTotal: '80.0',
  });
});

test('real: tax on goods and shipping, paid', () => {
  const view = shop().createOrder({
    lines: [line('12', { quantity: 2 })],
    shipping: { title: 'Ground', price: '5' },
    tax: { title: 'Tax', rate: '0.1' },
  });
  assert.deepEqual(
    sums(view, ['subtotal', 'shippingPrice', 'tax', 'total', 'outstanding', 'received']),
    {
      subtotal: '24.0',
      shippingPrice: '5.0',
      tax: '2.9',
      total: '31.9',
      outstanding: '0.0',
      received: '31.9',
    },
  );
  assert.equal(view.financialStatus, 'PAID');
});

test('real: a fixed discount on the order', () => {
  const view = shop().createOrder({
    lines: [line('30')],
    shipping: { price: '4' },
    discount: { code: 'MATH5', amount: '5' },
    financialStatus: null,
  });
  assert.deepEqual(
    sums(view, ['subtotal', 'discounts', 'currentDiscounts', 'total', 'outstanding']),
    {
      subtotal: '25.0',
      discounts: '5.0',
      currentDiscounts: '5.0',
      total: '29.0',
      outstanding: '29.0',
    },
  );
  assert.equal(view.financialStatus, null);
});

test('real: adding a line to a paid order makes it partly paid', () => {
  const s = shop();
  const { id } = s.createOrder({ lines: [line('10')] });
  const view = s.change('edit', id, { addLines: [line('5', { sku: 'MORE' })] });
  assert.deepEqual(sums(view, ['total', 'currentTotal', 'outstanding']), {
    total: '15.0',
    currentTotal: '15.0',
    outstanding: '5.0',
  });
  assert.equal(view.financialStatus, 'PARTIALLY_PAID');
  assert.equal(s.change('pay', id).financialStatus, 'PAID');
});

test('real: a removed line stays listed with its quantity, and none current', () => {
  const s = shop();
  const { id } = s.createOrder({
    lines: [line('20', { quantity: 2 }), line('12'), line('29')],
    financialStatus: null,
  });
  const view = s.change('edit', id, { lines: [{ line: 2, remove: true }] });
  assert.deepEqual(
    view.lines.map((l) => [l.quantity, l.currentQuantity]),
    [
      [2, 2],
      [1, 1],
      [1, 0],
    ],
  );
  assert.equal(view.currentQuantity, 3);
});

const CANCELLED = {
  currentTotal: '0.0',
  currentSubtotal: '0.0',
  currentShipping: '0.0',
  outstanding: '0.0',
};
for (const [status, spec, expected, source] of [
  ['PAID', { refund: true }, 'REFUNDED', 'real: '],
  ['AUTHORIZED', {}, 'VOIDED', 'real: '],
  ['PENDING', {}, 'VOIDED', ''],
  [null, {}, null, 'real: '],
]) {
  test(`${source}cancelling an order that is ${status} makes it ${expected}, closed and empty`, () => {
    const s = shop();
    const made = s.createOrder({
      lines: [line('10', { quantity: 2 })],
      shipping: { price: '5' },
      tax: HST,
      financialStatus: status,
    });
    const view = s.change('cancel', made.id, { reason: 'OTHER', ...spec });
    assert.equal(view.financialStatus, expected);
    assert.deepEqual(sums(view, Object.keys(CANCELLED)), CANCELLED);
    assert.equal(view.totals.total, made.totals.total);
    assert.deepEqual(
      view.lines.map((l) => [l.quantity, l.currentQuantity]),
      [[2, 0]],
    );
    assert.ok(view.cancelledAt && view.closedAt === view.cancelledAt);
    assert.throws(() => s.change('cancel', made.id), /cancelled already/);
    assert.throws(() => s.change('edit', made.id, { addLines: [line('1')] }), /is cancelled/);
  });
}

test('a paid order cancelled without a refund keeps the money: PAID, and owing it', () => {
  const s = shop();
  const { id } = s.createOrder({ lines: [line('10')] });
  const view = s.change('cancel', id, {});
  assert.deepEqual(
    [view.financialStatus, view.outstanding, view.totals.currentTotal],
    ['PAID', '-10.0', '0.0'],
  );
});

test('discounts are spread over the lines to the cent, tips and gift cards apart', () => {
  const view = shop().createOrder({
    lines: [line('10'), line('10'), line('10'), line('25', { giftCard: true })],
    tip: '3',
    discount: { amount: '10' },
    tax: HST,
  });
  assert.deepEqual(
    view.lines.map((l) => l.discount),
    ['3.33', '3.34', '3.33', '0.0', '0.0'],
  );
  assert.deepEqual(
    view.lines.map((l) => l.tax),
    ['0.87', '0.87', '0.87', '0.0', '0.0'],
  );
  assert.equal(view.currentQuantity, 4);
  assert.deepEqual(sums(view, ['subtotal', 'tip', 'total']), {
    subtotal: '45.0',
    tip: '3.0',
    total: '50.61',
  });
});

test('prices including tax: the tax is contained, the total is the sum of the prices', () => {
  const view = shop().createOrder({
    lines: [line('113', { quantity: 1 })],
    shipping: { price: '11.30' },
    tax: HST,
    taxesIncluded: true,
  });
  assert.deepEqual(sums(view, ['subtotal', 'tax', 'total']), {
    subtotal: '113.0',
    tax: '14.3',
    total: '124.3',
  });
});

test('refunding units takes their share of discount and tax; the last takes the rest', () => {
  const s = shop();
  const { id } = s.createOrder({
    lines: [line('9.99', { quantity: 3, discount: '1.00' })],
    tax: HST,
  });
  const one = s.change('refund', id, { lines: [{ line: 0, quantity: 1 }] });
  assert.deepEqual(
    sums(one, ['currentSubtotal', 'currentTax', 'currentDiscounts', 'currentTotal']),
    {
      currentSubtotal: '19.31',
      currentTax: '2.51',
      currentDiscounts: '0.67',
      currentTotal: '21.82',
    },
  );
  assert.deepEqual(
    [one.refunded, one.outstanding, one.financialStatus],
    ['10.92', '0.0', 'PARTIALLY_REFUNDED'],
  );
  const all = s.change('refund', id, { lines: [{ line: 0 }] });
  assert.deepEqual(
    [all.totals.currentTotal, all.refunded, all.netPayment, all.financialStatus],
    ['0.0', '32.74', '0.0', 'REFUNDED'],
  );
  assert.equal(all.cancelledAt, null);
});

test('refunding shipping takes its tax along', () => {
  const s = shop();
  const { id } = s.createOrder({ lines: [line('10')], shipping: { price: '5' }, tax: HST });
  const view = s.change('refund', id, { shipping: '2' });
  assert.deepEqual(sums(view, ['currentShipping', 'currentTax', 'currentTotal', 'refunded']), {
    currentShipping: '3.0',
    currentTax: '1.69',
    currentTotal: '14.69',
    refunded: '2.26',
  });
  assert.equal(s.change('refund', id, { shipping: true }).totals.currentShipping, '0.0');
});

test('a money-only refund lowers the current total, by setting the subtotal or nothing', () => {
  const expected = {
    total: ['90.0', '100.0'],
    subtotal: ['90.0', '90.0'],
    none: ['100.0', '100.0'],
  };
  for (const [moneyRefundMode, [total, subtotal]] of Object.entries(expected)) {
    const s = new Shop({ moneyRefundMode });
    const { id } = s.createOrder({ lines: [line('100')] });
    const view = s.change('refund', id, { amount: '10' });
    assert.deepEqual(
      [view.totals.currentTotal, view.totals.currentSubtotal, view.outstanding],
      [total, subtotal, '0.0'],
      moneyRefundMode,
    );
    assert.deepEqual(
      [view.lines[0].currentQuantity, view.financialStatus],
      [1, 'PARTIALLY_REFUNDED'],
    );
  }
});

test('returning goods of an order paid in part owes no more than was paid', () => {
  const s = shop();
  const { id } = s.createOrder({
    lines: [line('80'), line('20')],
    financialStatus: 'PARTIALLY_PAID',
    paid: '50',
  });
  const view = s.change('refund', id, { lines: [{ line: 0 }] });
  assert.deepEqual(
    [view.totals.currentTotal, view.refunded, view.outstanding],
    ['20.0', '50.0', '20.0'],
  );
});

test('removing and adding shipping', () => {
  const s = shop();
  const { id } = s.createOrder({
    lines: [line('10')],
    shipping: [{ price: '5' }, { price: '7' }],
    tax: HST,
  });
  const view = s.change('edit', id, {
    removeShipping: [0],
    addShipping: [{ title: 'Van', price: '1' }],
  });
  assert.deepEqual(
    view.shipping.map((x) => [x.isRemoved, x.currentNet]),
    [
      [true, '0.0'],
      [false, '7.0'],
      [false, '1.0'],
    ],
  );
  assert.deepEqual(sums(view, ['currentShipping', 'currentTotal']), {
    currentShipping: '8.0',
    currentTotal: '20.34',
  });
});

test('raising a quantity raises what was ordered too', () => {
  const s = shop();
  const { id } = s.createOrder({ lines: [line('10', { quantity: 2 })] });
  const view = s.change('edit', id, { lines: [{ line: 'ITEM', quantity: 5 }] });
  assert.deepEqual([view.lines[0].quantity, view.lines[0].currentQuantity], [5, 5]);
});

test('every state of payment can be made, and only those', () => {
  const s = shop();
  for (const status of [
    null,
    'PAID',
    'PENDING',
    'AUTHORIZED',
    'EXPIRED',
    'PARTIALLY_PAID',
    'VOIDED',
    'REFUNDED',
    'PARTIALLY_REFUNDED',
  ]) {
    const view = s.createOrder({ lines: [line('10')], financialStatus: status });
    assert.equal(view.financialStatus, status);
  }
  assert.throws(
    () => s.createOrder({ lines: [line('1')], financialStatus: 'paid' }),
    /financialStatus must be one of/,
  );
});

test('a change that fails leaves the order as it was', () => {
  const s = shop();
  const before = s.createOrder({ lines: [line('10'), line('20')], shipping: { price: '5' } });
  for (const [op, spec, message] of [
    ['edit', { lines: [{ line: 0, remove: true }, { line: 9 }] }, /has no line "9"/],
    ['refund', { lines: [{ line: 0 }], shipping: '6' }, /more than was charged/],
    ['refund', { lines: [{ line: 0 }], amount: '999' }, /was not paid that much/],
    ['edit', { addLines: [line('1'), { title: 'no price' }] }, /addLines\[1\].price is missing/],
    ['refund', { lines: [{ line: 1, quantity: 2 }] }, /more than the 1 left/],
    ['edit', { colour: 'red' }, /unknown key "colour"/],
  ]) {
    assert.throws(() => s.change(op, before.id, spec), message);
    assert.deepEqual(s.view(before.id), before);
  }
  assert.equal(s.counts.edited + s.counts.refunded, 0);
});

test('time stamps: whole seconds outside, each change later inside', () => {
  const s = shop();
  s.clock.set(Date.parse('2026-07-01T12:00:00.700Z'));
  const made = s.createOrder({ lines: [line('10')] });
  const touched = s.change('touch', made.id);
  assert.deepEqual(
    [made.updatedAt, touched.updatedAt],
    ['2026-07-01T12:00:00Z', '2026-07-01T12:00:00Z'],
  );
  assert.equal(BigInt(touched.updatedAtMicros) - BigInt(made.updatedAtMicros), 1n);
  assert.deepEqual({ ...touched, updatedAtMicros: 0 }, { ...made, updatedAtMicros: 0 });
});

test('the catalogue fits the columns of an RMS item, and no SKU is there twice', () => {
  const { all } = shop().products;
  assert.equal(all.length, 40);
  assert.equal(new Set(all.map((p) => p.sku.toUpperCase())).size, all.length);
  for (const { sku, title, price, taxable } of all) {
    assert.ok(sku.length <= 25 && title.length <= 30, sku);
    assert.match(price, /^\d+\.\d\d$/);
    assert.equal(typeof taxable, 'boolean');
  }
});
