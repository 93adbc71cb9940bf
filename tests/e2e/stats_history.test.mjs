// Histories by hour and day, latencies, the last errors, and orders and results by source: compared with sums of this
// program; exact with duplicates, after a kill, and after Redis was emptied.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { waitUntil } from '../support/wait.mjs';
import { ask, counted, poll, result, shop, startBench, stats } from './stats_bench.mjs';

const start = Date.parse('2026-11-20T22:30:00Z');
const other = 'other.myshopify.com';
let bench;
let api;

before(async () => {
  bench = await startBench();
  api = await bench.aggregator({ env: { COMPLETENESS_ALARM_MINUTES: '1', KAFKA_GROUP_INSTANCE_ID: 'h' } });
});
after(() => bench?.stop());

const history = async (query) => {
  const answer = await ask(api, `history?${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json.data.buckets;
};

/** 240 results, one a minute, of two shops; every fifth is refused for its SKU, every seventh a replay. */
const all = Array.from({ length: 240 }, (_, i) => {
  const order = i + 1;
  const refused = order % 5 === 0;
  return result(order, refused ? 'error' : 'created', {
    shop: order % 3 ? shop : other, decidedAt: new Date(start + i * 60_000).toISOString(),
    updatedAt: new Date(start + i * 60_000 - order * 1000).toISOString(),
    ...(refused && { reason: 'unknown_sku', detail: `order ${order}` }), ...(order % 7 === 0 && { source: 'replay' }) });
});
const live = all.filter(({ source }) => source === 'poll');

function expected(length) {
  const buckets = {};
  for (const event of all) {
    const name = event.decidedAt.slice(0, length);
    const bucket = (buckets[name] ??= { newly_synced: 0, sync_errors: 0, replayed_newly_synced: 0, replayed_sync_errors: 0, reasons: {}, shops: {} });
    const outcome = event.action === 'created' ? 'newly_synced' : 'sync_errors';
    bucket[`${event.source === 'replay' ? 'replayed_' : ''}${outcome}`] += 1;
    if (event.source === 'replay') continue;
    if (event.reason) bucket.reasons[event.reason] = (bucket.reasons[event.reason] ?? 0) + 1;
    const of = (bucket.shops[event.shop] ??= {});
    of[outcome] = (of[outcome] ?? 0) + 1;
  }
  return Object.entries(buckets).sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([name, bucket]) => ({ at: `${length === 13 ? `${name}:00` : `${name}T00:00`}:00+00:00`, ...bucket }));
}

const shown = (buckets) => buckets.map(({ at, newly_synced: n, sync_errors: s, replayed_newly_synced: rn, replayed_sync_errors: rs, reasons, shops }) => ({
  at, newly_synced: n, sync_errors: s, replayed_newly_synced: rn, replayed_sync_errors: rs, reasons, shops }));

async function check() {
  await counted(api, { newly_synced: live.filter(({ action }) => action === 'created').length,
    sync_errors: live.filter(({ action }) => action === 'error').length });
  assert.deepEqual(shown(await history('by=hour&limit=100')), expected(13));
  assert.deepEqual(shown(await history('by=day')), expected(10));
  const { latency } = await stats(api);
  const waits = live.filter(({ action }) => action === 'created').map(({ order }) => Number(order));
  assert.equal(latency.count, waits.length);
  assert.equal(latency.sum_seconds, waits.reduce((sum, s) => sum + s, 0));
  for (const { up_to_seconds: end, count } of latency.ranges) {
    assert.equal(count, waits.filter((s) => end === null || s <= end).length, `up to ${end} s`);
  }
  assert.equal(latency.half_within_seconds, 120);
  assert.equal(latency.most_within_seconds, 300);
}

describe('histories', { concurrency: false }, () => {
  test('are exact with duplicates', async () => {
    await bench.results(all.slice(0, 150));
    await bench.results([...all.slice(100, 150), ...all.slice(150)]);
    await check();
  });

  test('and after a kill, and when Redis was emptied', async () => {
    await api.kill9();
    await bench.results(all.slice(200));
    await api.start();
    await check();
    await bench.redis.cli('flushall');
    await check();
    await bench.redis.cli('del', '{tillbridge}:stats');
    await check();
  });

  test('the last errors are told with their remedy, newest first', async () => {
    const { events } = (await ask(api, 'errors')).json.data;
    assert.equal(events.length, all.filter(({ action }) => action === 'error').length);
    assert.ok(events.every(({ remedy }) => /add the item or an alias/.test(remedy)));
    const times = events.map(({ seq }) => seq);
    assert.deepEqual(times, [...times].sort((a, b) => b - a));
  });

  test('hours and days are bounded', async () => {
    const old = Array.from({ length: 450 }, (_, i) => result(1000 + i, 'created', {
      decidedAt: new Date(start - (i + 1) * 86_400_000).toISOString() }));
    await bench.results(old);
    await counted(api, { newly_synced: live.filter(({ action }) => action === 'created').length + 450 });
    assert.equal((await history('by=day&limit=400')).length, 400);
    assert.equal(Number(await bench.redis.cli('zcard', '{tillbridge}:history:hour')), 192);
    assert.deepEqual(shown(await history('by=hour&limit=5')), expected(13).slice(0, 5));
    const keys = (await bench.redis.cli('keys', '{tillbridge}:history:*')).trim().split('\n');
    assert.equal(keys.length, 400 + 192 + 2);
  });

  test('what is asked wrongly is told', async () => {
    for (const query of ['by=week', 'limit=0', 'limit=401', 'since=now']) assert.equal((await ask(api, `history?${query}`)).status, 400);
  });
});

describe('orders and results', { concurrency: false }, () => {
  test('by source: what polls published, and what came of it', async () => {
    const before = (await stats(api)).completeness.sources;
    const announced = live.filter((event) => event.shop === other).length; // by the other shop's timer
    // Between the first and the second record here the topic was compacted; a deep pass is of the source "poll".
    const by = { publishedByTrigger: 3, publishedByWebhook: 2 };
    await bench.polls([poll('t1', 'finished', 700), poll('w1', 'finished', 705, { kind: 'webhook', ...by }),
      poll('t2', 'finished', 708, by), poll('d1', 'finished', 709, { kind: 'deep', ...by }),
      poll('o1', 'finished', announced, { shop: other })]);
    await bench.results([result(2001, 'created', { source: 'trigger' }), result(2002, 'created', { source: 'webhook' }),
      result(2003, 'created', { source: 'replay' })]);
    const { sources } = await waitUntil(async () => {
      const { completeness } = await stats(api);
      return completeness.sources.webhook.published === 2 && completeness.sources.poll.published === 704 + announced
        && completeness.sources.replay.accounted === before.replay.accounted + 1 && completeness;
    }, { what: async () => `sources, not ${JSON.stringify((await stats(api)).completeness.sources)}` });
    assert.deepEqual(sources.trigger, { published: 3, accounted: 1, difference: 2 });
    assert.deepEqual(sources.webhook, { published: 2, accounted: 1, difference: 1 });
    assert.deepEqual(sources.backfill, { published: 0, accounted: 0, difference: 0 });
    assert.equal(sources.poll.difference, 704 + announced - before.poll.accounted);
  });

  test('an alarm when they do not balance for longer than the limit', async () => {
    const since = await waitUntil(async () => (await stats(api)).completeness.unclosed_since, { what: 'the time since when' });
    assert.equal((await stats(api)).completeness.alarm, null);
    await bench.redis.cli('set', '{tillbridge}:unclosed', String(Date.parse(since) - 3_600_000)); // an hour ago
    const { completeness } = await stats(api);
    assert.match(completeness.alarm, /do not balance since 6\d minutes: \d+ orders have no result/);
    assert.equal((await ask(api, 'status')).json.data.alarm, completeness.alarm);
    const health = await ask(api, 'health');
    assert.deepEqual([health.status, health.json.data.detail], [503, completeness.alarm]);
    const { in_flight: left } = await stats(api);
    assert.ok(left > 0);
    await bench.results(Array.from({ length: left }, (_, i) => result(3000 + i, 'created')));
    await waitUntil(async () => (await ask(api, 'health')).status === 200, { what: 'the alarm to end', timeoutMs: 30_000 });
    assert.equal((await ask(api, 'status')).json.data.alarm, null);
  });
});
