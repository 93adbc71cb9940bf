// What can go wrong at Shopify: what is published meanwhile, and that everything arrives once it is over.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { explained, startRig } from './fetcher_rig.mjs';

let rig;
before(async () => {
  rig = await startRig({ fetcherEnv: { SHOPIFY_TIMEOUT_MS: '1500', SHOPIFY_LINES_PAGE: '20' } });
});
after(() => rig?.stop());
const check = (name, fn) => test(name, explained(() => rig, async () => {
  rig.shop.clearFaults();
  await fn();
}));

let seed = 0;
const addOrders = (count) => { seed += 1; rig.shop.random({ count, seed, linesMax: 4 }); };
const lastRecord = async () => (await rig.records.read()).at(-1);

// What passes by itself: the poll that meets it ends well, and says how it got on.
const passing = [
  ['THROTTLED in a 200', 'throttled', { requested: 300, available: 250 }, /throttled/],
  ['429 with decimals', 'http', { status: 429, retryAfter: '0.5' }, /HTTP 429/],
  ['500', 'http', { status: 500 }, /HTTP 500/],
  ['502 as HTML', 'http', { status: 502 }, /HTTP 502/],
  ['503 with Retry-After', 'http', { status: 503, retryAfter: '0.3' }, /HTTP 503/],
  ['504', 'http', { status: 504 }, /HTTP 504/],
  ['INTERNAL_SERVER_ERROR', 'internal', {}, /INTERNAL_SERVER_ERROR/],
  ['an error beside whole data', 'partial', {}, /INTERNAL_SERVER_ERROR/],
  ['HTML with 200', 'nonjson', {}, /not JSON/],
  ['neither data nor errors', 'empty', {}, /neither data nor errors/],
  ['a reset connection', 'reset', { times: 2 }, /no answer/], // libcurl itself repeats on a kept connection
  ['a truncated answer', 'truncate', { bytes: 500 }, /no answer/],
  ['no answer in time', 'hang', {}, /timed out/i],
  ['a slow answer', 'drip', { delayMs: 3000 }, /timed out/i],
  ['MAX_COST_EXCEEDED', 'max_cost', {}, /MAX_COST_EXCEEDED/],
];
for (const [name, kind, spec, says] of passing) {
  check(`${name}: tried again within the poll`, async () => {
    addOrders(5);
    const before = rig.fetcher.events().length;
    rig.fault(kind, spec);
    const record = await rig.pollOk();
    assert.equal(record.complete, true);
    await rig.assertAllThere();
    const told = rig.fetcher.events().slice(before).find((e) => /^api\.(failed|throttled)$/.test(e.event));
    assert.match(`${told.kind} ${told.text}`, says);
  });
}

check('a page that is too dear is halved, and grows again', async () => {
  const sizes = () => rig.shop.requests.filter((r) => r.operation === 'OrdersPage').map((r) => r.variables.first);
  rig.shop.clock({ advanceMs: 3_600_000 }); // the orders so far are out of the window: one page is enough
  addOrders(3);
  await rig.pollToTheEnd(); // learns of the new time by its answers
  await rig.pollToTheEnd();
  const usual = sizes().at(-1);
  const before = sizes().length;
  rig.fault('max_cost', { times: 2 });
  await rig.pollOk();
  const halved = Math.floor(usual / 2);
  assert.deepEqual(sizes().slice(before), [usual, halved, Math.floor(halved / 2)]);
  for (let i = 0; i < 4; i++) await rig.pollOk();
  assert.equal(sizes().at(-1), halved - 1); // as large as it may be: the size refused last, less one
});

// What stays until somebody mends it: nothing of it is published, the watermark stays, it says what to do.
const standing = [
  ['402', 'http', { status: 402 }, /frozen.*bill/],
  ['403', 'http', { status: 403 }, /read_orders/],
  ['404', 'http', { status: 404 }, /SHOPIFY_SHOP/],
  ['423', 'http', { status: 423 }, /locked/],
  ['430', 'http', { status: 430 }, /security/],
  ['a redirect', 'http', { status: 302 }, /myshopify\.com/],
  ['401', 'http', { status: 401, times: 2 }, /SHOPIFY_ACCESS_TOKEN/],
  ['ACCESS_DENIED beside data', 'access_denied', {}, /scopes/],
  ['a search that was misread', 'search_warning', {}, /search was not understood/],
  ['errors as text', 'errors_string', {}, /Unavailable Shop/],
  ['an unknown error code', 'partial', { code: 'undefinedField' }, /SHOPIFY_API_VERSION/],
];
for (const [name, kind, spec, says] of standing) {
  check(`${name}: nothing published, not ready, a remedy; then all is there`, async () => {
    addOrders(3);
    const before = await lastRecord();
    const count = (await rig.orders.messages()).length;
    rig.fault(kind, spec);
    const record = await rig.poll();
    assert.equal(record.state, 'failed');
    assert.match(record.error, says);
    assert.match(record.requestId, /^[0-9a-f-]{36}$/);
    assert.equal(record.watermark, before.watermark);
    assert.equal((await rig.orders.messages()).length, count);
    const { status, text } = await rig.ready();
    assert.equal(status, 503);
    assert.match(text, says);
    rig.shop.clearFaults();
    await rig.pollToTheEnd();
    await rig.assertAllThere();
    assert.equal((await rig.ready()).status, 200);
  });
}

check('Shopify away for longer than the tries: failed, and all arrives later', async () => {
  addOrders(60);
  const before = await lastRecord();
  rig.fault('http', { status: 503, times: 1000, skip: 1 });
  const record = await rig.poll({ batchSize: 20 }, 120_000);
  assert.equal(record.state, 'failed');
  assert.equal(record.pages, 1);
  assert.equal(record.orders, 20); // of the page before: acknowledged, so it counts
  assert.equal(record.publishedTotal, before.publishedTotal + 20);
  assert.ok(record.cursor);
  rig.shop.clearFaults();
  const next = await rig.pollToTheEnd({ batchSize: 100 });
  assert.equal(next.from, record.from);
  await rig.assertAllThere();
});

// The page holds 20 lines; the further 280 take two requests.
const manyLines = Array.from({ length: 300 }, (_, i) => ({ sku: `L-${i}`, title: `Line ${i}`, price: '1' }));
// Changes an early and a late line; the quantities stay, so only the lines' contents tell of it.
const discountBoth = (order) => ({ op: 'edit', order: order.id, lines: [
  { line: 0, discount: '0.25' }, { line: 299, discount: '0.50' }] });
const published = async (order, from = 0) => (await rig.orders.messages()).slice(from)
  .map((m) => JSON.parse(m.value)).filter((s) => s.id === String(order.id));

for (const [when, ageMs, actions] of [
  ['minutes after the last time', 300_000, [{ op: 'advance', ms: 2000 }]],
  ['within the second, so that updatedAt stays', 10, []]]) {
  check(`an order that changes while its lines are read (${when}) is published whole`, async () => {
    const order = rig.shop.create({ lines: manyLines });
    rig.shop.clock({ advanceMs: ageMs }); // the clock stands from here on
    rig.shop.addFaults([{ kind: 'act_after', match: 'OrderLines', actions: [...actions, discountBoth(order)] }]);
    await rig.pollToTheEnd();
    assert.equal(rig.shop.faults.pending().length, 0);
    await rig.assertAllThere();
    const versions = await published(order);
    assert.ok(versions.length > 0);
    for (const { lines } of versions) {
      assert.deepEqual([lines.length, lines[0].discount, lines[299].discount], [300, '0.25', '0.50']);
    }
  });
}

check('one that moves at every try is not published in part: the poll fails, the next has it', async () => {
  const order = rig.shop.create({ lines: manyLines });
  addOrders(2);
  const before = (await rig.orders.messages()).length;
  rig.shop.addFaults([{ kind: 'act', match: 'OrderLines', times: 100, actions: [
    { op: 'advance', ms: 1100 }, { op: 'touch', order: order.id }] }]);
  const record = await rig.poll();
  assert.equal(record.state, 'failed');
  assert.match(record.error, /changed each of 6 times/);
  assert.equal((await published(order, before)).length, 0);
  rig.shop.clearFaults();
  await rig.pollToTheEnd();
  await rig.assertAllThere();
});

check('an order deleted while its lines are read is left out, the others go on', async () => {
  const order = rig.shop.create({ lines: manyLines });
  addOrders(3);
  rig.shop.addFaults([{ kind: 'act', match: 'OrderLines', actions: [{ op: 'delete', order: order.id }] }]);
  await rig.pollToTheEnd();
  assert.ok(!(await rig.newest()).has(String(order.id)));
  await rig.assertAllThere();
});

check('a version that fell forward is warned of, and polling goes on', async () => {
  addOrders(2);
  rig.fault('version', { version: '2026-10' });
  await rig.pollOk();
  const [warning] = rig.events('api.version_differs');
  assert.equal(warning.asked, '2026-07');
  assert.equal(warning.served, '2026-10');
  await rig.assertAllThere();
});

check('changes that the search shows late are met by the overlap', async () => {
  rig.shop.settings({ searchLagMs: 60_000 });
  addOrders(5); // shown in a minute
  rig.shop.clock({ advanceMs: 30_000 });
  rig.shop.settings({ searchLagMs: 0 });
  addOrders(5);
  const before = (await rig.newest()).size;
  await rig.pollToTheEnd();
  assert.equal((await rig.newest()).size, before + 5);
  rig.shop.clock({ advanceMs: 31_000 });
  await rig.pollToTheEnd();
  assert.equal((await rig.newest()).size, before + 10);
  await rig.assertAllThere();
});
