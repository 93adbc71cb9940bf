// The stats service counts each result exactly once: with duplicates, two aggregators, kills, a Redis that is
// away, emptied, restored or full, and topics that were cut or made anew. Counts are compared with those of
// this program, which knows what it sent.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sleep, waitUntil } from '../support/wait.mjs';
import { ask, at, counted, poll, result, shop, startBench, stats, topics } from './stats_bench.mjs';

const kinds = [
  ['created', undefined, 'newly_synced'], ['updated', undefined, 'updated'], ['cancelled', undefined, 'cancelled'],
  ['skipped', 'unchanged', 'already_synced'], ['skipped', 'stale', 'skipped'],
  ['conflict', 'tendered', 'conflicts'], ['error', 'unknown_sku', 'sync_errors']];

let bench;
let one; // the first aggregator
let sent = {}; // counters as they must be
let order = 0;

const add = (name, n = 1) => { sent[name] = (sent[name] ?? 0) + n; };

/** `count` new results, every third of them twice (now and later), counted once in `sent`. */
function batch(count, more = {}) {
  const events = [];
  const again = [];
  for (let i = 0; i < count; i++) {
    order += 1;
    const [action, reason, counter] = kinds[order % kinds.length];
    const event = result(order, action, { ...(reason && { reason }), ...more });
    events.push(event);
    add(counter);
    if (order % 3 === 0) again.push(event);
    if (again.length > 20) {
      add('duplicate_results', again.length);
      events.push(...again.splice(0));
    }
  }
  return events;
}

async function sendMany(count, more) {
  for (let left = count; left > 0; left -= 1000) await bench.results(batch(Math.min(left, 1000), more));
}

/** What polls say they published: all results so far, so that nothing is in flight. */
const announce = () => bench.polls([poll(`p${order}`, 'finished', order)]);

const expected = () => ({ ...sent, total_polled: order, in_flight: 0 });

before(async () => {
  bench = await startBench();
  one = await bench.aggregator({ env: { TRIGGER_WAIT_S: '1' } });
});
after(() => bench?.stop());

describe('the fold', { concurrency: false }, () => {
  test('counts every result once, duplicates dropped', async () => {
    await sendMany(3000);
    await announce();
    const numbers = await counted(one, expected());
    assert.ok(numbers.duplicate_results > 500, 'the test sent duplicates');
    assert.equal(numbers.completeness.closed, true);
    const done = sent.newly_synced + sent.updated + sent.cancelled;
    const rate = Number((Math.round((done / (done + sent.sync_errors)) * 1e4) / 100).toFixed(2));
    assert.equal(numbers.success_rate, rate);
    assert.equal(numbers.reasons.tendered, sent.conflicts);
  });

  test('passes over what can not be read, and counts that', async () => {
    const junk = [Buffer.from('{'), Buffer.from([0xff, 0xfe]), Buffer.from('[1]'), null, Buffer.from('{"v":2}')];
    await bench.send('rms.results', junk.map((value) => ({ partition: 1, key: 'junk', value })));
    await bench.send('tillbridge.polls', [{ key: shop, value: 'not a poll' }]);
    await bench.send('tillbridge.control', [{ key: 'config', value: '{"v":1}' }]);
    add('malformed_records', junk.length + 2);
    await bench.results(batch(10));
    await announce();
    await counted(one, expected());
    const logged = one.events().filter((event) => event.event === 'record.malformed');
    assert.equal(logged.length, junk.length + 2);
    assert.deepEqual(new Set(logged.map((event) => event.topic)),
      new Set(['rms.results', 'tillbridge.polls', 'tillbridge.control']));
  });

  test('counts replays and dry runs apart', async () => {
    const base = order;
    await bench.results([
      result(base + 1, 'updated', { source: 'replay' }), result(base + 2, 'created', { dryRun: true }),
      result(base + 3, 'error', { dryRun: true, reason: 'unknown_sku' })]);
    add('replayed_updated');
    add('dry_run_newly_synced');
    add('dry_run_sync_errors');
    order += 3;
    bench.published = order - 3; // what came so is in no poll's total
    await bench.polls([poll('p-after', 'finished', bench.published)]);
    await counted(one, { ...sent, total_polled: bench.published, in_flight: 0 });
  });
});

describe('with faults', { concurrency: false }, () => {
  const total = () => ({ ...sent, total_polled: order - 3, in_flight: 0 });
  const settle = () => bench.polls([poll(`p${order}`, 'finished', order - 3)]);

  test('two aggregators, killed and joined in mid-run', async () => {
    const two = await bench.aggregator();
    const sending = sendMany(12000);
    for (let i = 0; i < 2; i++) {
      await sleep(1500);
      await two.kill9();
      await sleep(500);
      await two.start();
    }
    await sending;
    await settle();
    await counted(one, total(), 60_000);
    await counted(two, total());
    await two.stop();
  });

  test('Redis killed: not ready, then exact again', async () => {
    await bench.redis.kill9();
    await sendMany(2000);
    await settle();
    await waitUntil(async () => (await ask(one, '/readyz')).status === 503, { what: 'not ready without Redis' });
    const away = await ask(one, 'status');
    assert.equal(away.status, 503);
    assert.equal(away.headers['content-type'], 'application/problem+json');
    assert.match(away.json.detail, /Redis/);
    assert.equal((await ask(one, '/healthz')).status, 200);
    await bench.redis.start();
    await one.waitReady();
    await counted(one, total());
  });

  test('Redis full: reads go on, nothing is lost', async () => {
    await bench.redis.cli('config', 'set', 'maxmemory', '1');
    await sendMany(500);
    await settle();
    await waitUntil(async () => (await ask(one, '/readyz')).status === 503, { what: 'not ready without memory' });
    assert.match((await ask(one, '/readyz')).text, /memory/);
    assert.equal((await ask(one, 'status')).status, 200);
    await bench.redis.cli('config', 'set', 'maxmemory', '0');
    await one.waitReady();
    await counted(one, total());
  });

  const key = '{tillbridge}:stats';

  test('Redis set back to an older state: the difference is counted again, once', async () => {
    await bench.redis.cli('copy', key, `${key}:old`);
    await sendMany(1500);
    await settle();
    await counted(one, total());
    await bench.redis.cli('rename', `${key}:old`, key);
    await counted(one, total(), 40_000); // noticed though nothing comes
  });

  test('the same while results come', async () => {
    await bench.redis.cli('copy', key, `${key}:old`);
    await sendMany(500);
    await settle();
    await counted(one, total());
    await bench.redis.cli('rename', `${key}:old`, key);
    await sendMany(500);
    await settle();
    const numbers = await counted(one, total(), 40_000);
    assert.equal(numbers.expired_records, 0);
  });

  test('Redis emptied: rebuilt from the topics without being asked', async () => {
    await bench.redis.cli('flushall');
    const start = performance.now();
    await counted(one, total(), 60_000);
    console.log(`  rebuilt ${order} orders in ${((performance.now() - start) / 1000).toFixed(1)} s`);
    await one.waitReady();
  });

  test('rebuilt when asked: wrong counters are right again, what is of others stays', async () => {
    await bench.redis.cli('set', 'of-others', '1');
    await bench.redis.cli('hincrby', key, `c|live|poll|created||${shop}`, '1000000');
    assert.ok((await stats(one)).newly_synced > 1_000_000);
    const refused = await ask(one, 'rebuild', { method: 'POST', headers: { authorization: '' } });
    assert.equal(refused.status, 401);
    const { status, json } = await ask(one, 'rebuild', { method: 'POST' });
    assert.equal(status, 202);
    assert.ok(json.data.keys > 10, `${json.data.keys} keys`);
    await counted(one, total(), 60_000);
    assert.equal((await bench.redis.cli('get', 'of-others')).trim(), '1');
    await one.waitReady();
  });

  test('a key of another type does not stop the counting', async () => {
    await bench.redis.cli('set', '{tillbridge}:events', 'not a list');
    await bench.results(batch(7));
    await settle();
    await counted(one, total());
    assert.ok(one.events().some((event) => event.event === 'fold.display_failed'));
    assert.equal((await ask(one, 'events')).status, 503);
    await bench.redis.cli('del', '{tillbridge}:events');
  });

  test('a reset counts from zero and keeps what is in flight', async () => {
    await bench.polls([poll('p-open', 'finished', order - 3 + 4)]);
    await counted(one, { in_flight: 4 });
    const answer = await ask(one, 'reset-stats', { method: 'POST' });
    assert.equal(answer.status, 200);
    assert.equal(answer.json.data.statistics.total_polled, 4);
    sent = Object.fromEntries(Object.keys(sent).map((name) => [name, 0]));
    await counted(one, { ...sent, total_polled: 4, in_flight: 4 });
    await bench.results(batch(4));
    await counted(one, { ...sent, total_polled: 4, in_flight: 0 });
    await one.restart();
    await counted(one, { ...sent, total_polled: 4, in_flight: 0 });
  });
});

describe('topics', { concurrency: false }, () => {
  test('results that expired before a rebuild are told, and are not in flight for ever', async () => {
    const admin = (await bench.kafka.client()).admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets('rms.results');
    await one.stop();
    await admin.deleteTopicRecords({
      topic: 'rms.results', partitions: offsets.map(({ partition, high }) => ({ partition, offset: high })) });
    await admin.disconnect();
    await bench.redis.cli('flushall');
    await one.start();
    const gap = offsets.reduce((sum, { high }) => sum + Number(high), 0);
    const cut = await counted(one, { expired_records: gap });
    assert.equal(cut.completeness.history_cut, true);
    assert.equal(cut.completeness.closed, false);
    await counted(one, { in_flight: 0, total_polled: 0 }, 90_000);
    assert.equal((await stats(one)).completeness.closed, true);
    await bench.polls([poll('p-new', 'finished', order - 3 + 2)]);
    order += 1;
    await bench.results([result(order, 'created')]);
    await counted(one, { total_polled: 2, newly_synced: 1, in_flight: 1 });
  });

  test('orders that a killed fetcher could not record are balanced when all is quiet', async () => {
    const before = await stats(one);
    const unrecorded = Array.from({ length: 6 }, (_, i) => result(order + 1 + i, 'created'));
    order += unrecorded.length; // one of them was announced above and in flight until now
    await bench.results(unrecorded);
    const off = await counted(one, { newly_synced: before.newly_synced + 6, in_flight: 0 });
    assert.deepEqual([off.completeness.closed, off.completeness.unannounced_results], [false, 5]);
    await waitUntil(async () => (await stats(one)).completeness.closed, { what: 'the balance', timeoutMs: 90_000 });
    const { completeness, total_polled: polled } = await stats(one);
    assert.equal(completeness.unrecorded_orders, 5);
    assert.equal(polled, before.total_polled + 5);
    await bench.polls([poll('p-next', 'finished', order - 3 - 5 + 2)]);
    await counted(one, { in_flight: 2, total_polled: polled + 2 });
  });

  test('made anew: an alarm and no silent count, until a person empties Redis', async () => {
    const before = await stats(one);
    await one.stop();
    const admin = (await bench.kafka.client()).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: ['rms.results'] });
    await waitUntil(async () => !(await admin.listTopics()).includes('rms.results'), { what: 'the topic to be gone' });
    await bench.kafka.createTopics({ 'rms.results': topics['rms.results'] });
    await bench.results(Array.from({ length: 40 }, (_, i) => result(i + 1, 'created', { name: `new ${i}` })));
    one.launch();
    await waitUntil(async () => /deleted and made anew/.test((await ask(one, '/readyz')).text),
      { what: 'the alarm', timeoutMs: 30_000 });
    assert.equal((await ask(one, '/readyz')).status, 503);
    assert.equal((await ask(one, 'health')).status, 503);
    const trigger = await ask(one, 'trigger', { method: 'POST' }); // not counted either, but known
    assert.equal(trigger.status, 202);
    assert.equal((await ask(one, trigger.json.data.ask)).status, 200);
    await sleep(1000);
    assert.equal((await stats(one)).newly_synced, before.newly_synced);
    await bench.redis.cli('flushall');
    await one.waitReady();
    await counted(one, { newly_synced: 40 });
  });

  test('made anew and longer than before: noticed by the record itself', async () => {
    await one.stop();
    const admin = (await bench.kafka.client()).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: ['rms.results'] });
    await waitUntil(async () => !(await admin.listTopics()).includes('rms.results'), { what: 'the topic to be gone' });
    await bench.kafka.createTopics({ 'rms.results': topics['rms.results'] });
    await admin.disconnect();
    await bench.results(Array.from({ length: 200 }, (_, i) => result(i + 1, 'updated', { decidedAt: at(i + 5000) })));
    one.launch();
    await waitUntil(async () => /another record than the one counted/.test((await ask(one, '/readyz')).text),
      { what: 'the alarm', timeoutMs: 30_000 });
    assert.equal((await stats(one)).updated, 0);
    await bench.redis.cli('flushall');
    await one.waitReady();
    await counted(one, { updated: 200 });
  });

});
