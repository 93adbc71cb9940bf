// tillctl explain on the real pipeline: each kind of order, what is said of it and what to do, and that it only looks.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { explained, startPipeline } from '../e2e/pipeline.mjs';
import { freePort } from '../support/ports.mjs';
import { runOk } from '../support/proc.mjs';
import { waitUntil } from '../support/wait.mjs';

let pipeline;
const orders = {};
before(async () => {
  pipeline = await startPipeline();
  await pipeline.stack.explaining(aDay);
});
after(() => pipeline?.stop());
const check = (name, fn) => test(name, explained(() => pipeline, fn));
const line = (n, quantity = 1, more = {}) => ({ sku: pipeline.sku(n), quantity, ...more });
const paid = { tax: { rate: '0.13' }, shipping: { title: 'Standard', price: '5.95' } };
const unknown = { sku: 'NOT-IN-RMS', quantity: 1, price: '3.00' };

async function aDay() {
  for (const name of ['kept', 'edited', 'cancelled', 'deposit', 'replayed']) {
    orders[name] = pipeline.create({ ...paid, lines: [line(0, 2), line(1, 3)] });
  }
  orders.adopted = pipeline.create({ lines: [line(6, 2)] });
  orders.refused = pipeline.create({ ...paid, lines: [line(2), unknown] });
  orders.unpaid = pipeline.create({ lines: [line(3)], financialStatus: 'VOIDED' });
  await adoptable(orders.adopted);
  await pipeline.poll();
  pipeline.change('edit', orders.edited, { lines: [{ line: 0, quantity: 5 }, { line: 1, remove: true }] });
  pipeline.change('cancel', orders.cancelled, { refund: true });
  await pipeline.changeRms(`UPDATE "Order" SET "Deposit" = 5 WHERE "ReferenceNumber" = 'SHOPIFY-${orders.deposit.id}'`);
  pipeline.change('edit', orders.deposit, { lines: [{ line: 0, quantity: 7 }] });
  pipeline.change('edit', orders.replayed, { lines: [{ line: 0, quantity: 9 }] });
  await pipeline.poll();
}

/** An order as an earlier integration left it in RMS. */
async function adoptable(order) {
  const item = `(SELECT "ID" FROM "Item" WHERE "ItemLookupCode" = '${pipeline.sku(6)}')`;
  const made = '(SELECT max("ID") FROM "Order")';
  await pipeline.changeRms(`
    INSERT INTO "Order" ("StoreID", "Type", "ChannelType", "ReferenceNumber", "Total") VALUES (1, 2, 2, 'SHOPIFY-${order.id}', 1);
    INSERT INTO "OrderEntry" ("OrderID", "ItemID", "StoreID", "QuantityOnOrder", "Price") VALUES (${made}, ${item}, 1, 1, 1);`);
}

const run = (args, env = {}) => pipeline.stack.tillctl(['explain', ...args], { env: { LOG_LEVEL: 'error', ...env } });

async function explain(order, ...args) {
  const { code, stdout, stderr } = await run([order.name ?? order, ...args]);
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  return stdout;
}

const json = async (order) => JSON.parse(await explain(order, '--json'));
/** What stands under a heading. */
const part = (text, heading) => text.split(/\n\n/).find((block) => block.startsWith(`${heading}\n`)) ?? '';
const summary = (text) => text.split('\n\n')[0];

check('an order that RMS holds: by name, by number, by id', async () => {
  const text = await explain(orders.kept);
  assert.equal(summary(text), `${orders.kept.name}  ${pipeline.stack.shopName}/${orders.kept.id}\n  RMS holds what the shop says`);
  const said = part(text, 'Shopify said last');
  assert.match(said, /^ {2}messages +2$/m);
  assert.match(said, /^ {2}status +PAID, UNFULFILLED$/m);
  assert.match(said, /^ {2}MUG-STONE-350 +2 +14\.50 +Stoneware mug 350 ml$/m);
  const rms = part(text, 'RMS holds');
  assert.match(rms, new RegExp(`^ {2}order +\\d+, open, SHOPIFY-${orders.kept.id}$`, 'm'));
  assert.match(rms, /^ {2}\d+ +1 \(MUG-STONE-350\) +2\.00 +0\.00 .* line \d+ \(MUG-STONE-350\)$/m);
  assert.match(rms, /^ {2}\d+ +\d+ \(SHIPPING\) .* shipping$/m);
  assert.match(part(text, 'tillbridge remembers'), /^ {2}applied to RMS +what the shop said last$/m);
  assert.match(part(text, 'What would happen now'), /^ {2}skipped unchanged$/m);
  assert.doesNotMatch(text, /Dead letters|\x1b/);
  for (const name of [orders.kept.name.slice(1), orders.kept.id]) assert.equal(await explain(name), text);
});

check('decisions are told newest first', async () => {
  const text = part(await explain(orders.edited), 'Last decisions, newest first');
  assert.deepEqual(text.split('\n').slice(1).map((row) => row.replace(/^.* UTC {2}/, '')), ['updated (trigger)', 'created (trigger)']);
  assert.match(await explain(orders.cancelled), /\n {2}we closed the order in RMS as the shop cancelled it\n/);
  assert.match(part(await explain(orders.cancelled), 'RMS holds'), /closed by us/);
});

check('a refused order: why, what to do, and that doing it helps', async () => {
  const text = await explain(orders.refused);
  assert.match(summary(text), /\n {2}refused: unknown_sku\n.*SKU "NOT-IN-RMS" is in RMS neither as item lookup code nor as alias: add the item or an alias, then redrive the order$/);
  assert.equal(part(text, 'RMS holds'), 'RMS holds\n  nothing');
  assert.match(part(text, 'tillbridge remembers'), /^ {2}held for +unknown_sku: /m);
  assert.match(part(text, 'Dead letters, newest first'), /^ {2}\S+ \S+ UTC {2}unknown_sku, at \[\d+\] offset \d+$/m);
  assert.match(part(text, 'What would happen now'), /^ {2}error unknown_sku$/m);

  await pipeline.changeRms(`INSERT INTO "Alias" ("ItemID", "Alias") VALUES (12, 'NOT-IN-RMS')`);
  const mended = await explain(orders.refused);
  const [, lookback] = summary(mended).match(/\n {2}RMS is behind: now it would be created\n {2}it was held for unknown_sku; nothing is in the way now\n {2}tillctl poll --lookback (\d+) reads it again$/);
  assert.match(part(mended, 'What would happen now'), /\n {2}created\n {2}new Order +StoreID +1\n/);
  assert.match(part(mended, 'What would happen now'), /\n {2}Item 12 +QuantityCommitted +\+1\.00$/m);
  await pipeline.stack.tillctlOk(['poll', '--lookback', lookback]);
  assert.match(summary(await explain(orders.refused)), /\n {2}RMS holds what the shop says$/);
});

check('a conflict: what staff did, and what to do', async () => {
  const text = await explain(orders.deposit);
  assert.match(summary(text), /\n {2}left to staff: has_deposit\n {2}RMS order \d+: a deposit was taken on the order; change the order by hand in RMS$/);
  assert.match(part(text, 'RMS holds'), /deposit 5\.00/);
  assert.match(part(text, 'tillbridge remembers'), /^ {2}applied to RMS +another content of the order$/m);

  await pipeline.changeRms(`UPDATE "Order" SET "Deposit" = 0 WHERE "ReferenceNumber" = 'SHOPIFY-${orders.deposit.id}'`);
  const freed = await explain(orders.deposit);
  assert.match(summary(freed), /\n {2}RMS is behind: now it would be updated\n {2}it was held for has_deposit; nothing is in the way now\n/);
  assert.match(part(freed, 'What would happen now'), /QuantityOnOrder +2\.00 -> 7\.00$/m);
});

check('an order of an earlier integration is shown as ours once it was adopted', async () => {
  const text = await explain(orders.adopted);
  assert.match(summary(text), /RMS holds what the shop says/);
  assert.match(part(text, 'RMS holds'), /^ {2}1 +\d+ \(\S+\) +2\.00 .* line \d+ \(\S+\)$/m);
  assert.match(part(text, 'Last decisions, newest first'), /\n {2}\S+ \S+ UTC {2}updated \(trigger\)$/);
});

check('staff\'s own entries and deleted ones are told apart', async () => {
  const { rms: { orders: [{ id }] }, guard: { lines } } = await json(orders.kept);
  const gone = lines.find(({ line: of }) => of !== '0').entry;
  await pipeline.changeRms(`
    INSERT INTO "OrderEntry" ("OrderID", "ItemID", "StoreID", "QuantityOnOrder", "Description") VALUES (${id}, 7, 1, 1, 'By hand');
    DELETE FROM "OrderEntry" WHERE "ID" = ${gone};`);
  const text = await explain(orders.kept);
  assert.match(part(text, 'RMS holds'), /By hand +not ours$/m);
  assert.match(part(text, 'tillbridge remembers'), new RegExp(`^ {2}entry gone +${gone}, line \\d+ \\(MUG-STONE-350\\)$`, 'm'));
});

check('a skip is no trouble, and says what it waits for', async () => {
  const text = await explain(orders.unpaid);
  assert.match(summary(text), /\n {2}nothing is to be done\n {2}its financial status is not in ALLOWED_ORDER_FINANCIAL_STATUSES\n {2}wait for the payment, or add the status to the setting$/);
  const { code, stdout } = await run([orders.unpaid.name], { ALLOWED_ORDER_FINANCIAL_STATUSES: 'PAID,VOIDED' });
  assert.equal(code, 0);
  assert.match(summary(stdout), /RMS is behind: now it would be created/); // the plan is made by the settings it is given
});

/** Puts a message on shopify.orders as a console tool would. */
async function produce(key, value, more = []) {
  await runOk(['kcat', '-b', pipeline.stack.kafka.brokers, '-P', '-t', 'shopify.orders', '-k', key, '-q', '-D', '\x1e',
    '-X', 'topic.partitioner=murmur2_random', '-X', 'message.max.bytes=9437184', ...more], { input: value });
}
const keyOf = (order) => `${pipeline.stack.shopName}/${order.id}`;
const messagesOf = async (order) => (await pipeline.orders.messages()).filter(({ key }) => key === keyOf(order));
const decidedOn = async (order, verdict) => {
  const { decisions } = await json(order);
  return decisions[0].action === verdict || decisions[0].reason === verdict;
};

check('an older version sent again is not taken for what the shop said last', async () => {
  const [first] = await messagesOf(orders.replayed);
  const before = await json(orders.replayed);
  await produce(keyOf(orders.replayed), first.value);
  await waitUntil(() => decidedOn(orders.replayed, 'stale'), { what: 'the replay to be decided on' });
  const now = await json(orders.replayed);
  assert.equal(now.shopify.messages, before.shopify.messages + 1);
  assert.deepEqual(now.shopify.newest, before.shopify.newest);
  assert.equal(now.decisions[0].source, 'replay');
  assert.equal(now.summary.what, 'RMS holds what the shop says');
});

check('a message that waits for the reconciler is told, until it is decided on', async () => {
  const [, last] = await messagesOf(orders.edited);
  await pipeline.stack.reconciler.stop();
  await produce(keyOf(orders.edited), last.value);
  const { offset, partition } = (await messagesOf(orders.edited)).at(-1);
  assert.match(summary(await explain(orders.edited)), new RegExp(`\\n {2}waits for the reconciler\\n {2}the message at shopify\\.orders \\[${partition}\\] offset ${offset} was not decided on yet\\n {2}see that tillbridge-reconciler runs`));
  await pipeline.stack.reconciler.start();
  await waitUntil(async () => !/waits/.test(summary(await explain(orders.edited))), { what: 'it to be decided on' });
});

check('a message that can\'t be read is told, byte for byte in the dead letters', async () => {
  const text = `{"v":1,"junk":"${Array.from({ length: 8.4 * 1024 * 1024 / 36 }, () => crypto.randomUUID()).join('')}"}`;
  assert.ok(text.length > 8.3 * 1024 * 1024); // nearly what the topic takes, and nothing to compress
  await produce(keyOf(orders.unpaid), text);
  await waitUntil(async () => (await json(orders.unpaid)).dead_letters.length === 1, { what: 'the dead letter', timeoutMs: 30_000 });
  const [letter] = (await pipeline.letters.messages()).filter(({ key }) => key === keyOf(orders.unpaid));
  assert.ok(letter.value === text, 'the dead letter is the message');
  const shown = await explain(orders.unpaid);
  assert.match(part(shown, 'Shopify said last'), /^ {2}messages +\d+, 1 can't be read \(.+\)$/m);
  assert.match(part(shown, 'Dead letters, newest first'), /malformed/);
  assert.match(summary(shown), /nothing is to be done/); // what was readable still stands
});

check('two orders of one name are listed, to be asked for by id', async () => {
  const twin = pipeline.create({ ...paid, name: orders.kept.name, lines: [line(5)] });
  await pipeline.poll();
  for (const args of [[orders.kept.name], [orders.kept.name.slice(1)]]) {
    const { code, stdout, stderr } = await run(args);
    assert.equal(code, 2);
    assert.match(stderr, /^tillctl: explain: #?\d+ is the name of 2 orders; give the id/);
    for (const order of [orders.kept, twin]) assert.match(stdout, new RegExp(`^${order.id} +${pipeline.stack.shopName} +${order.name} `, 'm'));
  }
  const { stdout } = await run([orders.kept.name, '--json']);
  assert.deepEqual(JSON.parse(stdout).orders.map(({ order }) => order).sort(), [orders.kept.id, twin.id].map(String).sort());
  assert.equal((await json(String(twin.id))).summary.what, 'RMS holds what the shop says');
});

check('what is not known', async () => {
  for (const args of [['9999'], ['#9999'], ['no such name'], [orders.kept.name, '--shop', 'other.example']]) {
    const { code, stdout, stderr } = await run(args);
    assert.equal(code, 1, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^tillctl: explain: no order .* is known of \S+, neither to the topics nor to RMS/);
  }
  assert.equal((await run([])).code, 2);
});

check('without SHOPIFY_SHOP the id is looked for in all shops', async () => {
  const { code, stdout } = await run([String(orders.edited.id)], { SHOPIFY_SHOP: '' });
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^${orders.edited.name} {2}${pipeline.stack.shopName}/${orders.edited.id}\n`));
});

check('it changes nothing', async () => {
  const dump = await pipeline.dump({ withGuard: true });
  for (const order of Object.values(orders)) await explain(String(order.id));
  assert.deepEqual(await pipeline.dump({ withGuard: true }), dump);
});

check('without RMS it shows the rest and ends with 3', async () => {
  const { code, stdout, stderr } = await run([orders.deposit.name], { RMS_ODBC: 'Driver=SQLite3;Database=/no/such/rms.db' });
  assert.equal(code, 3);
  assert.match(stderr, /^tillctl: RMS: .*check the path/);
  assert.match(summary(stdout), /\n {2}last decided: .*\n.*RMS could not be asked$/);
  assert.match(part(stdout, 'RMS holds'), /^ {2}could not be looked at: /m);
  assert.match(part(stdout, 'Shopify said last'), /MUG-STONE-350/);
});

check('without Kafka it shows RMS and ends with 3', async () => {
  const env = { KAFKA_BROKERS: `127.0.0.1:${await freePort()}` };
  const { code, stdout, stderr } = await run([String(orders.deposit.id)], env);
  assert.equal(code, 3);
  assert.equal(stderr.match(/Connection refused/g).length, 3);
  assert.match(part(stdout, 'RMS holds'), /deposit 0\.00/);
  assert.match(part(stdout, 'Shopify said last'), /could not be looked at/);
  const { unreached, decisions } = JSON.parse((await run([String(orders.deposit.id), '--json'], env)).stdout);
  assert.deepEqual(unreached.map((each) => each.part), ['shopify.orders', 'rms.results', 'shopify.orders.dlq']);
  assert.deepEqual(decisions, []);
  const byName = await run([orders.deposit.name], env);
  assert.equal(byName.code, 3);
  assert.match(byName.stderr, /which order #\d+ is can't be looked up: .*Connection refused/);
});
