// What people tell the pipeline at run time: polls by hand, dry runs, settings, counters.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { waitUntil } from '../support/wait.mjs';
import { assertAddsUp, explained, startPipeline } from './pipeline.mjs';
import { readTables } from './rms_rows.mjs';
import { changesOfDiffs, changesOfTables } from './row_changes.mjs';

let pipeline;
before(async () => { pipeline = await startPipeline({ reconcilerEnv: { LOG_PERSONAL: 'true' } }); });
after(() => pipeline?.stop());
const check = (name, fn) => test(name, explained(() => pipeline, fn));
const anOrder = (quantity = 1) => pipeline.create({ lines: [{ sku: pipeline.sku(0), quantity }] });
const pollCount = async () => new Set((await pipeline.pollRecords.read()).map((p) => p.pollId)).size;

/** Six orders in RMS, then something happens to five of them and two more come. */
async function aDay() {
  const { shop } = pipeline;
  const line = (n, quantity = 1, more = {}) => ({ sku: pipeline.sku(n), quantity, ...more });
  const paid = { tax: { rate: '0.13' }, shipping: { title: 'Standard', price: '5.95' } };
  const orders = Array.from({ length: 6 }, (_, i) => pipeline.create({ ...paid, lines: [line(i, 2), line(i + 1, 3)] }));
  await pipeline.poll();
  pipeline.change('edit', orders[0], { lines: [{ line: 0, quantity: 5 }, { line: 1, remove: true }] });
  pipeline.change('edit', orders[1], { addLines: [line(9, 4)], removeShipping: [0], note: 'ring twice' });
  pipeline.change('refund', orders[2], { lines: [{ line: 1, quantity: 1 }] });
  pipeline.change('cancel', orders[3], { refund: true });
  pipeline.change('refund', orders[4], { amount: '3.33' });
  shop.random({ count: 2, seed: 5, statuses: ['PAID'] });
}

check('a dry run writes nothing, and says what the poll then does', async () => {
  await aDay();
  const dump = await pipeline.dump({ withGuard: true });
  const tables = await readTables(pipeline.stack.rms);
  const dry = await pipeline.poll({ dry_run: true });
  assert.equal(dry.status, 'dry_run');
  assert.equal(dry.message, 'Dry run complete: 7/8 orders would be synced');
  assert.deepEqual(await pipeline.dump({ withGuard: true }), dump);
  const { changes, columns } = changesOfDiffs((await pipeline.results.read()).filter((r) => r.dryRun));
  const real = await pipeline.poll();
  assert.equal(real.message, 'Polling complete: 7/8 orders synced');
  assert.deepEqual(changesOfTables(tables, await readTables(pipeline.stack.rms), columns), changes);
  assert.ok(changes.length > 40, `${changes.length} changes`);
  await pipeline.checkRms();
});

check('dry runs are counted apart', async () => {
  const stats = await pipeline.stats();
  assertAddsUp(stats);
  assert.deepEqual([stats.dry_run_updated, stats.dry_run_cancelled, stats.dry_run_newly_synced], [4, 1, 2]);
  assert.deepEqual([stats.updated, stats.cancelled, stats.newly_synced], [4, 1, 8]);
});

check('writes need the token', async () => {
  const polls = await pollCount();
  const wrong = [{}, { authorization: 'Bearer wrong' }, { authorization: `Bearer ${pipeline.stack.apiToken}x` },
    { authorization: pipeline.stack.apiToken }];
  for (const headers of wrong) {
    for (const [method, path] of [['POST', 'trigger'], ['POST', 'reset-stats'], ['PUT', 'config']]) {
      const answer = await pipeline.ask(method, path, { headers, json: {} });
      assert.equal(answer.status, 401, `${method} ${path} with ${JSON.stringify(headers)}: ${answer.text}`);
      assert.doesNotMatch(answer.text, new RegExp(pipeline.stack.apiToken));
    }
  }
  assert.equal((await pipeline.ask('GET', 'status', { headers: {} })).status, 200);
  await pipeline.poll();
  assert.equal(await pollCount(), polls + 1, 'only the trigger with the token polled');
});

const bad = [
  ...[0, 1441, -5, 15.5, '15', true, null, 1e40].map((value) => ['lookback_minutes', value]),
  ...[0, 251, '50'].map((value) => ['batch_size', value]),
  ...[0, 51, [1]].map((value) => ['max_pages', value]),
];
const badOfOne = { trigger: [['dry_run', 'yes'], ['dry_run', 1], ['interval_minutes', 5]],
  config: [['interval_minutes', 0], ['interval_minutes', 1441], ['enabled', 'no'], ['dry_run', true]] };

const bodies = [...['{', '[]', '"x"', '{"batch_size":1,"batch_size":2}', '\u0000', '{}{}'].map((body) => [body, 400]),
  [`{"batch_size":"${'x'.repeat(20_000)}"}`, 413]];

for (const [method, path] of [['POST', 'trigger'], ['PUT', 'config']]) {
  check(`${path}: a bad value is refused by name`, async () => {
    const before = [await pollCount(), await pipeline.data('status').then(({ statistics, ...rest }) => rest.batch_size)];
    for (const [field, value] of [...bad, ...badOfOne[path], ['nonsense', 1]]) {
      const { status, json, text } = await pipeline.ask(method, path, { json: { [field]: value } });
      assert.equal(status, 400, `${field} ${JSON.stringify(value)}: ${status} ${text}`);
      assert.equal(json.field, field);
      assert.match(json.detail, new RegExp(field));
    }
    for (const [body, wanted] of bodies) {
      const { status, text } = await pipeline.ask(method, path, { body, type: 'application/json' });
      assert.equal(status, wanted, `${body.slice(0, 50)}: ${status} ${text}`);
    }
    assert.equal((await pipeline.ask(method, path, { body: '{}', type: 'text/plain' })).status, 415);
    assert.deepEqual([await pollCount(), (await pipeline.data('status')).batch_size], before);
  });
}

check('a trigger while a poll runs is served after it', async () => {
  anOrder();
  pipeline.shop.addFaults([{ kind: 'slow', delayMs: 1500, match: 'OrdersPage' }]);
  const pending = pipeline.poll();
  await waitUntil(async () => (await pipeline.data('status')).status === 'polling', { what: 'the status polling' });
  anOrder();
  const second = await pipeline.poll();
  const first = await pending;
  assert.equal(first.statistics.newly_synced + second.statistics.newly_synced, 2);
  const polls = (await pipeline.pollRecords.read()).map((p) => p.triggerId).filter((id) => id);
  assert.ok(polls.lastIndexOf(first.trigger_id) < polls.indexOf(second.trigger_id), 'one after the other');
  await pipeline.checkRms();
});

check('the configuration is in force at once, and after a restart of fetcher and stats', async () => {
  const config = { interval_minutes: 7, lookback_minutes: 30, batch_size: 3, max_pages: 40 };
  const put = await pipeline.ask('PUT', 'config', { json: config });
  assert.equal(put.status, 200, put.text);
  const shown = async () => {
    const status = await pipeline.data('status');
    return Object.fromEntries(Object.keys(config).map((name) => [name, status[name]]));
  };
  assert.deepEqual(await shown(), config);
  const pageSizes = async () => {
    const from = pipeline.shop.requests.length;
    await pipeline.poll();
    const pages = pipeline.shop.requests.slice(from).filter((r) => r.operation === 'OrdersPage');
    return [...new Set(pages.map((r) => r.variables.first))];
  };
  assert.deepEqual(await pageSizes(), [3]);
  const { fetcher, stats } = pipeline.stack;
  await Promise.all([fetcher.restart(), stats.restart()]);
  assert.deepEqual(await shown(), config);
  assert.deepEqual(await pageSizes(), [3]);
  const part = await pipeline.ask('PUT', 'config', { json: { batch_size: 50 } });
  assert.equal(part.status, 200);
  assert.deepEqual(await shown(), { ...config, batch_size: 50 });
});

check('polling switched off and on', async () => {
  const timerPolls = async () => new Set((await pipeline.pollRecords.read()).filter((p) => p.kind === 'timer').map((p) => p.pollId)).size;
  await pipeline.stack.tillctlOk(['config', '--enabled', 'false']);
  assert.equal((await pipeline.data('status')).status, 'disabled');
  const polls = await timerPolls();
  await pipeline.stack.fetcher.restart(); // one that polls by a timer polls at its start
  anOrder();
  assert.equal((await pipeline.poll()).statistics.newly_synced, 1, 'polls by hand still work');
  assert.equal(await timerPolls(), polls);
  anOrder();
  await pipeline.stack.tillctlOk(['config', '--enabled', 'true']);
  await waitUntil(async () => await timerPolls() > polls, { what: 'a poll of the timer', timeoutMs: 20_000 });
  await waitUntil(async () => (await pipeline.data('status')).status === 'waiting_for_interval', { what: 'the poll to end' });
  await pipeline.settled();
  await pipeline.checkRms();
});

check('counters reset to zero add up afterwards', async () => {
  const held = (await pipeline.rms()).orders.length;
  const reset = await pipeline.ask('POST', 'reset-stats');
  assert.equal(reset.status, 200, reset.text);
  const zero = await pipeline.stats();
  for (const name of ['total_polled', 'already_synced', 'newly_synced', 'updated', 'cancelled', 'dry_run_updated']) {
    assert.equal(zero[name], 0, name);
  }
  assert.ok(zero.counting_since);
  anOrder();
  await pipeline.poll();
  const stats = await pipeline.stats();
  assertAddsUp(stats);
  assert.deepEqual([stats.newly_synced, stats.already_synced, stats.total_polled], [1, held, held + 1]);
});

check('with the reconciler down a trigger is accepted, and can be asked for later', async () => {
  const { reconciler, stats } = pipeline.stack;
  await reconciler.stop();
  await stats.restart({ env: { TRIGGER_WAIT_S: '1' } });
  anOrder(4);
  const answer = await pipeline.ask('POST', 'trigger');
  assert.equal(answer.status, 202, answer.text);
  assert.equal(answer.json.data.status, 'running');
  const { ask, trigger_id: id } = answer.json.data;
  assert.ok(ask.endsWith(id));
  assert.equal((await pipeline.data(ask)).status, 'running');
  assert.ok((await pipeline.stats()).in_flight > 0);
  assertAddsUp(await pipeline.stats());
  await reconciler.start();
  let data;
  await waitUntil(async () => {
    data = await pipeline.data(ask);
    return data.status === 'success';
  }, { what: () => `the trigger to succeed: ${data.message}`, timeoutMs: 30_000 });
  assert.equal(data.statistics.newly_synced, 1);
  assert.equal((await pipeline.ask('GET', 'trigger/20260101T000000Z-00000000')).status, 404);
  await pipeline.checkRms();
});
