// A long proof: the stats service stays exact while Redis is killed, loses the end of its file, can not be written, is
// replaced by an older copy of itself, or is emptied. What is right is worked out from the topic alone.
// TILLBRIDGE_STATS_RESULTS: another number of orders.

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { startRedis } from '../support/redis.mjs';
import { sleep, waitUntil } from '../support/wait.mjs';
import { countResults, cutEndOfFile, eventsOf, shownBy, storyOf } from './stats_long_rig.mjs';
import { ask, poll, startBench, stats } from './stats_bench.mjs';

const count = Number(process.env.TILLBRIDGE_STATS_RESULTS ?? 100_000);
const isLong = process.env.TILLBRIDGE_LONG || process.env.TILLBRIDGE_STATS_RESULTS;
const skip = !isLong && 'only with TILLBRIDGE_LONG';
const longMs = 900_000;
const batchSize = 1000;

let bench;
let one;
let two;
let sent; // {messages, live, most}: how far the producer is, and how far it may go

beforeEach(async () => {
  if (skip) return;
  bench = await startBench();
  sent = { messages: 0, live: 0, most: Infinity };
  [one, two] = await Promise.all([1, 2].map(() => bench.aggregator({ env: { LOG_LEVEL: 'info' } })));
});
afterEach(() => bench?.stop());

/** Sends the story in batches, announced by polls; keeps at most `ahead` messages before what is counted. */
async function send(orders, ahead) {
  for (const batch of storyOf(orders, batchSize)) {
    await waitUntil(async () => sent.messages < sent.most && sent.messages - (await folded()) < ahead, { what: 'the aggregators to follow', timeoutMs: longMs });
    await bench.polls([poll(`p${sent.messages}`, 'progress', sent.live + batch.live)]);
    await bench.results(batch.events);
    sent.messages += batch.events.length;
    sent.live += batch.live;
  }
  await bench.polls([poll('p-last', 'finished', sent.live)]);
}

const sum = (numbers, names) => names.reduce((all, name) => all + numbers[name], 0);
const outcomes = ['already_synced', 'newly_synced', 'updated', 'cancelled', 'skipped', 'conflicts', 'sync_errors'];
const counters = [...['', 'replayed_', 'dry_run_'].flatMap((prefix) => outcomes.map((name) => prefix + name)), 'duplicate_results'];

/** About how many messages were counted, asked from whoever answers. */
async function folded() {
  return sum(await Promise.any([one, two].map((service) => stats(service))), counters);
}

const reached = (part) => waitUntil(async () => await folded() >= part, { what: `${Math.round(part)} messages to be counted`, timeoutMs: longMs });

/** How many were counted, once that stands still for two seconds. */
async function unmoved() {
  for (let last = await folded(); ;) {
    await sleep(2000);
    const now = await folded();
    if (now === last) return now;
    last = now;
  }
}

/** Waits until both aggregators show what follows from the topic: every counter, reason, source and hour. */
async function assertExact() {
  const { wanted, messages } = await countResults(eventsOf(bench.kafka.brokers, 'rms.results'), sent.live);
  assert.equal(messages, sent.messages, 'messages of the topic');
  let shown;
  for (const service of [one, two]) {
    await service.waitReady(longMs);
    await waitUntil(async () => {
      shown = await shownBy(service, wanted);
      return isDeepStrictEqual(shown, wanted);
    }, { what: 'the counters', timeoutMs: 60_000, everyMs: 200 }).catch(() => assert.deepEqual(shown, wanted));
    assert.equal((await stats(service)).completeness.closed, true);
    assert.deepEqual(service.events().filter(({ event }) => event === 'fold.display_failed'), []);
  }
  return { wanted, messages };
}

function report(what, began, { wanted, messages }) {
  const { duplicate_results: twice } = wanted.counters;
  console.log(`${what}: ${messages} messages (${count} orders, ${twice} duplicates) in ${Math.round((performance.now() - began) / 1000)} s, `
    + `${Object.keys(wanted.counters).length} counters, ${Object.keys(wanted.reasons).length} reasons, ${wanted.hours.length} hours exact`);
}

const notReady = (service, why) => waitUntil(async () => {
  const { status, text } = await ask(service, '/readyz');
  return status === 503 && why.test(text) && text.trim();
}, { what: `not ready because of ${why}`, timeoutMs: 60_000 });

describe(`${count} orders`, { concurrency: false }, () => {
  const expected = count * 1.17; // about so many messages: pending ones and duplicates too

  test('Redis killed ten times, every other time without the end of its file, and rebalances', { skip }, async () => {
    const began = performance.now();
    const sending = send(count, 30_000);
    let cut = 0;
    for (let kill = 1; kill <= 10; kill++) {
      await Promise.race([reached((expected * kill) / 12), sending.then(() => reached(0))]);
      await bench.redis.kill9();
      if (kill % 2 === 0) cut += cutEndOfFile(bench.redis.dir, 100_000);
      await sleep(kill * 100); // retries are met at different states
      await bench.redis.start();
      const service = kill % 2 ? one : two;
      if (kill % 3 === 1) {
        await service.kill9();
        await service.start({ timeoutMs: longMs });
      } else if (kill % 3 === 2) {
        await service.restart({ timeoutMs: longMs });
      }
    }
    await sending;
    const found = await assertExact();
    const rewinds = [one, two].flatMap((service) => service.events()).filter(({ event }) => event === 'fold.rewind').length;
    assert.ok(rewinds > 0, 'Redis lost what the aggregators had counted');
    report(`10 kills of Redis, 5 of them with ${cut} bytes lost, 4 kills and 3 restarts of aggregators, ${rewinds} rewinds`, began, found);
  });

  test('Redis read-only, without its replicas, and replaced by an older copy', { skip }, async () => {
    const began = performance.now();
    const { redis } = bench;
    const older = await startRedis({ dir: `${bench.dir}/older` });
    sent.most = expected / 4;
    const sending = send(count, 30_000);
    try {
      await reached(expected / 8);
      await redis.cli('replicaof', '127.0.0.1', '1'); // nobody answers there
      const said = [await notReady(one, /READONLY.*replica/), await notReady(two, /READONLY.*replica/)];
      await redis.cli('replicaof', 'no', 'one');
      await Promise.all([one.waitReady(), two.waitReady()]);

      sent.most = expected / 2.5;
      await reached(expected / 3);
      await redis.cli('config', 'set', 'min-replicas-to-write', '1');
      said.push(await notReady(one, /NOREPLICAS/), await notReady(two, /NOREPLICAS/));
      await redis.cli('config', 'set', 'min-replicas-to-write', '0');
      await Promise.all([one.waitReady(), two.waitReady()]);

      await older.cli('replicaof', '127.0.0.1', String(redis.port));
      await waitUntil(async () => /master_link_status:up/.test(await older.cli('info', 'replication')), { what: 'the replica', timeoutMs: 60_000 });
      await older.cli('replicaof', 'no', 'one');
      const atCut = await folded();

      sent.most = expected / 1.5;
      await reached(expected / 2);
      await redis.cli('replicaof', '127.0.0.1', String(older.port)); // demoted: takes over the older state
      await waitUntil(async () => /master_link_status:up/.test(await redis.cli('info', 'replication')), { what: 'the older state', timeoutMs: 60_000 });
      await redis.cli('replicaof', 'no', 'one');
      sent.most = Infinity;
      await reached(expected / 1.4);
      await Promise.all([redis.kill9(), older.stop()]); // the other one now answers at the address
      older.port = redis.port;
      await older.start();
      bench.redis = older;
      await sending;
      const found = await assertExact();
      console.log(`not ready: ${[...new Set(said)].join(' | ')}; the older state was of ${atCut} messages, promoted twice`);
      const rewinds = [one, two].map((service) => service.events().filter(({ event }) => event === 'fold.rewind').length);
      assert.ok(rewinds[0] + rewinds[1] > 1, 'the older state was met');
      report('2 x not writable, 2 x an older state', began, found);
    } finally {
      await Promise.all([redis.stop(), older.stop()]);
    }
  });

  test('Redis emptied in mid-run, twice', { skip }, async () => {
    const began = performance.now();
    const sending = send(count, Infinity); // all of it may wait in the topic
    for (const part of [1 / 4, 1 / 2]) {
      await reached(expected * part);
      await bench.redis.cli('flushall');
    }
    await sending;
    const found = await assertExact();
    const rewinds = [one, two].flatMap((service) => service.events()).filter(({ event }) => event === 'fold.rewind').length;
    assert.ok(rewinds > 0, 'the aggregators met an emptied Redis');
    report(`emptied twice, ${rewinds} rewinds`, began, found);
  });

  test('Redis emptied under load, with nearly all of it to count again', { skip }, async () => {
    const began = performance.now();
    sent.most = expected * 0.95;
    const sending = send(count, Infinity);
    await waitUntil(() => sent.messages >= sent.most, { what: 'the messages', timeoutMs: longMs });
    const before = await unmoved();
    const load = setInterval(() => { sent.most += 100; }, 50); // 2,000 a second go on
    await bench.redis.cli('flushall');
    const emptied = performance.now();
    await reached(before);
    const seconds = (performance.now() - emptied) / 1000;
    const during = sent.messages;
    clearInterval(load);
    sent.most = Infinity;
    await sending;
    const found = await assertExact();
    console.log(`counted again: about ${before} results in ${seconds.toFixed(1)} s, while others came, ${during} in all by then`);
    report('emptied under load', began, found);
  });
});
