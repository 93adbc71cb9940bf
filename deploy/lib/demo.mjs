// The tour of deploy/demo: a shop makes orders, edits and cancels some, polls carry them into RMS, and in the end RMS
// is compared with the shop by a program that knows nothing of the reconciler.

import { compareAll } from '../../tests/e2e/compare.mjs';
import { Results } from '../../tests/e2e/results.mjs';
import { readRms } from '../../tests/e2e/rms_rows.mjs';
import { onShutdown } from '../../tests/support/proc.mjs';
import { startStack } from '../../tests/support/stack.mjs';
import { writeEnv } from './demo_env.mjs';
import { say, showResults, showRms, showUsage, table, title } from './demo_show.mjs';

const isOnce = process.argv.includes('--once');
let isOver = false; // by Ctrl-C: what fails from then on fails because it was stopped
const settings = { RMS_SHIPPING_ITEM: 'SHIPPING', RMS_MISC_ITEM: 'WEB-MISC', LOG_LEVEL: 'info' };
const line = (sku, quantity, more = {}) => ({ sku, quantity, ...more });

/** Reads what is new in rms.results and gives it back. */
async function decided(stack, results, { since }) {
  return (await results.read()).slice(since).filter((r) => r.shop === stack.shopName);
}

async function poll(stack, args = []) {
  const { stdout } = await stack.tillctlOk(['poll', ...args]);
  say(stdout.trimEnd().split('\n').map((row) => `  ${row}`).join('\n'));
}

async function morning(stack, results) {
  title('1. The shop opens: twelve orders, some of them odd');
  const { control } = stack.shop;
  control.random({ count: 7, seed: 11, linesMax: 5, statuses: ['PAID'] });
  const skus = control.shop.products.all.map((p) => p.sku);
  const made = [
    control.create({ lines: [line(skus[0], 2), line(skus[0], 1, { discount: '1.00' })], note: 'two lines of one SKU' }),
    control.create({ lines: [line('NOT-IN-RMS', 1, { title: 'Unknown to RMS', price: '9.90' })] }),
    control.create({ lines: [line(skus[3], 1)], financialStatus: 'VOIDED' }),
    control.create({ lines: [line(skus[4], 1)], test: true }),
    control.create({ lines: [line(skus[5], 2)] }),
  ];
  control.act('cancel', made[4].id, { refund: true, reason: 'CUSTOMER' });
  await poll(stack);
  showResults(await decided(stack, results, { since: 0 }));
  return made;
}

async function noon(stack, results, [twins]) {
  title('2. Orders are edited, refunded and cancelled; first a dry run shows what would change');
  const { control } = stack.shop;
  const orders = control.shop.views();
  control.act('edit', twins.id, { lines: [{ line: 0, quantity: 1 }] });
  control.act('edit', orders[1].id, { addLines: [line(control.shop.products.all[7].sku, 3)] });
  control.act('refund', orders[2].id, { lines: [{ line: 0, quantity: 1 }] });
  control.act('cancel', orders[3].id, { refund: true, reason: 'INVENTORY' });
  await poll(stack, ['--dry-run']);
  title('3. The same for real');
  const since = (await results.read()).length;
  await poll(stack);
  showResults((await decided(stack, results, { since })).filter((r) => r.reason !== 'unchanged'));
}

/** The actions that the shop's own counts call for, beside those that the status shows. */
async function compare(stack, results) {
  const orders = stack.shop.control.shop.views();
  const rms = await readRms(stack.rms, { shippingItem: settings.RMS_SHIPPING_ITEM });
  const refused = new Set((await results.read()).filter((r) => r.action === 'error').map((r) => r.order));
  const isCreated = (o) => !refused.has(String(o.id)) && !o.test && o.financialStatus !== 'VOIDED';
  return { orders, rms, differences: compareAll(orders, rms, isCreated) };
}

async function status(stack) {
  const reply = await fetch(`${stack.api}/api/v1/orders/polling/status`);
  return (await reply.json()).data;
}

async function evening(stack, results) {
  const { orders, rms, differences } = await compare(stack, results);
  title('4. The orders as RMS holds them');
  showRms(rms, orders);
  title('5. GET /api/v1/orders/polling/status');
  say(JSON.stringify(await status(stack), null, 2));
  title('6. Processes');
  showUsage(stack.usage());
  title('7. RMS beside the shop');
  if (differences.length) differences.forEach((d) => say(`  DIFFERENT  ${d}`));
  else say(`  ${orders.length} orders in the shop; every one that belongs into RMS is there, line by line and to the cent; stock agrees`);
  return differences.length;
}

function addresses(stack) {
  title('Look around');
  table(['what', 'where'], [
    ['dashboard', `${stack.api}/`],
    ['status', `${stack.api}/api/v1/orders/polling/status`],
    ['the shop, as it sees its orders', `${stack.shop.url}/control/orders`],
    ['RMS', `sqlite3 ${stack.rms.sqlite}`],
    ['Kafka', stack.kafka.brokers],
    ['token for writes', stack.apiToken],
    ['logs', `${stack.dir}/*.log`]]);
  title('In another terminal');
  for (const row of [
    `. ${writeEnv(stack)}`,
    'tillctl status',
    'tillctl explain 1009                  # refused: its SKU is not in RMS. Add it, and take the order again:',
    `sqlite3 ${stack.rms.sqlite} "INSERT INTO Alias (ItemID, Alias) VALUES (40, 'NOT-IN-RMS')"`,
    "tillctl dlq redrive --order '#1009'",
    'tillctl --help                        # what else there is']) say(`  ${row}`);
}

/** Until Ctrl-C: the shop lives on, a poll every ten seconds, each decision one line. */
async function live(stack, results) {
  addresses(stack);
  title('New orders every few seconds; Ctrl-C ends it');
  stack.shop.control.simulate({ everyMs: 3000, seed: 7 });
  let seen = (await results.read()).length;
  while (!isOver) {
    await new Promise((resolve) => { setTimeout(resolve, 10_000); });
    if (isOver) return;
    await stack.tillctlOk(['poll', '--json']);
    const all = await results.read();
    showResults(all.slice(seen).filter((r) => r.reason !== 'unchanged' && r.reason !== 'already_reported'));
    seen = all.length;
  }
}

async function main() {
  const begun = Date.now();
  onShutdown(async () => {
    isOver = true;
    say('\nEnding: services, Kafka, Redis; the folder is removed');
  });
  say('Starting');
  const stack = await startStack({ preset: 'release', env: settings, onStep: (step) => say(`  ${step}`) });
  const results = new Results(stack.kafka);
  say(`  ready after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  const differences = await stack.explaining(async () => {
    await noon(stack, results, await morning(stack, results));
    return evening(stack, results);
  });
  if (!isOnce) await live(stack, results);
  await stack.stop();
  process.exitCode = differences ? 1 : 0;
}

try {
  await main();
} catch (error) {
  if (!isOver) throw error;
}
