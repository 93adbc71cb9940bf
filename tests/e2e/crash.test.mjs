// Reconcilers killed with SIGKILL in the middle of 500 orders: every order is in RMS exactly once and right, and every
// message is counted exactly once.

import assert from 'node:assert/strict';
import test, { after, before, describe } from 'node:test';
import { assertCounted, firstResults } from './counting.mjs';
import { CrashDay, rounds } from './crash_day.mjs';
import { explained, startPipeline } from './pipeline.mjs';

const seed = Number(process.env.SEED) || Date.now() % 1_000_000;

const stacks = [
  { kind: 'sqlite', reconcilers: 1 },
  { kind: 'postgres', reconcilers: 2, env: { KAFKA_SESSION_TIMEOUT_MS: '3000' } }, // one takes over the other's orders
];

for (const { kind, reconcilers, env } of stacks) {
  describe(`${reconcilers} reconciler${reconcilers > 1 ? 's' : ''} on ${kind}`, () => {
    let pipeline;
    const check = (name, fn) => test(name, explained(() => pipeline, fn));
    before(async () => {
      pipeline = await startPipeline({ rms: kind, reconcilers, env, reconcilerEnv: { BATCH_MAX_ORDERS: '8' } });
    });
    after(() => pipeline?.stop());

    check('killed five times, every order is there once and right', async (t) => {
      const day = new CrashDay(pipeline, seed);
      t.diagnostic(`SEED=${seed}`);
      for (let i = 0; i < rounds; i++) await day.round(i);
      assert.equal(day.kills.length, rounds);
      assert.equal(pipeline.shop.counts().created, 500);
      await pipeline.settled();
      await pipeline.checkRms();
    });

    check('every message has a result, and each order was made and closed once', async () => {
      const results = firstResults(await pipeline.results.messages());
      const sources = results.map((r) => `${r.srcPartition}/${r.srcOffset}`).sort();
      const messages = (await pipeline.orders.messages()).map((m) => `${m.partition}/${m.offset}`).sort();
      assert.deepEqual(sources, messages);
      for (const [action, expected] of [['created', (o) => 500 && o], ['cancelled', (o) => o.cancelledAt && o]]) {
        const wanted = pipeline.shop.shop.views().filter(expected).map((o) => String(o.id)).sort();
        assert.deepEqual(results.filter((r) => r.action === action).map((r) => r.order).sort(), wanted, action);
      }
    });

    check('the counters are those of the topics', () => assertCounted(pipeline));

  });
}
