// Webhooks while Kafka, the fetcher or Shopify fails, beside polling, and of orders that were deleted: none is lost, none
// is booked twice, and what was counted adds up.

import assert from 'node:assert/strict';
import test from 'node:test';
import { generator } from '../shopify/random.mjs';
import { sleep, waitUntil } from '../support/wait.mjs';
import { assertAddsUp, explained, startPipeline } from './pipeline.mjs';
import { startRig } from './fetcher_rig.mjs';
import { deliver, delivered, doorbells, listening, post, webhook } from './webhooks_rig.mjs';

const isLong = Boolean(process.env.TILLBRIDGE_LONG);
const kills = isLong ? 30 : 3;
const only = { ENABLE_ORDER_POLLING: 'false', KAFKA_SESSION_TIMEOUT_MS: '3000' };

const withRig = (name, fn, options = {}) => test(name, options, async () => {
  const { url, env } = await listening(only);
  const rig = await startRig({ fetcherEnv: env });
  try {
    await rig.stack.explaining(() => fn(rig, url));
  } catch (error) {
    await rig.stop().catch(() => {}); // the first fault is the one to tell
    throw error;
  }
  await rig.stop();
});

const admitted = (rig) => waitUntil(() => delivered(rig.shop).open === 0, { what: 'every webhook to be admitted', timeoutMs: 60_000 });

/** Every order of the shop is in the topic as it is, though no poll was made; every message is counted once. */
async function assertPublished(rig) {
  const isThere = async () => {
    const newest = await rig.newest();
    return rig.views().every((v) => newest.get(String(v.id))?.updatedAt === v.updatedAt);
  };
  await waitUntil(isThere, { what: 'the newest version of every order', timeoutMs: 60_000, everyMs: 200 });
  const records = await rig.records.read();
  assert.ok(records.every((r) => r.kind === 'webhook'));
  await waitUntil(async () => (await rig.records.read()).at(-1).publishedTotal === (await rig.orders.messages()).length,
    { what: 'every message in the total', timeoutMs: 30_000, everyMs: 200 });
  return rig.assertAllThere();
}

withRig('Kafka away: 503, nothing piles up, and what Shopify sends again is admitted', async (rig, url) => {
  assert.equal(await post(url, webhook(rig.shop, { id: 5 })), 200);
  await rig.stack.kafka.kill9();
  const statuses = await Promise.all(Array.from({ length: 50 }, (_, i) => post(url, webhook(rig.shop, { id: 100 + i }))));
  assert.deepEqual([...new Set(statuses)], [503]);
  for (let i = 0; i < 100; i++) assert.equal(await post(url, webhook(rig.shop, { id: 1000 + i })), 503);
  deliver(rig.shop, url, { tries: 1000 });
  rig.shop.random({ count: 20, seed: 3 });
  await waitUntil(() => delivered(rig.shop).refused > 20, { what: 'webhooks sent again' });
  await rig.stack.kafka.start();
  await admitted(rig);
  assert.equal(await assertPublished(rig), 20);
  const rung = (await doorbells(rig.stack)).map((d) => Number(d.order));
  assert.deepEqual(rung.filter((id) => id >= 1000 && id < 1500), [], 'what was refused while it was away was not kept');
});

withRig('killed between doorbell and order, again and again: every order is published', async (rig, url) => {
  const random = generator(7);
  deliver(rig.shop, url, { tries: 1000, retryMs: 100 });
  rig.shop.addFaults([{ kind: 'slow', delayMs: 150, times: 100_000, match: 'OrderById' }]);
  for (let i = 0; i < kills; i++) {
    const begun = () => rig.events('ring.started').length;
    const before = begun();
    rig.shop.random({ count: 6, seed: 100 + i });
    rig.shop.act('touch', rig.views()[0].id, {});
    await rig.fetcher.proc.waitReady(() => begun() > before, { what: 'a hand of doorbells', timeoutMs: 60_000, everyMs: 3 });
    await sleep(random.between(0, 1200));
    await rig.fetcher.kill9();
    rig.fetcher.launch();
  }
  rig.shop.clearFaults();
  await admitted(rig);
  const count = await assertPublished(rig);
  const countedIn = rig.events('poll.counted_in').reduce((sum, e) => sum + e.orders, 0);
  console.log(`${count} orders, ${(await rig.orders.messages()).length} messages, ${countedIn} of them counted in after a kill`);
});

withRig('Shopify away: the doorbells wait, and are answered when it is back', async (rig, url) => {
  deliver(rig.shop, url);
  rig.fault('http', { status: 503, times: 100, match: 'OrderById' });
  rig.shop.random({ count: 10, seed: 3 });
  await waitUntil(() => rig.events('poll.failed').length > 0, { what: 'the failure to be told', timeoutMs: 60_000 });
  assert.equal((await rig.ready()).status, 503);
  assert.equal((await rig.records.read()).at(-1).state, 'failed');
  rig.shop.clearFaults();
  await assertPublished(rig);
  await waitUntil(async () => (await rig.ready()).status === 200, { what: 'ready again' });
}, { skip: !isLong && 'only with --long' });

test('polls and webhooks at once, doubled deliveries, a standby that listens too: RMS holds each order once', async () => {
  const first = await listening({ ENABLE_WEBHOOKS: 'true' });
  const second = await listening();
  const pipeline = await startPipeline({
    fetcherEnv: { ...first.env, ORDER_POLLING_INTERVAL_MINUTES: '1440' }, statsEnv: { ENABLE_WEBHOOKS: 'true' } });
  await explained(() => pipeline, async () => {
    await pipeline.stack.startService('fetcher', { env: second.env });
    assert.equal((await pipeline.data('status')).webhooks_enabled, true);
    deliver(pipeline.shop, second.url, { copies: 2, tries: 1000 });
    for (let i = 0; i < 4; i++) {
      pipeline.shop.random({ count: 25, seed: 40 + i, statuses: ['PAID'] });
      pipeline.shop.act('edit', pipeline.shop.shop.views()[i].id, { note: `changed ${i}` });
      if (i === 2) deliver(pipeline.shop, first.url, { copies: 2, tries: 1000 });
      await pipeline.poll({ batch_size: 10 });
    }
    await waitUntil(() => delivered(pipeline.shop).open === 0, { what: 'every webhook to be admitted' });
    await allDecided(pipeline);
    await pipeline.checkRms((order) => order.financialStatus === 'PAID');
    const results = await pipeline.results.read();
    const created = results.filter((r) => r.action === 'created');
    assert.equal(created.length, 100);
    assert.equal(new Set(created.map((r) => r.order)).size, 100);
    assert.ok(results.some((r) => r.source === 'webhook') && results.some((r) => r.source === 'trigger'));
    assertAddsUp(await pipeline.settled());
    await deletion(pipeline);
  })().finally(() => pipeline.stop());
});

/** Every message of the orders' topic has its result. */
const allDecided = (pipeline) => waitUntil(async () => {
  const rung = new Set((await doorbells(pipeline.stack)).map((d) => d.order));
  const messages = await pipeline.orders.messages();
  const read = new Set(messages.filter((m) => /source=webhook/.test(m.headers)).map((m) => JSON.parse(m.value).id));
  const results = (await pipeline.results.read()).filter((r) => r.srcTopic === 'shopify.orders');
  return [...rung].every((id) => read.has(id)) && results.length === messages.length;
}, { what: 'every doorbell to be read and every order decided on', timeoutMs: 60_000, everyMs: 200 });

/** An order that is deleted in the shop: RMS keeps it, staff are told, once. */
async function deletion(pipeline) {
  const { shop } = pipeline;
  const gone = shop.shop.views()[0];
  const before = await pipeline.dump();
  const { conflicts } = await pipeline.stats();
  shop.act('delete', gone.id);
  const open = async () => (await pipeline.data('conflicts')).conflicts.find((c) => c.reason === 'deleted_in_shop');
  await waitUntil(async () => Boolean(await open()), { what: 'the conflict of the deleted order', timeoutMs: 30_000 });
  const told = await open();
  assert.equal(String(told.order), String(gone.id));
  assert.match(told.detail, new RegExp(`SHOPIFY-${gone.id}`));
  assert.match(told.remedy, /close it there by hand/);
  await waitUntil(() => delivered(shop).open === 0, { what: 'every webhook to be admitted' });
  const after = await pipeline.settled();
  assertAddsUp(after);
  assert.equal(after.conflicts, conflicts + 1);
  assert.deepEqual(await pipeline.dump(), before);
  const { stdout } = await pipeline.stack.tillctlOk(['explain', String(gone.id)]);
  assert.match(stdout, /deleted_in_shop/);
}
