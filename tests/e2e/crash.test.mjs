// Reconcilers killed with SIGKILL in the middle of 500 orders: every order is in RMS exactly once and right, and every
// message is counted exactly once.

import assert from 'node:assert/strict';
import test, { after, before, describe } from 'node:test';
import { waitUntil } from '../support/wait.mjs';
import { assertCounted, firstResults } from './counting.mjs';
import { CrashDay, rounds } from './crash_day.mjs';
import { explained, startPipeline } from './pipeline.mjs';

const seed = Number(process.env.SEED) || Date.now() % 1_000_000;

/** Small groups, and offsets committed as soon as they are stored: whatever is stored too early shows. */
const reconcilerEnv = { BATCH_MAX_ORDERS: '8', KAFKA_CONF: 'auto.commit.interval.ms=5' };
const stacks = [
  { kind: 'sqlite', reconcilers: 1 },
  { kind: 'postgres', reconcilers: 2, env: { KAFKA_SESSION_TIMEOUT_MS: '3000' } }, // one takes over the other's orders
];

for (const { kind, reconcilers, env } of stacks) {
  describe(`${reconcilers} reconciler${reconcilers > 1 ? 's' : ''} on ${kind}`, () => {
    let pipeline;
    const check = (name, fn) => test(name, explained(() => pipeline, fn));
    before(async () => {
      pipeline = await startPipeline({ rms: kind, reconcilers, env, reconcilerEnv });
    });
    after(() => pipeline?.stop());

    if (reconcilers === 1) check('many versions of few orders waiting: each is decided on once', () => manyVersions(pipeline));

    check('killed five times, every order is there once and right', async (t) => {
      const day = new CrashDay(pipeline, seed);
      const { created } = pipeline.shop.counts();
      t.diagnostic(`SEED=${seed}`);
      for (let i = 0; i < rounds; i++) await day.round(i);
      assert.equal(day.kills.length, rounds);
      assert.equal(pipeline.shop.counts().created - created, 500);
      await pipeline.settled();
      await pipeline.checkRms();
    });

    check('every message has a result, and each order was made and closed once', async () => {
      const results = firstResults(await pipeline.results.messages());
      const sources = results.map((r) => `${r.srcPartition}/${r.srcOffset}`).sort();
      const messages = (await pipeline.orders.messages()).map((m) => `${m.partition}/${m.offset}`).sort();
      assert.deepEqual(sources, messages);
      for (const [action, expected] of [['created', () => true], ['cancelled', (o) => o.cancelledAt]]) {
        const wanted = pipeline.shop.shop.views().filter(expected).map((o) => String(o.id)).sort();
        assert.deepEqual(results.filter((r) => r.action === action).map((r) => r.order).sort(), wanted, action);
      }
    });

    check('the counters are those of the topics', () => assertCounted(pipeline));

  });
}

/** Ten versions of five orders pile up; the reconciler takes them in large batches and is killed three times. */
async function manyVersions(pipeline) {
  const [orderCount, versions] = [5, 10];
  const { reconciler } = pipeline.stack;
  const line = { sku: pipeline.sku(3), quantity: 1 };
  const orders = Array.from({ length: orderCount }, () => pipeline.create({ lines: [line] }));
  await reconciler.stop();
  for (let version = 1; version <= versions; version++) {
    await pipeline.publish();
    if (version < versions) for (const order of orders) pipeline.change('edit', order, { lines: [{ line: 0, quantity: version + 1 }] });
  }
  const log = reconciler.output().length;
  const decided = () => reconciler.output().slice(log).split('"order.decided"').length - 1;
  for (const target of [1, 12, 30]) {
    if (!reconciler.proc.isAlive) reconciler.launch({ BATCH_MAX_ORDERS: '100' });
    await waitUntil(() => decided() >= target, { what: `${target} decisions (${decided()})`, timeoutMs: 30_000, everyMs: 1 });
    await reconciler.kill9();
  }
  await reconciler.start({ env: { BATCH_MAX_ORDERS: '100' } });
  await assertCounted(pipeline);
  await pipeline.checkRms();
  const results = firstResults(await pipeline.results.messages());
  for (const order of orders) {
    const own = results.filter((r) => r.order === String(order.id)).sort((a, b) => a.srcOffset - b.srcOffset);
    assert.deepEqual(own.map((r) => r.action), ['created', ...Array(versions - 1).fill('updated')], order.name);
  }
}
