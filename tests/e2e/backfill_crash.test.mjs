// A backfill whose fetcher is killed at each step goes on from there: nothing is left out.

import assert from 'node:assert/strict';
import test from 'node:test';
import { runOk } from '../support/proc.mjs';
import { waitUntil } from '../support/wait.mjs';
import { ask, ended, fillPast, progressOf, publishedBy } from './backfill_rig.mjs';
import { startRig } from './fetcher_rig.mjs';

const count = 240;
const env = { BACKFILL_ORDERS_PER_SECOND: '10000', KAFKA_SESSION_TIMEOUT_MS: '3000' };

/** Runs a backfill and kills the fetcher once `reached` holds; `mend` clears what held it up. */
async function killAt(rig, { request, reached, mend = () => {} }) {
  const id = await ask(rig, request);
  await waitUntil(async () => reached((await progressOf(rig, id)).at(-1), id), { what: 'the step to be killed at', everyMs: 5 });
  await rig.fetcher.kill9();
  mend();
  rig.fetcher.launch();
  await rig.fetcher.waitReady();
  const end = await ended(rig, id);
  assert.equal(end.state, 'finished');
  const { snapshots, messages } = await publishedBy(rig, id);
  assert.equal(snapshots.size, rig.views().length, 'orders left out');
  return { end, messages, progress: await progressOf(rig, id) };
}

test('killed at each step', async (t) => {
  const rig = await startRig({ fetcherEnv: env });
  const step = (name, fn) => t.test(name, () => rig.stack.explaining(fn));
  const bulk = (settings) => rig.shop.settings({ bulk: settings });
  const runs = () => rig.shop.requests.filter((r) => r.operation === 'BulkRun').length;
  try {
    fillPast(rig, { count });
    bulk({ shuffle: 4 });

    await step('before the operation is known', async () => {
      rig.fault('slow', { match: 'BulkRun', delayMs: 60_000 });
      const before = runs();
      const { end } = await killAt(rig, { reached: () => rig.shop.requests.some((r) => r.fault === 'slow'),
        mend: () => rig.shop.clearFaults() });
      assert.equal(end.step, 'publish');
      assert.equal(runs() - before, 2); // the first one ends by itself, unread
    });

    await step('while Shopify works', async () => {
      bulk({ hold: true });
      const before = runs();
      await killAt(rig, { reached: (p) => p?.step === 'operation', mend: () => bulk({ hold: false }) });
      assert.equal(runs() - before, 1, 'the operation was begun anew');
    });

    await step('in the middle of the download', async () => {
      bulk({ stall: true });
      const before = rig.shop.bulk.downloads;
      await killAt(rig, { reached: () => rig.shop.bulk.downloads > before, mend: () => bulk({ stall: false }) });
      assert.equal(rig.shop.bulk.downloads - before, 2);
    });

    for (const [name, request, operation] of [
      ['publishing out of the file', {}, 'OrderVersions'], ['paging', { plain: true }, 'OrdersWindow']]) {
      await step(name, async () => {
        rig.fault('slow', { match: operation, delayMs: 60_000, skip: 1 }); // the second slice
        const { messages, progress } = await killAt(rig, { request, reached: (p) => p?.seen > 0,
          mend: () => rig.shop.clearFaults() });
        assert.equal(messages.length, count, 'what was recorded was published again');
        const seen = progress.map((p) => p.seen);
        assert.deepEqual(seen, [...seen].sort((a, b) => a - b), 'it fell back');
      });
    }

    await step('every message is counted', async () => {
      await rig.pollOk();
      const last = (await rig.records.read()).filter((r) => r.publishedTotal !== undefined).at(-1);
      const messages = await rig.orders.messages();
      assert.equal(last.publishedTotal, messages.length);
      assert.equal(last.publishedByBackfill, messages.filter((m) => /source=backfill/.test(m.headers)).length);
    });

    await step('killed after a slice was published and before it was recorded: it is counted as the backfill\'s', async () => {
      const stale = (await rig.records.read()).at(-1);
      await rig.fetcher.kill9();
      const cut = { ...stale, pollId: '20990101T000000000-cut', state: 'progress', kind: 'backfill', triggerId: 'x', orders: 2,
        startedAt: new Date(Date.now() - 60_000).toISOString(), fetchedAt: new Date(Date.now() + 3_600_000).toISOString() };
      const put = (topic, key, value, headers = []) => runOk(['kcat', '-b', rig.stack.kafka.brokers, '-P', '-t', topic, '-K', '\t',
        '-X', 'partitioner=murmur2_random', ...headers.flatMap((h) => ['-H', h])], { input: `${key}\t${value}\n` });
      await put('tillbridge.polls', cut.shop, JSON.stringify(cut));
      const [, snapshot] = [...(await rig.newest())][0];
      for (let i = 0; i < 5; i++)
        await put('shopify.orders', `${cut.shop}/${snapshot.id}`, JSON.stringify(snapshot), [`poll_id=${cut.pollId}`, 'source=backfill']);
      rig.fetcher.launch();
      await rig.fetcher.waitReady();
      await rig.pollOk();
      const last = (await rig.records.read()).at(-1);
      assert.equal(last.publishedByBackfill, stale.publishedByBackfill + 3);
    });
  } finally {
    await rig.stop();
  }
});
