// The counters after a scripted day are what was done to the shop, as the shop itself counted it.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { request } from '../support/http.mjs';
import { assertAddsUp, explained, startPipeline } from './pipeline.mjs';

let pipeline;
let status;
const done = []; // the shop's own counts at each poll

const counts = async () => (await request(`${pipeline.stack.shop.url}/control/counts`)).json;

async function poll() {
  done.push(await counts());
  await pipeline.poll({ batch_size: 30 });
}

/** What is made and never gets into RMS. */
function misfits() {
  const line = (sku, more = {}) => [{ sku, quantity: 1, price: '9.00', ...more }];
  pipeline.create({ lines: line(pipeline.sku(1)), financialStatus: 'VOIDED' });
  pipeline.create({ lines: line(pipeline.sku(2)), financialStatus: null });
  pipeline.create({ lines: line(pipeline.sku(3)), test: true });
  pipeline.create({ lines: line('NOT-IN-RMS') });
  pipeline.create({ lines: line('TWIN-1') });
  pipeline.change('cancel', pipeline.create({ lines: line(pipeline.sku(4)) }), {});
  return { skipped: 4, refused: 2 };
}

/** 40 good orders and the misfits; then each of some good orders has one thing done to it. */
async function aDay() {
  const random = (count, seed) => pipeline.shop.random({ count, seed, statuses: ['PAID'], details: true });
  const orders = random(40, 21);
  const { skipped, refused } = misfits();
  await poll();
  const take = (count) => orders.splice(0, count);
  for (const order of take(9)) pipeline.change('edit', order, { addLines: [{ sku: pipeline.sku(7), quantity: 2 }] });
  for (const order of take(5)) pipeline.change('refund', order, { amount: '0.50' });
  for (const order of take(6)) pipeline.change('cancel', order, { refund: true });
  for (const order of take(4)) pipeline.change('touch', order, {});
  random(7, 22);
  await poll();
  for (const order of take(3)) pipeline.change('refund', order, { lines: [{ line: 0, quantity: 1 }] });
  for (const order of take(2)) pipeline.change('archive', order, {});
  await poll();
  return { skipped, refused };
}

before(async () => {
  pipeline = await startPipeline();
  await pipeline.stack.explaining(async () => {
    const misfitted = await aDay();
    status = (await pipeline.data('status')).statistics;
    status.misfits = misfitted;
  });
});
after(() => pipeline?.stop());

test('made, changed, cancelled as often as in the shop', () => {
  const last = done.at(-1);
  const { skipped, refused } = status.misfits;
  assert.equal(status.newly_synced, last.created - skipped - refused);
  assert.equal(status.updated, last.edited + last.refunded);
  assert.equal(status.cancelled, last.cancelled - 1); // one was cancelled before RMS had it
  assert.equal(status.sync_errors, refused);
  assert.equal(status.conflicts, 0);
  assert.equal(status.success_rate, Number((100 * (1 - refused / (
    status.newly_synced + status.updated + status.cancelled + refused))).toFixed(2)));
});

test('polled as often as the shop gave them out', () => {
  const polled = done.reduce((sum, { orders }) => sum + orders, 0); // each poll's window holds all of the day
  const { skipped, refused } = status.misfits;
  assert.equal(status.total_polled, polled);
  assert.equal(status.skipped, done.length * skipped + (done.length - 1) * refused); // what was refused is told once
  assert.equal(status.already_synced,
    polled - status.newly_synced - status.updated - status.cancelled - status.sync_errors - status.skipped);
  assertAddsUp(status);
});

test('RMS holds what was counted', explained(() => pipeline, async () => {
  const { orders } = await pipeline.rms();
  assert.equal(orders.length, status.newly_synced);
  assert.equal(orders.filter((o) => Number(o.Closed) === 1).length, status.cancelled);
}));

test('stats, metrics and tillctl tell the same', explained(() => pipeline, async () => {
  const stats = await pipeline.stats();
  const { stdout } = await pipeline.stack.tillctlOk(['stats', '--json']);
  const told = JSON.parse(stdout);
  const { text } = await pipeline.ask('GET', '/metrics');
  for (const name of ['total_polled', 'already_synced', 'newly_synced', 'updated', 'cancelled', 'skipped', 'sync_errors']) {
    assert.equal(stats[name], status[name], name);
    assert.equal((told.data ?? told)[name], status[name], `tillctl ${name}`);
  }
  for (const outcome of ['already_synced', 'newly_synced', 'updated', 'cancelled', 'skipped', 'sync_errors']) {
    assert.ok(text.includes(`\ntillbridge_orders_total{class="live",outcome="${outcome}"} ${status[outcome]}\n`), `${outcome}\n${text}`);
  }
  assert.match(text, new RegExp(`^tillbridge_orders_polled_total(\\{[^}]*\\})? ${status.total_polled}$`, 'm'));
}));
