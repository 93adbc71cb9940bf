// The connection to the database cut at COMMIT, before the server has it or after it has answered: the reconciler can't
// know which, asks the guard, and every order is applied and counted once.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { startPostgresProxy } from '../support/postgres_proxy.mjs';
import { waitUntil } from '../support/wait.mjs';
import { assertCounted } from './counting.mjs';
import { explained, startPipeline } from './pipeline.mjs';

const perPoll = 5;
let pipeline;
let proxy;

before(async () => {
  pipeline = await startPipeline({ rms: 'postgres', reconcilers: 0 });
  await pipeline.stack.explaining(async () => {
    const { server } = pipeline.stack.rms;
    proxy = await startPostgresProxy(server);
    const odbc = server.odbc('rms').replace(`Port=${server.port};`, `Port=${proxy.port};`);
    await pipeline.stack.startService('reconciler', { env: { RMS_ODBC: odbc, BATCH_MAX_WAIT_MS: '500' } });
  });
});
after(async () => {
  await pipeline?.stop();
  await proxy?.close();
});

const retries = () => pipeline.stack.reconciler.events().filter(({ event }) => event === 'batch.retry').length;

/** How many orders the database says were decided on by a message that has no result yet. */
async function untold() {
  const told = new Set((await pipeline.results.read()).map((r) => `${r.srcPartition}/${r.srcOffset}`));
  return (await pipeline.rms()).guards.filter((g) => !told.has(`${g.src_partition}/${g.src_offset}`)).length;
}

/** Every message of the topic has one result, and no more than one. */
async function assertOneResultEach() {
  const results = (await pipeline.results.read()).map((r) => `${r.srcPartition}/${r.srcOffset}`).sort();
  assert.deepEqual(results, (await pipeline.orders.messages()).map((m) => `${m.partition}/${m.offset}`).sort());
}

/** A poll whose first COMMIT is cut; resolves to what was decided on `orders`. */
async function pollWithCut(mode, orders) {
  const [cuts, retried] = [proxy.cuts, retries()];
  proxy.cutNextCommit(mode);
  const verdicts = pipeline.verdicts(orders);
  verdicts.catch(() => {}); // awaited below
  await waitUntil(() => proxy.cuts > cuts, { what: 'a COMMIT to be cut', timeoutMs: 30_000 });
  await waitUntil(() => retries() > retried, { what: 'the reconciler to try again', timeoutMs: 30_000 });
  const isApplied = mode === 'unanswered';
  const count = await untold();
  assert.ok(isApplied ? count > 0 : count === 0, `${count} orders are decided on in RMS, and nobody was told`);
  proxy.refuse(false);
  const decided = await verdicts;
  assert.equal(proxy.cuts, cuts + 1);
  await pipeline.checkRms();
  await assertCounted(pipeline);
  await assertOneResultEach();
  return decided;
}

for (const mode of ['unsent', 'unanswered']) {
  const check = (name, fn) => test(`a COMMIT ${mode}: ${name}`, explained(() => pipeline, fn));
  const orders = [];

  check('orders made', async () => {
    for (let i = 0; i < perPoll; i++) orders.push(pipeline.create({ lines: [{ sku: pipeline.sku(i), quantity: 2 }] }));
    const before = (await pipeline.rms()).orders.length;
    assert.deepEqual(await pollWithCut(mode, orders), orders.map(() => 'created'));
    assert.equal((await pipeline.rms()).orders.length, before + perPoll);
  });

  check('an order edited, one closed', async () => {
    const [edited, closed] = orders;
    pipeline.change('edit', edited, { addLines: [{ sku: pipeline.sku(9), quantity: 3 }] });
    pipeline.change('cancel', closed, { refund: true });
    assert.deepEqual(await pollWithCut(mode, [edited, closed]), ['updated', 'cancelled']);
  });
}

test('the proxy saw the COMMIT of every group', () => {
  assert.ok(proxy.commits > proxy.cuts && proxy.cuts === 4, `${proxy.cuts} of ${proxy.commits} were cut`);
});
