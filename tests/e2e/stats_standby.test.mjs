// Aggregators beside each other: one that has nothing to read stands by and is ready, one that was killed and has a
// stable member id goes on at once.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ask, counted, result, startBench } from './stats_bench.mjs';

const sessionMs = 45_000; // longer than a test waits: who needs it to run out is not ready in time
let bench;
before(async () => {
  const one = { partitions: 1 };
  bench = await startBench({ more: { 'rms.results': one, 'shopify.orders': one, 'shopify.orders.dlq': one } });
});
after(() => bench?.stop());

const member = (name) => ({ env: { KAFKA_GROUP_INSTANCE_ID: name, KAFKA_SESSION_TIMEOUT_MS: String(sessionMs) } });
const results = (from, count) => bench.results(
  Array.from({ length: count }, (_, i) => result(from + i, 'created', { srcPartition: 0 })));

describe('two aggregators', { concurrency: false }, () => {
  let one;
  let two;

  test('with one partition a topic: both become ready, and either answers', async () => {
    one = await bench.aggregator(member('stats-1'));
    two = await bench.aggregator(member('stats-2'));
    await results(1, 20);
    await counted(one, { newly_synced: 20 });
    await counted(two, { newly_synced: 20 });
    assert.equal((await ask(two, 'health')).json.data.kafka, true);
  });

  test('killed and started again they go on before their session has run out', async () => {
    for (const service of [one, two]) {
      await service.kill9();
      await results(100, 10);
      await service.start({ timeoutMs: sessionMs - 15_000 });
    }
    await results(200, 10);
    await counted(one, { newly_synced: 40, duplicate_results: 10 }); // the ten of 100 came twice
    await counted(two, { newly_synced: 40, duplicate_results: 10 });
  });

  // Its place is kept for it until its session has run out.
  const skip = !process.env.TILLBRIDGE_LONG && 'only with --long';
  test('the one that stands by takes over from one that leaves', { skip }, async () => {
    await one.stop();
    await results(300, 10);
    await counted(two, { newly_synced: 50 }, sessionMs + 15_000);
  });
});
