// The fetcher alone, over real Kafka: what it publishes is what the shop holds, whole, once acknowledged.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { waitUntil } from '../support/wait.mjs';
import { explained, startRig } from './fetcher_rig.mjs';

let rig;
before(async () => { rig = await startRig(); });
after(() => rig?.stop());
const check = (name, fn) => test(name, explained(() => rig, fn));

const many = (count, quantity = 1) => Array.from({ length: count }, (_, i) => (
  { sku: `LONG-${i}`, title: `Line ${i}`, price: '1.25', quantity }));

check('an empty shop: polled at once, ready, the watermark is the lookback', async () => {
  const [started, finished] = await rig.records.read();
  assert.equal(started.state, 'started');
  assert.equal(started.kind, 'timer');
  assert.equal(finished.state, 'finished');
  assert.equal(finished.complete, true);
  assert.equal(finished.orders, 0);
  assert.equal(finished.watermark, finished.firstFrom);
  const lookback = Date.parse(started.startedAt) - Date.parse(finished.watermark);
  assert.ok(Math.abs(lookback - 15 * 60_000) < 2500, `${lookback} ms`);
});

check('every kind of order comes out as the shop holds it', async () => {
  rig.shop.random({ count: 120, seed: 5, linesMax: 8 });
  const odd = rig.shop.create({
    lines: [{ sku: 'A-1', title: 'Mug', price: '10.05', quantity: 3, discount: '1.00' },
      { sku: 'A-1', title: 'Mug again', price: '10.05' },
      { custom: true, title: 'Engraving 🍳', price: '7.25', taxable: false },
      { sku: 'G-1', title: 'Voucher', price: '25', giftCard: true }],
    shipping: [{ title: 'Express', price: '14.5' }], tax: { title: 'HST', rate: '0.13' },
    discount: { code: 'TENOFF', percent: '10' }, tip: '2.00', note: 'Line one\nline two' });
  rig.shop.act('edit', odd.id, { lines: [{ line: 0, quantity: 1 }, { line: 1, remove: true }] });
  const gone = rig.shop.create({ lines: [{ sku: 'B-1', title: 'Cup', price: '3' }] });
  rig.shop.act('cancel', gone.id, { refund: true, reason: 'CUSTOMER' });
  const foreign = rig.shop.create({
    lines: [{ sku: 'C-1', title: 'Plate', price: '8' }], presentmentCurrency: 'EUR', rate: '0.9',
    financialStatus: null });
  const record = await rig.pollToTheEnd();
  assert.equal(record.orders, 123);
  assert.equal(await rig.assertAllThere(), 123);
  const newest = await rig.newest();
  assert.equal(newest.get(String(foreign.id)).presentmentCurrency, 'EUR');
  assert.equal(newest.get(String(odd.id)).tip, '2.00');
  assert.equal(newest.get(String(gone.id)).cancelReason, 'CUSTOMER');
});

check('messages carry key, headers and fetchedAt as their time', async () => {
  const messages = await rig.orders.messages();
  const stamps = messages.map((m) => Date.parse(JSON.parse(m.value).fetchedAt));
  for (const message of messages) {
    const order = JSON.parse(message.value);
    assert.equal(message.key, `demo.myshopify.com/${order.id}`);
    assert.equal(message.ts, Date.parse(order.fetchedAt));
    assert.match(message.headers, /poll_id=\d{8}T\d{9}-[0-9a-f]{6}/);
    assert.match(message.headers, /source=(poll|trigger)/);
    assert.doesNotMatch(message.headers, /dry_run/);
  }
  assert.equal(new Set(stamps).size, stamps.length, 'a fetchedAt was given out twice');
  assert.ok(new Set(messages.map((m) => m.partition)).size > 1);
});

check('the overlap publishes unchanged orders again, with a later fetchedAt', async () => {
  const before = await rig.newest();
  const record = await rig.pollToTheEnd();
  assert.equal(record.orders, 123);
  const after = await rig.newest();
  for (const [id, order] of after) {
    assert.ok(Date.parse(order.fetchedAt) > Date.parse(before.get(id).fetchedAt));
    assert.equal(order.updatedAt, before.get(id).updatedAt);
  }
});

check('lines over a page are read to the end', async () => {
  for (const count of [100, 101, 250, 251, 620]) rig.shop.create({ lines: many(count) });
  await rig.pollToTheEnd();
  await rig.assertAllThere();
});

check('more than ten shipping lines too', async () => {
  const shipping = Array.from({ length: 13 }, (_, i) => ({ title: `Parcel ${i}`, price: '1' }));
  const order = rig.shop.create({ lines: many(2), shipping });
  await rig.pollToTheEnd();
  const snapshot = (await rig.newest()).get(String(order.id));
  assert.equal(snapshot.shippingLines.length, 13);
  assert.equal(snapshot.shippingTotal, '13.00');
});

check('an order over 5,000 lines becomes a dead letter once, the others go on', async () => {
  const big = rig.shop.create({ lines: many(5001) });
  const other = rig.shop.create({ lines: many(1) });
  const first = await rig.pollToTheEnd();
  const again = await rig.pollToTheEnd();
  assert.equal(again.orders, first.orders - 1); /* known by then */
  const newest = await rig.newest();
  assert.ok(newest.has(String(other.id)));
  assert.ok(!newest.has(String(big.id)));
  const letters = (await rig.letters.messages()).filter((m) => m.key.endsWith(`/${big.id}`));
  assert.equal(letters.length, 1);
  assert.match(letters[0].headers, /dlq.reason=malformed/);
  assert.match(letters[0].headers, /more than 5000 lines/);
  assert.equal(JSON.parse(letters[0].value).lines, undefined);
  const results = (await rig.results.read()).filter((r) => r.order === String(big.id));
  assert.equal(results.length, 1);
  assert.equal(results[0].action, 'error');
  assert.equal(results[0].pollId, first.pollId);
  rig.shop.act('delete', big.id);
});

check('a dry run says so in every message and moves nothing', async () => {
  const before = (await rig.records.read()).at(-1);
  rig.shop.random({ count: 3, seed: 9 });
  const record = await rig.pollOk({ dryRun: true, lookbackMinutes: 60, batchSize: 7, maxPages: 2 });
  assert.equal(record.orders, 14);
  assert.equal(record.pages, 2);
  assert.equal(record.dryRun, true);
  assert.equal(record.complete, undefined);
  assert.equal(record.watermark, before.watermark);
  assert.equal(record.publishedTotal, before.publishedTotal);
  assert.equal(record.dryRunTotal, 14);
  const mine = (await rig.orders.messages()).filter((m) => m.headers.includes(record.pollId));
  assert.equal(mine.length, 14);
  for (const { headers } of mine) assert.match(headers, /dry_run=true/);
  await rig.pollToTheEnd();
  await rig.assertAllThere();
});

check('a poll that ends early is gone on with; config over triggers, tombstone over config', async () => {
  await rig.configure({ batchSize: 20, maxPages: 1 });
  const part = await rig.pollOk();
  assert.deepEqual([part.pages, part.orders], [1, 20]);
  assert.ok(part.cursor);
  const next = await rig.pollOk({ batchSize: 5, maxPages: 2 });
  assert.deepEqual([next.pages, next.orders, next.from], [2, 10, part.from]);
  await rig.control('config', null);
  const rest = await rig.pollToTheEnd();
  assert.equal(rest.cursor, undefined);
  assert.equal(rest.from, part.from);
});

check('what is no trigger is refused with its reason, and the next one is answered', async () => {
  await rig.control('trigger/bad', { v: 1, id: 'bad', requestedAt: 'yesterday' });
  await rig.control('trigger/x', { v: 1, id: 'x', requestedAt: new Date().toISOString(), batchSize: 251 });
  await rig.control('config', { v: 1, at: new Date().toISOString(), intervalMinutes: 0 });
  await rig.control('dismissal/demo.myshopify.com/1', { v: 1, decidedAt: 'not for the fetcher' }); // nor this
  await rig.control('letter/0-1', { v: 1, state: 'parked' });
  const old = await rig.trigger({ requestedAt: new Date(Date.now() - 11 * 60_000).toISOString() });
  const foreign = await rig.trigger({ shop: 'other.myshopify.com' });
  await rig.pollOk();
  const refused = rig.events('control.refused').map((e) => e.text);
  assert.equal(refused.length, 3);
  assert.match(refused[0], /requestedAt/);
  assert.match(refused[1], /251 is not from 1 to 250/);
  assert.match(refused[2], /lookbackMinutes/);
  const answered = (await rig.records.read()).map((r) => r.triggerId);
  for (const id of ['bad', 'x', old, foreign]) assert.ok(!answered.includes(id));
});

check('a restart goes on: totals, watermark, config, no trigger twice', async () => {
  await rig.configure({ batchSize: 33, lookbackMinutes: 20 });
  const before = await rig.pollToTheEnd();
  await rig.fetcher.restart();
  const records = await rig.records.read();
  const after = records.at(-1);
  assert.equal(after.kind, 'timer');
  assert.equal(after.publishedTotal, before.publishedTotal + after.orders);
  assert.ok(Date.parse(after.watermark) >= Date.parse(before.watermark));
  assert.equal(after.from, before.from);
  assert.equal(records.filter((r) => r.triggerId === before.triggerId && r.state === 'started').length, 1);
  const [first] = rig.shop.requests.slice(-20).filter((r) => r.operation === 'OrdersPage').slice(-1);
  assert.equal(first.variables.first, 33);
});

check('polling switched off and on at run time', async () => {
  const started = async () => (await rig.records.read()).filter((r) => r.state === 'started');
  const before = (await started()).length;
  await rig.configure({ enabled: false });
  await rig.pollOk(); // a trigger is answered all the same
  await rig.fetcher.restart();
  assert.equal((await started()).length, before + 1); // no poll at the start
  await rig.configure({ enabled: true });
  await waitUntil(async () => (await started()).length === before + 2, { what: 'a poll once it is on again' });
});

check('the token is nowhere in the log', async () => {
  assert.ok(!rig.fetcher.output().includes('shpat_stand_in'));
  await rig.assertAllThere();
});
