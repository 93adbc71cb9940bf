// Four reconcilers at once on windows of the same orders, copied to every partition, so that several of them hold one
// order at the same time: every order is in RMS once and right, every message has its result, and stock adds up.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before, describe } from 'node:test';
import { waitUntil } from '../support/wait.mjs';
import { firstResults } from './counting.mjs';
import { explained, startPipeline } from './pipeline.mjs';
import { holdRms } from './staff.mjs';

const [workers, partitions, orderCount] = [4, 8, process.env.TILLBRIDGE_LONG ? 200 : 40];
const sourceOf = (r) => `${r.srcTopic}/${r.srcPartition}/${r.srcOffset}`;

/** A poll; resolves when the topic holds `count` messages. (There is no reconciler to answer the trigger yet.) */
async function publish(pipeline, count) {
  pipeline.ask('POST', 'trigger', { json: { batch_size: 250 } }).catch(() => {});
  let held;
  await waitUntil(async () => {
    held = (await pipeline.orders.messages()).length;
    return held >= count;
  }, { what: () => `${count} messages in the topic, not ${held}`, timeoutMs: 60_000, everyMs: 200 });
}

/** Orders made, then edited, then some refunded and closed: three windows of the same orders in the topic. */
async function threeWindows(pipeline) {
  const made = pipeline.shop.random({ count: orderCount, seed: 44, statuses: ['PAID'], linesMax: 5, details: true });
  await publish(pipeline, 1 * orderCount);
  made.forEach((order, i) => pipeline.change('edit', order, { addLines: [{ sku: pipeline.sku(i % 20), quantity: 1 + (i % 3) }] }));
  await publish(pipeline, 2 * orderCount);
  made.slice(0, orderCount / 4).forEach((order) => pipeline.change('cancel', order, { refund: true }));
  made.slice(-orderCount / 4).forEach((order) => pipeline.change('refund', order, { amount: '0.10' }));
  await publish(pipeline, 3 * orderCount);
}

/** Copies every message, as a tool would that does not know the partitioner: `shift` partitions away from its own. */
async function copyWindows(pipeline, shifts) {
  const messages = await pipeline.orders.messages();
  const producer = (await pipeline.stack.kafka.client()).producer();
  await producer.connect();
  try {
    for (const shift of shifts) {
      await producer.send({ topic: 'shopify.orders', messages: messages.map((m) => ({
        key: m.keyBytes, value: m.valueBytes, partition: (m.partition + shift) % partitions })) });
    }
  } finally {
    await producer.disconnect();
  }
  return messages.length * (shifts.length + 1);
}

async function allDecided(pipeline, count) {
  let told;
  await waitUntil(async () => {
    told = new Set((await pipeline.results.read()).map(sourceOf)).size;
    return told >= count;
  }, { what: () => `${count} messages to have a result (${told})`, timeoutMs: 300_000, everyMs: 500 });
}

/** What PostgreSQL's log says of deadlocks, and what the reconcilers say they did about them. */
function deadlocks(pipeline) {
  const { rms: { server }, reconcilers } = pipeline.stack;
  const log = fs.readFileSync(path.join(server.dir, 'postgres.log'), 'utf8');
  const retried = reconcilers.flatMap((r) => r.events()).filter((e) => e.event === 'batch.retry' && e.sqlstate === '40P01');
  return { found: log.split('deadlock detected').length - 1, retried: retried.length };
}

const share = (2 * partitions) / workers; // of the orders, and as many of the retry topic

/** Every worker holds its part of the partitions. */
async function joined({ stack: { reconcilers } }) {
  const parts = () => reconcilers.map((r) => r.events().filter((e) => e.event === 'partitions.assigned').at(-1)?.count);
  await waitUntil(() => parts().every((count) => count === share), {
    what: () => `${share} partitions each, not ${parts()}`, timeoutMs: 60_000 });
}

/** With PostgreSQL it can be seen that each worker has a batch in hand and waits for the database. */
async function allWaiting({ stack: { rms: { server } } }) {
  const waiting = () => server?.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = 'rms' AND wait_event_type = 'Lock'");
  await waitUntil(async () => !server || Number(await waiting()) === workers, {
    what: 'four workers to wait for the database', timeoutMs: 60_000, everyMs: 200 });
}

for (const rms of ['postgres', 'sqlite']) {
  describe(`four reconcilers at once, ${rms}`, () => {
    let pipeline;
    const check = (name, fn) => test(name, explained(() => pipeline, fn));
    before(async () => {
      pipeline = await startPipeline({
        rms, partitions, reconcilers: workers, env: { BATCH_MAX_ORDERS: '16', RMS_TIMEOUT_S: '180' },
        rmsSettings: { deadlock_timeout: '50ms' } });
    });
    after(() => pipeline?.stop());

    check('every message of all windows gets a result', async () => {
      await joined(pipeline);
      const held = await holdRms(pipeline.stack.rms, rms === 'postgres' ? 'LOCK TABLE tillbridge_guard IN EXCLUSIVE MODE' : '');
      let count;
      try {
        await threeWindows(pipeline);
        count = await copyWindows(pipeline, [1, 3, 5]);
        await allWaiting(pipeline);
      } finally {
        await held.rollback();
      }
      await allDecided(pipeline, count);
      const messages = (await pipeline.orders.messages()).map((m) => `shopify.orders/${m.partition}/${m.offset}`).sort();
      assert.deepEqual(firstResults(await pipeline.results.messages()).map(sourceOf).sort(), messages);
    });

    check('all four worked, none gave up', () => {
      assert.equal(pipeline.stack.reconcilers.length, workers);
      for (const worker of pipeline.stack.reconcilers) {
        const events = worker.events();
        assert.ok(events.some(({ event }) => event === 'order.decided'), `${worker.name} decided nothing`);
        assert.deepEqual(events.filter(({ level }) => level === 'error'), []);
        assert.ok(worker.proc.isAlive, `${worker.name} ended`);
      }
    });

    check('no order is doubled or lost, each is as the shop has it, and stock adds up', async () => {
      await pipeline.checkRms();
      const results = firstResults(await pipeline.results.messages());
      const made = results.filter((r) => r.action === 'created').map((r) => r.order);
      assert.deepEqual(made.sort(), [...new Set(made)].sort(), 'orders made twice');
      assert.deepEqual(results.filter((r) => r.action === 'error' || r.action === 'conflict'), []);
    });

    if (rms === 'postgres') {
      check('every deadlock that the database broke was tried again', (t) => {
        const { found, retried } = deadlocks(pipeline);
        t.diagnostic(`${found} deadlocks`);
        assert.equal(retried, found);
      });
    }
  });
}
