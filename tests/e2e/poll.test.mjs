// Polls that read many orders over several pages, one of them longer than a page of lines.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { assertAddsUp, explained, startPipeline } from './pipeline.mjs';

const orderCount = 300;
const longLines = 300;
let pipeline;
let first;

/** 299 orders of one to six lines, and one of 300 lines, whose lines take three pages. */
function makeOrders() {
  const { shop } = pipeline;
  shop.random({ count: 150, seed: 3, linesMax: 6 });
  const lines = Array.from({ length: longLines }, (_, i) => ({ sku: pipeline.sku(i % 20), quantity: 1 + (i % 4) }));
  pipeline.create({ lines, shipping: { title: 'Standard', price: '5.95' }, tax: { rate: '0.13' } });
  shop.random({ count: orderCount - 151, seed: 4, linesMax: 6 });
}

before(async () => {
  pipeline = await startPipeline();
  makeOrders();
  first = await pipeline.poll({ batch_size: 50 });
});
after(() => pipeline?.stop());
const check = (name, fn) => test(name, explained(() => pipeline, fn));

check('every order is made in RMS, line by line and to the cent', async () => {
  assert.equal(first.statistics.newly_synced, orderCount);
  assert.equal(first.message, `Polling complete: ${orderCount}/${orderCount} orders synced`);
  await pipeline.checkRms();
});

check('the orders came in several pages, and the long one\'s lines in several', async () => {
  const requests = pipeline.shop.requests.map((r) => r.operation);
  const records = (await pipeline.pollRecords.read()).filter((p) => p.triggerId === first.trigger_id);
  assert.equal(records.at(-1).pages, orderCount / 50);
  assert.ok(requests.some((name) => /lines/i.test(name)), `no page of lines among ${[...new Set(requests)]}`);
  const rms = await pipeline.rms();
  const [long] = pipeline.shop.shop.views().filter((o) => o.lines.length === longLines);
  const [held] = rms.ordersOf(long.id);
  assert.equal(rms.entriesOf(held.ID).filter((e) => e.ItemID !== rms.shippingItem).length, longLines);
});

check('the watermark is the last change read, and rises only', async () => {
  const records = await pipeline.pollRecords.read();
  const marks = records.map((r) => r.watermark).filter(Boolean);
  assert.deepEqual(marks, [...marks].sort());
  const last = records.at(-1);
  const changes = pipeline.shop.shop.views().map((o) => o.updatedAt).sort();
  assert.equal(last.state, 'finished');
  assert.equal(last.complete, true);
  assert.equal(Date.parse(last.watermark), Date.parse(changes.at(-1)));
  assert.equal(last.publishedTotal, orderCount);
});

check('the same window again changes nothing in RMS', async () => {
  const before = await pipeline.dump();
  const again = await pipeline.poll({ batch_size: 250 });
  assert.equal(again.statistics.already_synced, orderCount);
  assert.equal(again.statistics.total_polled, orderCount);
  assert.deepEqual(await pipeline.dump(), before);
});

check('the counters of the status add up to what was read', async () => {
  const { statistics } = await pipeline.data('status');
  assertAddsUp(statistics);
  assert.equal(statistics.total_polled, 2 * orderCount);
  assert.equal(statistics.newly_synced, orderCount);
  assert.equal(statistics.already_synced, orderCount);
  assert.equal(statistics.success_rate, 100);
});

check('a poll that stops at max_pages is gone on with where it ended', async () => {
  const mark = async () => (await pipeline.pollRecords.read()).at(-1);
  const part = await pipeline.poll({ batch_size: 100, max_pages: 2 });
  assert.equal(part.statistics.total_polled, 200);
  assert.ok((await mark()).cursor);
  const rest = await pipeline.poll({ batch_size: 100, max_pages: 2 });
  assert.equal(rest.statistics.total_polled, 100);
  const polled = new Set([...part.decisions.keys(), ...rest.decisions.keys()]);
  assert.equal(polled.size, orderCount);
  assert.equal((await mark()).cursor, undefined);
});
