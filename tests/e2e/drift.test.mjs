// tillctl drift and tillctl backfill: the shop compared with RMS order by order, repaired, and told by the exit code.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { waitUntil } from '../support/wait.mjs';
import { startPipeline, verdict } from './pipeline.mjs';
import { headersOf } from './results.mjs';

const hour = 3_600_000;
let pipeline;
let shop;
let from;
const orders = {};

const iso = (ms) => new Date(ms).toISOString();
const drift = (...args) => pipeline.stack.tillctl(['drift', '--from', from, '--to', iso(Date.now() + hour), ...args], { timeoutMs: 120_000 });
const rmsOf = async (order) => (await pipeline.rms()).ordersOf(order.id)[0];

/** {code, totals, byName: name -> order} of drift --json. */
async function compared(...args) {
  const { code, stdout, stderr } = await drift('--json', ...args);
  assert.notEqual(stdout, '', stderr);
  const { totals, orders: list } = JSON.parse(stdout);
  return { code, totals, byName: new Map(list.map((o) => [o.name ?? o.order, o])) };
}

before(async () => {
  pipeline = await startPipeline();
  shop = pipeline.shop;
  from = iso(Date.now() - 3 * hour);
  const line = (n, quantity = 2) => ({ sku: pipeline.sku(n), quantity, price: '10.00' });
  const make = (name, spec = {}) => { orders[name] = pipeline.create({ lines: [line(0), line(1)], ...spec }); };
  for (const name of ['same', 'header', 'lines', 'fewer', 'held', 'cancelled', 'closed', 'gone', 'deleted', 'tendered']) make(name);
  make('unpaid', { financialStatus: 'VOIDED' });
  await pipeline.stack.explaining(() => pipeline.poll());
});
after(() => pipeline?.stop());

const explained = (name, fn) => test(name, () => pipeline.stack.explaining(fn));

explained('nothing differs: exit code 0', async () => {
  const { code, totals, byName } = await compared();
  assert.equal(code, 0);
  assert.equal(byName.size, 0);
  assert.deepEqual([totals.same, totals.unwanted], [10, 1]);
  const text = await drift();
  assert.match(text.stdout, /10 +both hold the same/);
});

explained('each kind of difference is found, and nothing is written', async () => {
  const ids = {};
  for (const [name, order] of Object.entries(orders)) ids[name] = (await rmsOf(order))?.ID;
  await pipeline.changeRms([
    `UPDATE "Order" SET "Total" = 1 WHERE "ID" = ${ids.header};`,
    `UPDATE "OrderEntry" SET "QuantityOnOrder" = 7 WHERE "OrderID" = ${ids.lines};`,
    `DELETE FROM "OrderEntry" WHERE "ID" = (SELECT MIN("ID") FROM "OrderEntry" WHERE "OrderID" = ${ids.fewer});`,
    `UPDATE "Order" SET "Deposit" = 5 WHERE "ID" = ${ids.held};`,
    `UPDATE "Order" SET "Closed" = 1 WHERE "ID" = ${ids.closed};`,
    `DELETE FROM "OrderEntry" WHERE "OrderID" = ${ids.deleted};`,
    `DELETE FROM "Order" WHERE "ID" = ${ids.deleted};`,
    `UPDATE "Order" SET "Deposit" = 5, "Total" = 2 WHERE "ID" = ${ids.tendered};`].join('\n'));
  pipeline.change('edit', orders.held, { lines: [{ line: 0, quantity: 5 }] });
  pipeline.change('cancel', orders.cancelled, { refund: true });
  shop.shop.deleteOrder(String(orders.gone.id));
  orders.missing = pipeline.create({ lines: [{ sku: pipeline.sku(0), quantity: 1, price: '3.00' }] });
  orders.refused = pipeline.create({ lines: [{ sku: 'NOT-IN-RMS', quantity: 1, price: '3.00' }] });
  const before = await pipeline.dump();
  const { code, byName } = await compared();
  assert.equal(code, 1);
  const kinds = Object.fromEntries(Object.entries(orders).map(([name, o]) => [
    name, (byName.get(o.name) ?? byName.get(String(o.id)))?.drift ?? 'same']));
  assert.deepEqual(kinds, {
    same: 'same', header: 'differs', lines: 'differs', fewer: 'differs', held: 'held', cancelled: 'cancelled', closed: 'closed',
    gone: 'extra', deleted: 'held', tendered: 'same', unpaid: 'same', missing: 'missing', refused: 'refused' });
  const diffOf = (name) => byName.get(orders[name].name).result.diff.map((d) => `${d.table}.${d.column}`);
  assert.ok(diffOf('header').includes('Order.Total'));
  assert.ok(diffOf('lines').includes('OrderEntry.QuantityOnOrder'));
  assert.match(byName.get(orders.held.name).why, /deposit/i);
  assert.deepEqual(await pipeline.dump(), before, 'the comparison wrote to RMS');
  const { stdout } = await drift();
  assert.match(stdout, /Total +1\.00 -> /);
});

explained('--repair mends what can be mended, and says what is left', async () => {
  const { code, totals, byName } = await compared('--repair');
  assert.equal(code, 1);
  assert.deepEqual([totals.differs, totals.missing, totals.cancelled], [0, 0, 0]);
  const left = [...byName.values()].map((o) => o.drift).sort();
  assert.deepEqual(left, ['closed', 'extra', 'held', 'held', 'refused']);
  const rms = await pipeline.rms();
  assert.equal(Number(rms.ordersOf(orders.header.id)[0].Total), Number(pipeline.view(orders.header).totals.currentTotal));
  assert.ok(rms.entriesOf(rms.ordersOf(orders.lines.id)[0].ID).filter((e) => Number(e.QuantityOnOrder) === 2).length >= 2);
  assert.equal(rms.ordersOf(orders.missing.id).length, 1);
});

explained('the window of a repair sent again takes no order back', async () => {
  const [order, to] = [orders.lines, Date.now()];
  const own = (await pipeline.orders.messages()).filter((m) => m.key.endsWith(`/${order.id}`) && !headersOf(m).dry_run);
  assert.ok(own.some((m) => headersOf(m).force), 'none of them is the repair');
  pipeline.change('edit', order, { lines: [{ line: 0, quantity: 9 }] });
  assert.deepEqual(await pipeline.verdicts([order]), ['updated']);
  await pipeline.stack.tillctlOk(['replay', '--from', from, '--to', iso(to), '--order', order.name]);
  let again;
  await waitUntil(async () => {
    again = (await pipeline.results.read()).filter((r) => r.source === 'replay' && r.order === String(order.id));
    return again.length === own.length;
  }, { what: () => `${own.length} results (${again.length})`, timeoutMs: 30_000 });
  assert.deepEqual([...new Set(again.map(verdict))], ['skipped stale']);
  const rms = await pipeline.rms();
  assert.ok(rms.entriesOf(rms.ordersOf(order.id)[0].ID).some((e) => Number(e.QuantityOnOrder) === 9));
});

explained('a window without orders, one outside of it, and wrong ones', async () => {
  const none = await pipeline.stack.tillctl(['drift', '--from', '2001-01-01', '--to', '2001-01-02']);
  assert.deepEqual([none.code, none.stdout.includes('no orders')], [0, true], none.stderr);
  for (const args of [['--from', 'yesterday'], ['--from', 'now', '--to', '2001-01-01'], []]) {
    const { code, stderr } = await pipeline.stack.tillctl(['drift', ...args]);
    assert.equal(code, 2, stderr);
  }
});

explained('tillctl backfill: asked for, followed, in JSON, as a dry run, cancelled', async () => {
  const done = await pipeline.stack.tillctl(['backfill', '--from', from, '--json'], { timeoutMs: 120_000 });
  assert.equal(done.code, 0, done.stderr);
  const progress = JSON.parse(done.stdout);
  assert.deepEqual([progress.state, progress.orders], ['finished', pipeline.shop.shop.views().length]);
  const text = await pipeline.stack.tillctl(['backfill', '--from', from, '--plain'], { timeoutMs: 120_000 });
  assert.match(text.stdout, /^finished: \d+ orders published/);
  const dry = await pipeline.stack.tillctl(['backfill', '--from', from, '--dry-run'], { timeoutMs: 120_000 });
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout, /both hold the same/);
  const id = (await pipeline.stack.tillctlOk(['backfill', '--from', from, '--no-wait'])).stdout.trim();
  const end = await pipeline.stack.tillctlOk(['backfill', '--cancel', id]);
  assert.match(end.stdout, /^(cancelled|finished): /);
  const wrong = await pipeline.stack.tillctl(['backfill', '--to', 'now']);
  assert.deepEqual([wrong.code, /--from is missing/.test(wrong.stderr)], [2, true]);
});

explained('the counters know of every order that was published here', async () => {
  let stats;
  await waitUntil(async () => {
    stats = await pipeline.stats();
    return stats.in_flight === 0;
  }, { what: () => `nothing in flight (${JSON.stringify(stats)})`, timeoutMs: 60_000 });
});
