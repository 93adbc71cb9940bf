// The fetcher killed, replaced, cut off from Kafka, with a wrong clock: nothing of the shop is left out.

import assert from 'node:assert/strict';
import test from 'node:test';
import { waitUntil, sleep } from '../support/wait.mjs';
import { generator } from '../shopify/random.mjs';
import { startRig } from './fetcher_rig.mjs';

/** A test with a rig of its own. */
const withRig = (name, options, fn) => test(name, async () => {
  const rig = await startRig(options);
  try {
    await rig.stack.explaining(() => fn(rig));
  } finally {
    await rig.stop();
  }
});

const small = {
  ORDER_POLLING_BATCH_SIZE: '7', ORDER_POLLING_MAX_PAGES: '4', SHOPIFY_LINES_PAGE: '3', KAFKA_SESSION_TIMEOUT_MS: '3000' };
const anyMember = { KAFKA_GROUP_INSTANCE_ID: '' }; // a member whose session ran out in an outage may come back

/** Watermarks and totals of the records never fall, fetchedAt is given out once, and every message is counted. */
async function assertMonotonic(rig) {
  const records = await rig.records.read();
  for (let i = 1; i < records.length; i++) {
    assert.ok(Date.parse(records[i].watermark) >= Date.parse(records[i - 1].watermark), 'the watermark fell');
    assert.ok(records[i].publishedTotal >= records[i - 1].publishedTotal);
  }
  const stamps = (await rig.orders.messages()).map((m) => m.ts);
  assert.equal(new Set(stamps).size, stamps.length, 'a fetchedAt was given out twice');
  assert.equal(records.at(-1).publishedTotal, stamps.length, 'messages that no total knows of');
  return { records: records.length, messages: stamps.length };
}

const repliesAfterMs = 60; // of the shop while kills fall: four pages take longer than the longest wait for a kill

/** Kills it `afterMs` after it has logged the next `event`, and starts it again. */
async function killAfter(rig, event, afterMs) {
  const seen = () => rig.events(event).length;
  const before = seen();
  await rig.fetcher.proc.waitReady(() => seen() > before, { what: `the next ${event}`, everyMs: 3 });
  await sleep(afterMs);
  await rig.fetcher.kill9();
  rig.fetcher.launch();
}

withRig('killed 50 times within its polls while the shop goes on: 0 missing', { fetcherEnv: small }, async (rig) => {
  const random = generator(11);
  rig.shop.simulate({ everyMs: 40, seed: 5 });
  rig.fault('slow', { delayMs: repliesAfterMs, times: 1_000_000 });
  await rig.fetcher.kill9();
  rig.fetcher.launch();
  for (let i = 0; i < 30; i++) await killAfter(rig, 'poll.started', random.between(0, 200));
  for (let i = 0; i < 20; i++) await killAfter(rig, 'page.read', random.between(0, 12)); // about the acknowledgements
  await rig.fetcher.waitReady();
  rig.shop.simulate({ everyMs: 0 });
  rig.shop.clearFaults();
  const ended = rig.events('poll.finished').length;
  const begun = rig.events('poll.started').length;
  await rig.pollToTheEnd({ maxPages: 50 }); // the window in hand, perhaps begun long ago
  await rig.pollToTheEnd({ maxPages: 50 }); // and one that begins now, with its overlap
  const count = await rig.assertAllThere();
  const { messages } = await assertMonotonic(rig);
  assert.ok(begun - ended >= 30, `${begun} polls begun, ${ended} ended: too few were killed in the middle`);
  assert.ok(messages > count);
  const countedIn = rig.events('poll.counted_in').reduce((sum, e) => sum + e.orders, 0);
  console.log(`${begun} polls begun, ${ended} ended; ${count} orders, ${messages} messages, ${countedIn} of them `
    + 'were acknowledged but not recorded');
});

withRig('a standby takes over when the active one is killed, and goes on from the watermark',
  { fetchers: 2, fetcherEnv: { ...small, ...anyMember } }, async (rig) => {
    const isActive = (f) => f.events().filter((e) => /^fetcher\.(active|standby)$/.test(e.event)).at(-1)?.event
      === 'fetcher.active'; // the first to join is active until the other has joined too
    await waitUntil(() => rig.stack.fetchers.filter(isActive).length === 1, { what: 'one active fetcher' });
    const active = rig.stack.fetchers.find(isActive);
    const standby = rig.stack.fetchers.find((f) => f !== active);
    rig.shop.random({ count: 40, seed: 3 });
    await rig.pollToTheEnd();
    await rig.assertAllThere();
    const before = (await rig.records.read()).at(-1);
    await active.kill9();
    rig.shop.random({ count: 40, seed: 4 });
    const started = performance.now();
    await waitUntil(() => isActive(standby), { what: 'the standby to be active', timeoutMs: 20_000 });
    const took = performance.now() - started;
    await rig.pollToTheEnd();
    await rig.assertAllThere();
    const first = (await rig.records.read()).find((r) => r.pollId > before.pollId);
    assert.ok(Date.parse(first.watermark) >= Date.parse(before.watermark));
    await assertMonotonic(rig);
    console.log(`active again after ${Math.round(took)} ms, with a session time-out of 3000 ms`);
    active.launch(); // comes back as the standby, or takes its place again
    await active.waitReady();
    await rig.pollOk();
  });

withRig('Kafka away in the middle of a poll: waited for, said, nothing lost', { fetcherEnv: anyMember }, async (rig) => {
  rig.shop.random({ count: 30, seed: 3 });
  rig.fault('slow', { delayMs: 1500 });
  const id = await rig.trigger();
  await waitUntil(() => rig.shop.requests.some((r) => r.fault === 'slow'), { what: 'the slow answer' });
  await rig.stack.kafka.kill9();
  await waitUntil(async () => (await rig.ready()).status === 503, { what: 'not ready', timeoutMs: 40_000 });
  assert.match((await rig.ready()).text, /not acknowledged|127\.0\.0\.1|broker|Kafka/i);
  rig.shop.random({ count: 10, seed: 4 });
  await rig.stack.kafka.start();
  const record = await rig.ended(id);
  assert.equal(record.state, 'finished');
  assert.ok(record.orders >= 30); // more, when the session ran out meanwhile and the poll was begun anew
  await rig.pollToTheEnd();
  await rig.assertAllThere();
  await assertMonotonic(rig);
  assert.equal((await rig.ready()).status, 200);
});

withRig('started before Kafka: waits, then polls', { fetchers: 0 }, async (rig) => {
  rig.shop.random({ count: 5, seed: 3 });
  await rig.stack.kafka.kill9();
  const starting = rig.stack.startService('fetcher', { env: { ORDER_POLLING_INTERVAL_MINUTES: '1440' } });
  await sleep(2000);
  assert.equal((await rig.ready()).status, 503);
  await rig.stack.kafka.start();
  await starting;
  await rig.assertAllThere();
});

for (const [what, ms] of [['three days behind', -3 * 86_400_000], ['five hours ahead', 5 * 3_600_000]]) {
  withRig(`a shop whose clock is ${what} of ours is polled by its own clock`, { fetchers: 0 }, async (rig) => {
    rig.shop.clock({ set: new Date(Date.now() + ms - 3_600_000).toISOString() });
    rig.shop.random({ count: 5, seed: 3 }); // an hour ago: not in the first window
    rig.shop.clock({ set: new Date(Date.now() + ms).toISOString() });
    rig.shop.random({ count: 5, seed: 4 });
    await rig.stack.startService('fetcher', { env: { ORDER_POLLING_INTERVAL_MINUTES: '1440' } });
    assert.equal((await rig.newest()).size, 5);
    assert.equal(rig.events('clock.differs').length, 1);
    const [record] = await rig.records.read();
    const from = Date.parse(record.firstFrom) - (Date.now() + ms - 15 * 60_000);
    assert.ok(Math.abs(from) < 30_000, `${from} ms`);
    rig.shop.clock({ advanceMs: 60_000 });
    rig.shop.random({ count: 5, seed: 5 });
    await rig.pollToTheEnd();
    assert.equal((await rig.newest()).size, 10);
    const last = (await rig.records.read()).at(-1);
    assert.ok(Date.parse(last.watermark) <= rig.shop.clock().nowMs);
  });
}

const granted = {
  shop: { clientId: 'app-1', clientSecret: 'shpss_very secret&', tokenTtlSeconds: 3 },
  fetcherEnv: { SHOPIFY_ACCESS_TOKEN: '', SHOPIFY_CLIENT_ID: 'app-1', SHOPIFY_CLIENT_SECRET: 'shpss_very secret&' } };
withRig('tokens of client credentials: renewed before their end, and once when refused', granted, async (rig) => {
  rig.shop.random({ count: 5, seed: 3 });
  await rig.pollToTheEnd();
  await rig.assertAllThere();
  assert.equal(rig.shop.counts().tokens, 1);
  await sleep(1700); // half of its life is over
  await rig.pollOk();
  assert.equal(rig.shop.counts().tokens, 2);
  rig.shop.settings({ revokeTokens: true });
  await rig.pollOk();
  assert.equal(rig.shop.counts().tokens, 3);
  const log = rig.fetcher.output();
  for (const secret of ['shpca_', 'shpss_', 'very secret', 'very%20secret']) assert.ok(!log.includes(secret));
});

test('a wrong client secret: stays up, not ready, says what to set', async () => {
  const rig = await startRig({ ...granted, fetchers: 0 });
  try {
    const env = { ...granted.fetcherEnv, SHOPIFY_CLIENT_SECRET: 'wrong' };
    const starting = rig.stack.startService('fetcher', { env }).catch(() => {});
    await waitUntil(async () => /SHOPIFY_CLIENT_SECRET/.test((await rig.ready()).text), { what: 'the remedy' });
    assert.equal((await rig.ready()).status, 503);
    assert.equal((await rig.records.read()).at(-1).state, 'failed');
    assert.ok(rig.fetcher.proc.isAlive);
    await rig.fetcher.stop();
    await starting;
  } finally {
    await rig.stop();
  }
});
