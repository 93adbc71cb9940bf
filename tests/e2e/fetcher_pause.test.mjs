// The active fetcher stands still in the middle of a poll, as on a stalled machine or a cut network: another takes over,
// and what the first one still publishes when it goes on takes nothing back in RMS.

import assert from 'node:assert/strict';
import test from 'node:test';
import { waitUntil } from '../support/wait.mjs';
import { assertCounted } from './counting.mjs';
import { startPipeline, verdict } from './pipeline.mjs';

const count = 20;
const setup = {
  fetchers: 2, env: { KAFKA_SESSION_TIMEOUT_MS: '3000' },
  fetcherEnv: { KAFKA_GROUP_INSTANCE_ID: '', ORDER_POLLING_INTERVAL_MINUTES: '1440', SHOPIFY_TIMEOUT_MS: '60000' } };

const turns = (fetcher) => fetcher.events().filter((e) => /^fetcher\.(active|standby)$/.test(e.event)).map((e) => e.event);
const isActive = (fetcher) => turns(fetcher).at(-1) === 'fetcher.active';

/** The active one has asked Shopify for a page and is stopped before it has read the answer. */
async function stopWithinPoll(pipeline, active) {
  const { shop } = pipeline;
  shop.addFaults([{ kind: 'slow', delayMs: 1500, match: 'OrdersPage', times: 1 }]);
  pipeline.ask('POST', 'trigger', { json: {} }).catch(() => {}); // answered by what the next one does
  await waitUntil(() => shop.requests.some((r) => r.fault === 'slow'), { what: 'the page to be asked for', everyMs: 5 });
  active.proc.pause();
}

test('the active fetcher stands still within a poll: the next one takes over, nothing is taken back', async () => {
  const pipeline = await startPipeline(setup);
  const { stack, shop } = pipeline;
  try {
    await stack.explaining(async () => {
      await waitUntil(() => stack.fetchers.filter(isActive).length === 1, { what: 'one active fetcher' });
      const active = stack.fetchers.find(isActive);
      const other = stack.fetchers.find((f) => f !== active);
      const orders = Array.from({ length: count }, (_, i) => pipeline.create({
        lines: [{ sku: pipeline.sku(i), title: 'Line', price: '10.00', quantity: 3 }] }));
      await stopWithinPoll(pipeline, active);
      await waitUntil(() => isActive(other), { what: 'the other to take over', timeoutMs: 60_000 });
      shop.clock({ advanceMs: 5000 });
      for (const [i, order] of orders.entries()) {
        if (i % 4 === 0) pipeline.change('cancel', order);
        else pipeline.change('edit', order, { note: 'changed meanwhile', lines: [{ line: 0, quantity: 1 }] });
      }
      await pipeline.poll();
      await pipeline.checkRms();
      const before = (await pipeline.orders.messages()).length;
      const said = active.events().length;
      active.proc.resume();
      await waitUntil(() => active.events().length > said, { what: 'the stopped one to go on', timeoutMs: 60_000 });
      await pipeline.poll();
      await pipeline.settled();
      const late = (await pipeline.orders.messages()).length - before;
      await pipeline.checkRms();
      await assertCounted(pipeline);
      const stale = (await pipeline.results.read()).filter((r) => verdict(r) === 'skipped stale').length;
      console.log(`${late} messages after it went on, ${stale} of all were stale`);
      assert.equal(stack.fetchers.filter((f) => f.proc.isAlive).length, 2);
    });
  } finally {
    for (const fetcher of stack.fetchers) fetcher.proc.resume();
    await stack.stop();
  }
});
