// Members of the aggregator's group come while Redis can be read but not written: what was in hand is dropped with the
// partitions, and counting goes on by itself once Redis can be written again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitUntil } from '../support/wait.mjs';
import { ask, counted, poll, result, startBench } from './stats_bench.mjs';

const writable = (bench, is) => bench.redis.cli('config', 'set', 'min-replicas-to-write', is ? '0' : '1');
const assigned = (service) => service.events().filter(({ event }) => event === 'fold.assigned').length;

test('a rebalance while Redis can not be written', async () => {
  const bench = await startBench();
  try {
    const one = await bench.aggregator();
    await writable(bench, false);
    await bench.results(Array.from({ length: 40 }, (_, i) => result(i + 1, 'created')));
    await bench.polls([poll('p1', 'finished', 40)]);
    await waitUntil(async () => (await ask(one, '/readyz')).status === 503, { what: 'not ready', timeoutMs: 60_000 });
    const two = await bench.aggregator({ ready: false });
    await waitUntil(() => assigned(one) > 1 && assigned(two) > 0, { what: 'the rebalance', timeoutMs: 60_000 });
    await writable(bench, true);
    for (const service of [one, two]) {
      await counted(service, { newly_synced: 40, total_polled: 40, in_flight: 0 }, 60_000);
      await waitUntil(async () => (await ask(service, '/readyz')).status === 200, { what: 'ready', timeoutMs: 60_000 });
    }
    assert.equal((await ask(one, '/healthz')).status, 200);
  } finally {
    await bench.stop();
  }
});
