// tillctl poll --dry-run on the real pipeline: what people and programs are shown, and that it is what the poll then does.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { explained, startPipeline } from '../e2e/pipeline.mjs';
import { readTables } from '../e2e/rms_rows.mjs';
import { changesOfDiffs, changesOfTables } from '../e2e/row_changes.mjs';
import { freePort } from '../support/ports.mjs';

let pipeline;
let orders;
let dump;
let shown;
before(async () => {
  pipeline = await startPipeline({ reconcilerEnv: { LOG_PERSONAL: 'true' } });
  await pipeline.stack.explaining(aDay);
});
after(() => pipeline?.stop());
const check = (name, fn) => test(name, explained(() => pipeline, fn));
const line = (n, quantity = 1, more = {}) => ({ sku: pipeline.sku(n), quantity, ...more });

/** Four orders in RMS; then one of each kind of change, and a dry run. */
async function aDay() {
  const paid = { tax: { rate: '0.13' }, shipping: { title: 'Standard', price: '5.95' } };
  orders = Array.from({ length: 4 }, (_, i) => pipeline.create({ ...paid, lines: [line(i, 2), line(i + 1, 3)] }));
  await pipeline.poll();
  pipeline.change('edit', orders[0], { lines: [{ line: 0, quantity: 5 }, { line: 1, remove: true }] });
  pipeline.change('cancel', orders[1], { refund: true });
  await pipeline.changeRms(`UPDATE "Order" SET "Deposit" = 5 WHERE "ReferenceNumber" = 'SHOPIFY-${orders[2].id}'`);
  pipeline.change('edit', orders[2], { lines: [{ line: 0, quantity: 7 }] });
  orders.push(pipeline.create({ ...paid, lines: [line(2), { sku: 'NOT-IN-RMS', quantity: 1, price: '3.00' }] }));
  orders.push(pipeline.create({ ...paid, lines: [line(5)], note: 'ring twice' }));
  dump = await pipeline.dump({ withGuard: true });
  shown = await pipeline.stack.tillctl(['poll', '--dry-run', '--lookback', '60']);
}

/** What is shown of one order: from its headline to the next. */
const part = (order) => shown.stdout.split(/^(?=#|\d+ skipped)/m).find((text) => text.startsWith(`${order.name} `)) ?? '';
const rows = (order) => part(order).split('\n').slice(1).map((row) => row.trim().split(/ {2,}/)).filter((row) => row[0]);

check('it writes nothing and ends well', async () => {
  assert.equal(shown.code, 0, shown.stderr);
  assert.equal(shown.stderr, '');
  assert.deepEqual(await pipeline.dump({ withGuard: true }), dump);
  assert.match(shown.stdout, /^message +Dry run complete: 3\/6 orders would be synced$/m);
  assert.doesNotMatch(shown.stdout, /LastUpdated/);
});

check('an edit is shown column by column, now and then', () => {
  assert.ok(part(orders[0]).startsWith(`${orders[0].name}  updated\n`), part(orders[0]));
  const changes = rows(orders[0]);
  assert.ok(changes.some((row) => row.join(' ') === 'QuantityOnOrder 2.00 -> 5.00'), part(orders[0]));
  assert.ok(changes.some((row) => /^OrderEntry \d+$/.test(row[0]) && row[1] === 'deleted'), part(orders[0]));
  assert.ok(changes.some((row) => /^Item \d+$/.test(row[0]) && row[1] === 'QuantityCommitted' && row[2] === '+3.00'), part(orders[0]));
});

check('a cancellation closes the order', () => {
  assert.match(part(orders[1]), /^#\d+ {2}cancelled\n {2}Order \d+ +Closed +0 -> 1\n/);
});

check('a conflict and a refusal are told with what to do', () => {
  assert.match(part(orders[2]), /^#\d+ {2}conflict has_deposit\n {2}RMS order \d+: a deposit was taken on the order; change the order by hand in RMS\n/);
  assert.match(part(orders[4]), /^#\d+ {2}error unknown_sku\n {2}line \d+ .*"NOT-IN-RMS".*add the item or an alias, then redrive the order\n$/);
});

check('a new order is shown without its empty columns', () => {
  const text = part(orders[5]);
  assert.match(text, /^#\d+ {2}created\n {2}new Order +StoreID +1\n/);
  assert.match(text, /\n +ShippingNotes +.*ring twice\n/);
  assert.match(text, /\n {2}new OrderEntry \(line \d+\) /);
  assert.match(text, /\n {2}new OrderEntry \(shipping\) /);
  assert.doesNotMatch(text, /Deposit|ExchangeID| 0\n/);
});

check('the unchanged are counted', () => {
  assert.match(shown.stdout, /^1 skipped: RMS already holds this content$/m);
});

check('--json has the diffs, which are what the poll then does', async () => {
  const tables = await readTables(pipeline.stack.rms);
  const { code, stdout } = await pipeline.stack.tillctl(['poll', '--dry-run', '--lookback', '60', '--json']);
  assert.equal(code, 0);
  assert.equal(stdout.split('\n').length, 2);
  const data = JSON.parse(stdout);
  assert.equal(data.status, 'dry_run');
  assert.equal(data.orders_left_out, 0);
  assert.deepEqual(data.orders.map(({ name, action }) => `${name} ${action}`).sort(), [
    'updated', 'cancelled', 'conflict', 'skipped', 'error', 'created'].map((action, i) => `${orders[i].name} ${action}`).sort());
  const { changes, columns } = changesOfDiffs(data.orders);
  await pipeline.poll({ lookback_minutes: 60 });
  assert.deepEqual(changesOfTables(tables, await readTables(pipeline.stack.rms), columns), changes);
  assert.ok(changes.length > 8, `${changes.length} changes`);
});

check('without Kafka the counters are shown, and the exit code is 3', async () => {
  const env = { KAFKA_BROKERS: `127.0.0.1:${await freePort()}` };
  const { code, stdout, stderr } = await pipeline.stack.tillctl(['poll', '--dry-run'], { env });
  assert.equal(code, 3);
  assert.match(stderr, /^tillctl: what would change can't be shown: .*Connection refused/m);
  assert.match(stdout, /^status +dry_run$/m);
});
