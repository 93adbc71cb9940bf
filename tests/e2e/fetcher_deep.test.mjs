// The deep pass: an order that Shopify's search showed later than any overlap is found, while polls go on; and the share of
// the API's bucket that is left to the shop's other apps.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { waitUntil } from '../support/wait.mjs';
import { explained, startRig } from './fetcher_rig.mjs';

const hour = 3_600_000;
let rig;
before(async () => {
  rig = await startRig({ fetchers: 0, shop: { bucket: { max: 1000, restorePerSecond: 1000 } } });
  const day = new Date(Math.floor(Date.now() / (24 * hour)) * 24 * hour);
  rig.shop.clock({ set: day.toISOString() }); // midnight: the deep pass is due at 8
  await rig.stack.startService('fetcher', { env: {
    ORDER_POLLING_INTERVAL_MINUTES: '1440', LOG_LEVEL: 'debug', ORDER_POLLING_BATCH_SIZE: '5', ORDER_POLLING_MAX_PAGES: '50',
    SHOPIFY_COST_KEEP_PERCENT: '80' } });
});
after(() => rig?.stop());
const it = (name, fn) => test(name, explained(() => rig, fn));

const deep = async () => (await rig.records.read()).filter((r) => r.kind === 'deep');
const ended = (records) => records.filter((r) => r.state === 'finished' && r.complete);
const noteOf = async (order) => (await rig.newest()).get(String(order.id))?.note;
const hours = (n) => rig.shop.clock({ advanceMs: n * hour });
/** Passes of so many: each has its own lower bound. */
const deepEnds = (count) => waitUntil(async () => ended(await deep()).length >= count, {
  what: `deep pass ${count} to end`, timeoutMs: 60_000, everyMs: 100 });

it('what the search showed late is missed by polls and found by the deep pass, between whose slices polls go on', async () => {
  rig.shop.random({ count: 45, seed: 3 });
  await rig.pollToTheEnd();
  const late = rig.views()[0];
  const newer = async (seed) => {
    hours(1);
    await rig.pollToTheEnd(); // by its answers the fetcher knows what time it is over there
    rig.shop.random({ count: 1, seed });
    await rig.pollToTheEnd();
  };
  await newer(10); // from now on no overlap reaches back to midnight
  hours(1);
  rig.shop.settings({ searchLagMs: 3 * hour });
  rig.shop.act('edit', late.id, { note: 'shown three hours late' });
  rig.shop.settings({ searchLagMs: 0 });
  await newer(11);
  await newer(12);
  hours(1); // five o'clock: what was changed at two shows now, and the overlap begins at a quarter to four
  await rig.pollToTheEnd();
  assert.notEqual(await noteOf(late), 'shown three hours late', 'the polls have passed it by');
  assert.equal((await deep()).length, 0);
  const watermark = (await rig.records.read()).at(-1).watermark;
  hours(4);
  rig.shop.addFaults([{ kind: 'slow', delayMs: 80, times: 1000, match: 'OrdersPage' }]);
  await rig.pollToTheEnd(); // by its answer it is known that it is nine o'clock over there
  await waitUntil(async () => (await deep()).length > 0, { what: 'the deep pass', timeoutMs: 30_000 });
  const between = await rig.pollOk();
  await deepEnds(1);
  const records = await rig.records.read();
  const at = (test) => records.findIndex(test);
  assert.ok(at((r) => r.kind === 'deep') < at((r) => r.pollId === between.pollId), 'a poll was made while it was under way');
  assert.ok(at((r) => r.pollId === between.pollId) < at((r) => r.kind === 'deep' && r.complete));
  assert.equal(await noteOf(late), 'shown three hours late');
  await rig.assertAllThere();
  for (let i = 1; i < records.length; i++) assert.ok(records[i].watermark >= records[i - 1].watermark, 'the watermark fell');
  assert.equal(records.filter((r) => r.kind === 'deep').every((r) => r.watermark >= watermark), true);
  assert.equal(records.at(-1).publishedTotal, (await rig.orders.messages()).length);
  assert.ok(new Set(records.filter((r) => r.kind === 'deep').map((r) => r.pollId)).size >= 3, 'in slices');
});

it('killed in the middle of it: the next fetcher goes on where it was, and it is made once a day', async () => {
  const slices = async () => (await deep()).filter((r) => r.state === 'finished').length;
  const before = await slices();
  hours(24);
  await rig.pollToTheEnd();
  await waitUntil(async () => await slices() > before && (await deep()).at(-1).deepCursor, { what: 'a slice of the second pass', timeoutMs: 30_000 });
  await rig.fetcher.kill9();
  const { deepTo, deepCursor } = (await rig.records.read()).at(-1);
  assert.ok(deepCursor, 'it was under way');
  rig.fetcher.launch();
  await deepEnds(2);
  const later = (await deep()).slice(before);
  const begun = (await deep()).filter((r) => r.state === 'started' && r.deepTo === deepTo);
  assert.equal(begun.filter((r) => !r.deepCursor).length, 1, 'it was begun once, and then gone on with');
  assert.ok(later.length > 0);
  await rig.assertAllThere();
  await rig.pollToTheEnd();
  hours(2);
  await rig.pollToTheEnd();
  await rig.pollToTheEnd();
  assert.equal(ended(await deep()).length, 2);
});

it('of the bucket 80 per cent were left alone', async () => {
  const records = await rig.records.read();
  assert.ok(records.some((r) => r.waitedMs > 0), 'it was waited for');
  assert.equal(rig.shop.counts().throttled, 0);
  const { lowestAvailable } = rig.shop.counts();
  assert.ok(lowestAvailable >= 800, `${lowestAvailable} of 1000 were left`);
});
