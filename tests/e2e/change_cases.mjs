// What may happen to an order in the shop, and what RMS must make of it. Used by changes.test.mjs.
//
//   what     the test's name
//   order    its description, as tests/shopify takes it
//   early    [operation, description] before the first poll
//   first    the verdict of the first poll ("created" where none is said)
//   later    [[operation, description], ...] between the first poll and the second
//   second   the verdict of the second poll
//   keeps    the change is not applied: RMS keeps what it held when the second poll began
//   staff    (RMS order id) -> SQL that staff's programs run before the second poll
//   freed    the same before the third poll;  third  its verdict ("skipped ..." where none is said)
//   todo     what is known not to be right yet
//   check    looks further, after the third poll: ({held, entries, before: {held, entries}, result, rms, view}),
//            before: after the first poll, result: of the second

import assert from 'node:assert/strict';

const line = (sku, quantity = 1, more = {}) => ({ sku, quantity, ...more });
const [mug, plate, bowl, honey, oil, board] = [
  'MUG-STONE-350', 'PLATE-DIN-27', 'BOWL-SOUP-16', 'HONEY-WILD-500', 'OIL-OLIVE-750', 'BOARD-OAK-40'];
const tax = { title: 'HST', rate: '0.13' };
const standard = { title: 'Standard', price: '5.95' };
const paid = { tax, shipping: standard };

const quantityOf = (entries, id) => Number(entries.find((e) => e.ItemID === id)?.QuantityOnOrder);
const ids = (entries) => entries.map((e) => e.ID);
const counts = ({ linesAdded = 0, linesChanged = 0, linesDeleted = 0 }) => ({ linesAdded, linesChanged, linesDeleted });
const keepsEverything = ({ held, entries, before }) => assert.deepEqual({ held, entries }, before);

const edits = [
  { what: 'a quantity lowered', order: { ...paid, lines: [line(mug, 5), line(plate, 2)] },
    later: [['edit', { lines: [{ line: 0, quantity: 3 }] }]], second: 'updated',
    check: ({ entries, rms, result }) => {
      assert.equal(quantityOf(entries, rms.itemOf(mug)), 3);
      assert.deepEqual(counts(result), { linesAdded: 0, linesChanged: 1, linesDeleted: 0 });
    } },
  { what: 'a quantity raised', order: { ...paid, lines: [line(mug, 1), line(plate, 2)] },
    later: [['edit', { lines: [{ line: 1, quantity: 7 }] }]], second: 'updated',
    check: ({ entries, rms }) => assert.equal(quantityOf(entries, rms.itemOf(plate)), 7) },
  { what: 'a line added', order: { ...paid, lines: [line(mug, 2)] },
    later: [['edit', { addLines: [line(honey, 3)] }]], second: 'updated',
    check: ({ before, entries, result }) => {
      assert.deepEqual(ids(entries).filter((id) => ids(before.entries).includes(id)), ids(before.entries));
      assert.deepEqual(counts(result), { linesAdded: 1, linesChanged: 0, linesDeleted: 0 });
    } },
  { what: 'a line removed', order: { ...paid, lines: [line(mug, 2), line(bowl, 1)] },
    later: [['edit', { lines: [{ line: 1, remove: true }] }]], second: 'updated',
    check: ({ result }) => assert.deepEqual(counts(result), { linesAdded: 0, linesChanged: 0, linesDeleted: 1 }) },
  { what: 'two lines of one SKU stay two', order: { ...paid, lines: [line(mug, 2), line(mug, 1, { discount: '1.00' })] },
    later: [['edit', { lines: [{ line: 1, quantity: 4 }] }]], second: 'updated',
    check: ({ before, entries, rms }) => {
      assert.deepEqual(ids(entries), ids(before.entries));
      const mugs = entries.filter((e) => e.ItemID === rms.itemOf(mug)).map((e) => Number(e.QuantityOnOrder));
      assert.deepEqual(mugs, [2, 4]);
    } },
  { what: 'of two lines of one SKU the first goes', order: { ...paid, lines: [line(mug, 2), line(mug, 5), line(bowl)] },
    later: [['edit', { lines: [{ line: 0, remove: true }] }]], second: 'updated',
    check: ({ before, entries }) => assert.deepEqual(ids(entries), ids(before.entries).slice(1)) },
  { what: 'a line at quantity zero is no line', order: { ...paid, lines: [line(mug, 2), line(oil, 1)] },
    later: [['edit', { lines: [{ line: 1, quantity: 0 }] }]], second: 'updated',
    check: ({ result }) => assert.equal(result.linesDeleted, 1) },
  { what: 'an unknown SKU at quantity zero is not looked up',
    order: { ...paid, lines: [line(mug, 2), line('NOT-IN-RMS', 1, { price: '3.00' })] },
    early: ['edit', { lines: [{ line: 1, quantity: 0 }] }], second: 'skipped unchanged' },
  { what: 'a moved updatedAt alone', order: { ...paid, lines: [line(mug, 2)] },
    later: [['touch', {}]], second: 'skipped unchanged', check: keepsEverything },
  { what: 'archiving is no cancellation', order: { ...paid, lines: [line(mug, 2)] },
    later: [['fulfill', {}], ['archive', {}]], second: 'skipped unchanged', check: keepsEverything },
];

const refunds = [
  { what: 'a unit given back', order: { ...paid, lines: [line(mug, 3), line(plate, 1)] },
    later: [['refund', { lines: [{ line: 0, quantity: 1 }] }]], second: 'updated',
    check: ({ entries, rms, view }) => {
      assert.equal(quantityOf(entries, rms.itemOf(mug)), 2);
      assert.equal(view.financialStatus, 'PARTIALLY_REFUNDED'); // not in the allowed set: it gates creation only
    } },
  { what: 'money given back without goods', order: { ...paid, lines: [line(mug, 3), line(plate, 1)] },
    later: [['refund', { amount: '5.00' }]], second: 'updated',
    check: ({ held, before, entries }) => {
      assert.equal(Number(before.held.Total) - Number(held.Total), 5);
      assert.deepEqual(entries.map((e) => e.QuantityOnOrder), before.entries.map((e) => e.QuantityOnOrder));
      assert.deepEqual(entries.map((e) => e.FullPrice), before.entries.map((e) => e.FullPrice));
    } },
  { what: 'a unit given back for less than it cost', order: { ...paid, lines: [line(mug, 3), line(plate, 1)] },
    later: [['refund', { lines: [{ line: 0, quantity: 1 }], amount: '10.00' }]], second: 'updated',
    check: ({ entries, before, result, rms }) => {
      const price = (of) => of.find((e) => e.ItemID === rms.itemOf(mug)).Price;
      assert.ok(Math.abs(price(entries) - price(before.entries)) < 0.01); // the units left cost what they did
      assert.match(result.detail, /kept at a refund: an entry of RMS_MISC_ITEM/);
    } },
  { what: 'all money given back, units left: an update', order: { ...paid, lines: [line(mug, 1)] },
    later: (view) => [['refund', { amount: view.totals.total }]], second: 'updated',
    check: ({ held, view }) => {
      assert.equal(view.financialStatus, 'REFUNDED');
      assert.equal(Number(held.Total), 0);
    } },
  { what: 'all units given back: closed', order: { ...paid, lines: [line(mug, 2), line(bowl, 1)] },
    later: [['refund', { lines: [{ line: 0 }, { line: 1 }], shipping: true }]], second: 'cancelled',
    check: ({ held, entries, before }) => {
      assert.match(held.Comment, /Cancelled in Shopify: nothing left on it/);
      assert.deepEqual(entries, before.entries);
      assert.equal(held.Total, before.held.Total);
    } },
];

const cancellations = [
  { what: 'cancelled after creation', order: { ...paid, lines: [line(mug, 4), line(bowl, 1)] },
    later: [['cancel', { reason: 'CUSTOMER' }]], second: 'cancelled',
    check: ({ held, entries, before }) => {
      assert.match(held.Comment, /Cancelled in Shopify: CUSTOMER/);
      assert.deepEqual(entries, before.entries);
      assert.equal(held.Total, before.held.Total);
    } },
  { what: 'cancelled with its money given back', order: { ...paid, lines: [line(mug, 4)] },
    later: [['cancel', { refund: true, reason: 'INVENTORY' }]], second: 'cancelled',
    check: ({ view }) => assert.equal(view.financialStatus, 'REFUNDED') }, // a filter in the query would hide it
  { what: 'cancelled while only authorized: voided', order: { ...paid, lines: [line(mug, 1)], financialStatus: 'AUTHORIZED' },
    later: [['cancel', { reason: 'FRAUD' }]], second: 'cancelled',
    check: ({ view }) => assert.equal(view.financialStatus, 'VOIDED') },
  { what: 'cancelled before creation', order: { ...paid, lines: [line(mug, 1)] },
    early: ['cancel', { refund: true }], first: 'skipped cancelled_before_create', second: 'skipped cancelled_before_create' },
];

const items = [
  { what: 'a SKU found by its alias', order: { ...paid, lines: [line('GLASS-TUMBLER-4', 2)] }, second: 'skipped unchanged',
    check: ({ entries, rms }) => assert.equal(entries[0].ItemID, rms.itemOf('POS-GLASS-TUMBLER-4')) },
  { what: 'a SKU in other letters and with trailing blanks',
    order: { ...paid, lines: [line('mug-stone-350  ', 2, { price: '14.50' })] }, second: 'skipped unchanged' },
  { what: 'a line without a SKU', order: { ...paid, lines: [line(mug), { custom: true, title: 'Engraving', price: '7.25' }] },
    second: 'skipped unchanged',
    check: ({ entries }) => assert.equal(entries.filter((e) => e.Description === 'Engraving').length, 1) },
  { what: 'a tip', order: { ...paid, lines: [line(mug)], tip: '2.00' }, second: 'skipped unchanged' },
  { what: 'a SKU that two items have', order: { lines: [line('TWIN-1', 1, { price: '10' })] },
    first: 'error ambiguous_sku', second: 'skipped already_reported' },
  { what: 'an alias that two items have', order: { lines: [line('TWIN-2', 1, { price: '10' })] },
    first: 'error ambiguous_sku', second: 'skipped already_reported' },
  { what: 'an item that is inactive', order: { lines: [line('RETIRED-1', 1, { price: '5' })] },
    first: 'error unknown_sku', second: 'skipped already_reported' },
  { what: 'one unknown SKU refuses the whole order',
    order: { lines: [line(mug), line('NOT-IN-RMS', 1, { price: '3.00' })] },
    first: 'error unknown_sku', second: 'skipped already_reported' },
  { what: 'an unknown SKU added later: nothing is written', order: { ...paid, lines: [line(mug, 2), line(bowl, 3)] },
    later: [['edit', { addLines: [line('NOT-IN-RMS', 1, { price: '3.00' })], lines: [{ line: 0, quantity: 1 }] }]],
    second: 'error unknown_sku', keeps: true },
];

const statuses = [
  ...['PAID', 'PENDING', 'AUTHORIZED', 'PARTIALLY_PAID'].map((financialStatus) => ({
    what: `an order that is ${financialStatus}`, order: { ...paid, lines: [line(mug)], financialStatus },
    second: 'skipped unchanged' })),
  ...['VOIDED', 'EXPIRED', 'REFUNDED', null].map((financialStatus) => ({
    what: `an order that is ${financialStatus} is not made`, order: { ...paid, lines: [line(mug)], financialStatus },
    first: 'skipped financial_status', second: 'skipped financial_status' })),
  { what: 'an order paid later is made then', order: { ...paid, lines: [line(mug)], financialStatus: null },
    first: 'skipped financial_status', later: [['pay', {}]], second: 'created' },
  { what: 'a pending order paid later', order: { ...paid, lines: [line(mug)], financialStatus: 'PENDING' },
    later: [['pay', {}]], second: 'skipped unchanged' },
  { what: 'a test order', order: { ...paid, lines: [line(mug)], test: true },
    first: 'skipped test_order', second: 'skipped test_order' },
  { what: 'an order without lines left', order: { ...paid, lines: [line(mug)] },
    early: ['edit', { lines: [{ line: 0, quantity: 0 }] }], first: 'skipped no_lines', second: 'skipped no_lines' },
];

const shippingEntries = ({ entries, rms }) => entries.filter((e) => e.ItemID === rms.shippingItem);

const header = [
  { what: 'shipping added', order: { tax, lines: [line(mug, 2)] },
    later: [['edit', { addShipping: [standard] }]], second: 'updated',
    check: (state) => assert.equal(shippingEntries(state).length, 1) },
  { what: 'shipping taken away: its entry is zeroed, not orphaned', order: { ...paid, lines: [line(mug, 2)] },
    later: [['edit', { removeShipping: [0] }]], second: 'updated',
    check: (state) => {
      const [entry, ...more] = shippingEntries(state);
      assert.deepEqual([Number(entry.Price), Number(entry.QuantityOnOrder), more.length], [0, 0, 0]);
      assert.equal(Number(state.held.ShippingChargeOnOrder), 0);
    } },
  { what: 'shipping exchanged: the same entry', order: { ...paid, lines: [line(mug, 2)] },
    later: [['edit', { removeShipping: [0], addShipping: [{ title: 'Express', price: '14.50' }] }]], second: 'updated',
    check: (state) => {
      assert.deepEqual(ids(shippingEntries(state)), ids(shippingEntries({ ...state, entries: state.before.entries })));
      assert.match(state.held.ShippingNotes, /^Express/);
    } },
  { what: 'shipping money given back', order: { ...paid, lines: [line(mug, 2)] },
    later: [['refund', { shipping: '2.00' }]], second: 'updated',
    check: (state) => {
      assert.equal(Number(shippingEntries(state)[0].Price), 4.46); // 3.95 and its tax
      const lines = (entries) => entries.filter((e) => e.ItemID !== state.rms.shippingItem).map((e) => e.Price);
      assert.deepEqual(lines(state.entries), lines(state.before.entries));
    } },
  { what: 'another address', order: { ...paid, lines: [line(board)], shippingAddress: { address1: 'Old street 1', city: 'Zürich' } },
    later: [['edit', { shippingAddress: { firstName: 'Ana', address1: 'Avenida Central 7', city: 'San José' } }]],
    second: 'updated',
    check: ({ held, before, result }) => {
      assert.match(before.held.ShippingNotes, /Old street 1\nZürich/);
      assert.match(held.ShippingNotes, /Ana\nAvenida Central 7\nSan José/);
      assert.deepEqual(result.columns, ['ShippingNotes']);
    } },
  { what: 'another customer, known to RMS by e-mail',
    order: { ...paid, lines: [line(board)], customer: { firstName: 'Somebody', email: 'unknown@example.com' } },
    later: [['edit', { customer: { firstName: 'Customer', email: 'Customer2@Example.com' } }]], second: 'updated',
    check: ({ held, before }) => {
      assert.equal(Number(before.held.CustomerID), 0); // the guest
      assert.ok(Number(held.CustomerID) > 0);
    } },
  { what: 'two customers of one e-mail address are nobody',
    order: { ...paid, lines: [line(board)], customer: { firstName: 'Twin', email: 'twin@example.com' } },
    second: 'skipped unchanged', check: ({ held }) => assert.equal(Number(held.CustomerID), 0) },
  { what: 'paid in another currency: booked in the shop\'s',
    order: { ...paid, lines: [line(mug, 3)], presentmentCurrency: 'EUR', rate: '0.9137' }, second: 'skipped unchanged' },
  { what: 'tax contained in the prices', order: { ...paid, lines: [line(mug, 3), line(honey, 7)], taxesIncluded: true },
    later: [['refund', { lines: [{ line: 1, quantity: 2 }] }]], second: 'updated' },
  { what: 'a discount on all of it', order: { ...paid, lines: [line(mug, 3), line(plate, 7)], discount: { code: 'TEN', percent: '10' } },
    later: [['edit', { lines: [{ line: 1, quantity: 6 }] }]], second: 'updated' },
];

const blocks = 'BLOCKS-WOOD-50';
const edited = { order: { ...paid, lines: [line(blocks, 2)] }, later: [['edit', { lines: [{ line: 0, quantity: 5 }] }]] };
const committed = (units) => `UPDATE "Item" SET "QuantityCommitted" = "QuantityCommitted" + ${units}
  WHERE "ItemLookupCode" = '${blocks}';`;
const setOrder = (assignment) => (id) => `UPDATE "Order" SET ${assignment} WHERE "ID" = ${id};`;
const closes = (id) => setOrder('"Closed" = 1')(id) + committed(-2);

const staff = [
  { what: 'tendered in RMS', ...edited, second: 'conflict tendered', third: 'skipped already_reported', keeps: true,
    staff: (id) => `INSERT INTO "Transaction" ("RecallID", "RecallType") VALUES (${id}, 2);${closes(id)}` },
  { what: 'closed in RMS, opened again', ...edited, second: 'conflict closed_in_rms', third: 'updated',
    staff: closes, freed: (id) => setOrder('"Closed" = 0')(id) + committed(2) },
  { what: 'a deposit taken, given back', ...edited, second: 'conflict has_deposit', third: 'updated',
    staff: setOrder('"Deposit" = 10'), freed: setOrder('"Deposit" = 0') },
  { what: 'made ready for delivery', ...edited, second: 'conflict part_delivered', third: 'skipped already_reported', keeps: true,
    staff: (id) => `UPDATE "OrderEntry" SET "QuantityRTD" = 1 WHERE "OrderID" = ${id};` },
  { what: 'closed in RMS, unchanged in the shop: nobody\'s trouble', order: edited.order, second: 'skipped unchanged',
    staff: closes, keeps: true },
  { what: 'deleted in RMS: never made again', ...edited, second: 'conflict deleted_in_rms', third: 'skipped already_reported',
    keeps: true, isGone: true,
    staff: (id) => `DELETE FROM "OrderEntry" WHERE "OrderID" = ${id}; DELETE FROM "Order" WHERE "ID" = ${id};${committed(-2)}` },
  { what: 'filled again in the shop after we closed it', order: edited.order,
    later: [['refund', { lines: [{ line: 0 }], shipping: true }]], second: 'cancelled',
    atThird: [['edit', { addLines: [line(mug, 1)] }]], third: 'conflict reopened_in_shop', isReopened: true },
  { what: 'staff\'s words stay', ...edited, second: 'updated',
    staff: setOrder(`"Comment" = 'call first', "ShippingNotes" = 'by bicycle'`),
    check: ({ held }) => assert.deepEqual([held.Comment, held.ShippingNotes], ['call first', 'by bicycle']) },
  { what: 'staff\'s words stay when it is cancelled', order: edited.order, later: [['cancel', { reason: 'OTHER' }]], second: 'cancelled',
    staff: setOrder(`"Comment" = 'call first'`),
    check: ({ held }) => assert.equal(held.Comment, 'call first; Cancelled in Shopify: OTHER') },
];

export const groups = { edits, refunds, cancellations, items, statuses, header, staff };
export const cases = Object.values(groups).flat();
