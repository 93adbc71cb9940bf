// Windows sent again with Kafka's own console tools, as docs/operations.md says: by moving the group and by copying;
// after RMS was restored from a backup; and dead letters after their remedy.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { runOk } from '../support/proc.mjs';
import { waitUntil } from '../support/wait.mjs';
import { explained, startPipeline, verdict } from './pipeline.mjs';
import { headersOf } from './results.mjs';

const orders = 'shopify.orders';
const letters = 'shopify.orders.dlq';
let pipeline;
let backup; // of RMS after the first poll
let morning; // before the first order was read
let noon; // after the backup
const check = (name, fn) => test(name, explained(() => pipeline, fn));

const tool = async (name, args, input) => {
  const { code, stdout, stderr } = await pipeline.stack.kafka.tool(name, args, { input, timeoutMs: 60_000 });
  assert.equal(code, 0, `${name} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
};

const printing = ['print.headers=true', 'print.key=true'].flatMap((property) => ['--formatter-property', property]);
const parsing = ['parse.headers=true', 'parse.key=true', 'null.marker=NO_HEADERS']
  .flatMap((property) => ['--reader-property', property]);
const produce = (input) => tool('kafka-console-producer', ['--topic', orders, ...parsing], input);

/** Deletes what is there and puts a copy of `file` in its place. */
function restore(file) {
  const { sqlite } = pipeline.stack.rms;
  for (const end of ['', '-wal', '-shm']) fs.rmSync(sqlite + end, { force: true });
  fs.copyFileSync(file, sqlite);
}

function changeSome(open, seed) {
  pipeline.shop.random({ count: 10, seed, statuses: ['PAID'] });
  for (const order of open.slice(0, 6)) pipeline.change('edit', order, { addLines: [{ sku: pipeline.sku(seed), quantity: 2 }] });
  pipeline.change('cancel', open[6], { refund: true });
  pipeline.change('refund', open[7], { amount: '1.00' });
}

before(async () => {
  pipeline = await startPipeline({ env: { KAFKA_SESSION_TIMEOUT_MS: '3000' } });
  await pipeline.stack.explaining(async () => {
    morning = new Date();
    const made = pipeline.shop.random({ count: 30, seed: 31, statuses: ['PAID'], details: true });
    pipeline.create({ lines: [{ sku: pipeline.sku(0), quantity: 1 }], note: 'a: b, "c"\t🍳\n\\n', shippingAddress: { city: '東京' } });
    await pipeline.poll();
    backup = path.join(pipeline.stack.dir, 'backup.db');
    await runOk(['sqlite3', pipeline.stack.rms.sqlite, `.backup ${backup}`]);
    noon = new Date();
    changeSome(made.slice(0, 10), 3);
    await pipeline.poll();
    changeSome(made.slice(10, 20), 4);
    await pipeline.poll();
    await pipeline.checkRms();
  });
});
after(() => pipeline?.stop());

/** The group's offsets set back to a time, with the reconciler stopped; resolves when all is read again. */
async function moveGroup(to, whileStopped = () => {}) {
  const { reconciler } = pipeline.stack;
  await reconciler.stop();
  whileStopped();
  await waitUntil(async () => { // a member with a fixed id keeps its place until its session has run out
    const said = await tool('kafka-consumer-groups', ['--group', 'reconciler', '--topic', orders, '--reset-offsets',
      '--to-datetime', to.toISOString().replace('Z', ''), '--execute']);
    assert.doesNotMatch(said, /Assignments can only be reset if the group/);
    return /\breconciler\s+shopify\.orders\s+\d+\s+\d+/.test(said);
  }, { what: 'the group to be moved', timeoutMs: 30_000, everyMs: 500 });
  const log = reconciler.output().length;
  await reconciler.start();
  const from = (await pipeline.orders.messages()).filter((m) => m.ts >= to.getTime()).length;
  const decided = () => reconciler.output().slice(log).split('"order.decided"').length - 1;
  await waitUntil(() => decided() === from, { what: () => `${from} messages to be decided again (${decided()})`, timeoutMs: 30_000 });
  return from;
}

const live = (stats) => Object.fromEntries(['total_polled', 'already_synced', 'newly_synced', 'updated', 'cancelled', 'skipped',
  'conflicts', 'sync_errors', 'in_flight'].map((name) => [name, stats[name]]));

check('by moving the group: nothing changes in RMS, nothing is counted twice', async () => {
  const [dump, stats] = [await pipeline.dump(), await pipeline.settled()];
  const count = await moveGroup(morning);
  assert.equal(count, stats.total_polled);
  assert.deepEqual(await pipeline.dump(), dump);
  await waitUntil(async () => (await pipeline.stats()).duplicate_results === stats.duplicate_results + count, {
    what: `${count} results to be dropped` });
  assert.deepEqual(live(await pipeline.stats()), live(stats));
});

check('RMS restored from a backup, and the group moved: RMS is as the shop is', async () => {
  const held = (await pipeline.rms()).orders.length;
  await moveGroup(morning, () => restore(backup));
  await pipeline.checkRms();
  assert.equal((await pipeline.rms()).orders.length, held);
});

/** {partition: offset} of a time, or of the end for a partition that has nothing after it. */
async function offsetsOf(time) {
  const read = async (when) => Object.fromEntries((await tool('kafka-get-offsets', ['--topic', orders, '--time', String(when)]))
    .trim().split('\n').filter(Boolean).map((row) => row.split(':').slice(1)));
  return { ...await read(-1), ...(await read(time)) };
}

/** Copies a part of the topic behind its end; resolves to the results of the copies, when they are there. */
async function copy(args, count) {
  const before = (await pipeline.results.messages()).length;
  const text = await tool('kafka-console-consumer', ['--topic', orders, ...args, '--timeout-ms', '5000', ...printing]);
  assert.equal(text.trimEnd().split('\n').length, count);
  await produce(text);
  let results = [];
  await waitUntil(async () => {
    results = (await pipeline.results.read()).slice(before);
    return results.length >= count;
  }, { what: () => `${count} results (${results.length})`, timeoutMs: 30_000 });
  return results;
}

check('by copying a closed window of a partition: told as replayed, nothing changes', async () => {
  const [dump, stats] = [await pipeline.dump(), await pipeline.settled()];
  const [from, to] = [await offsetsOf(noon.getTime()), await offsetsOf(-1)];
  const partition = Object.keys(to).sort((a, b) => (to[b] - from[b]) - (to[a] - from[a]))[0];
  const count = to[partition] - from[partition];
  assert.ok(count > 3, `${count} messages in the window`);
  const window = (await pipeline.orders.messages()).filter((m) => String(m.partition) === partition && m.ts >= noon.getTime());
  const results = await copy(['--partition', partition, '--offset', String(from[partition]), '--max-messages', String(count)], count);
  assert.deepEqual(results.map((r) => `${r.order} ${r.fetchedAt}`).sort(),
    window.map(({ value }) => JSON.parse(value)).map((o) => `${o.id} ${o.fetchedAt}`).sort());
  for (const result of results) {
    assert.equal(result.source, 'replay');
    assert.match(verdict(result), /^skipped (unchanged|stale|cancelled_before_create)$/);
    assert.equal(String(result.srcPartition), partition, 'the copy stands where the original does');
  }
  assert.deepEqual(await pipeline.dump(), dump);
  await waitUntil(async () => {
    const now = await pipeline.stats();
    return now.replayed_already_synced + now.replayed_skipped === count;
  }, { what: `${count} replayed results to be counted` });
  assert.deepEqual(live(await pipeline.stats()), live(stats));
});

check('copies are the originals, byte for byte', async () => {
  const messages = await pipeline.orders.messages();
  const of = (m) => [m.partition, m.key, m.value, m.headers].join('\n');
  const originals = new Set(messages.filter((m) => m.ts === Date.parse(JSON.parse(m.value).fetchedAt)).map(of));
  const copies = messages.filter((m) => m.ts !== Date.parse(JSON.parse(m.value).fetchedAt));
  assert.ok(copies.length > 3);
  for (const message of copies) assert.ok(originals.has(of(message)), message.value);
});

check('RMS restored from a backup, and all copied: RMS is as the shop is', async () => {
  const { reconciler } = pipeline.stack;
  const held = (await pipeline.rms()).orders.length;
  await reconciler.stop();
  restore(backup);
  await reconciler.start();
  const count = (await pipeline.orders.messages()).length;
  const results = await copy(['--from-beginning', '--max-messages', String(count)], count);
  assert.ok(results.some((r) => r.action === 'created') && results.some((r) => r.action === 'updated'));
  await pipeline.checkRms();
  assert.equal((await pipeline.rms()).orders.length, held);
});

check('a dead letter says why, and goes through once its remedy was found', async () => {
  const line = { sku: 'NEW-IN-SHOP', quantity: 2, price: '12.50', title: 'Teapot, "blue"' };
  const order = pipeline.create({ lines: [{ sku: pipeline.sku(0) }, line], tax: { rate: '0.13' } });
  const other = pipeline.create({ lines: [{ sku: 'NOT-IN-RMS', price: '1.00' }] });
  assert.deepEqual(await pipeline.verdicts([order, other]), ['error unknown_sku', 'error unknown_sku']);
  const [letter] = (await pipeline.letters.messages()).filter((m) => m.key.endsWith(`/${order.id}`));
  const headers = headersOf(letter);
  assert.deepEqual([headers['dlq.topic'], headers['dlq.reason'], headers.source], [orders, 'unknown_sku', 'trigger']);
  assert.match(headers['dlq.detail'], /NEW-IN-SHOP.*add the item or an alias/);
  await pipeline.changeRms(`INSERT INTO "Item" ("ItemLookupCode", "Description", "TaxID", "Price", "Taxable")
    SELECT 'NEW-IN-SHOP', 'Teapot', "TaxID", 12.5, 1 FROM "Item" WHERE "Taxable" = 1 LIMIT 1`);
  const text = await tool('kafka-console-consumer', ['--topic', letters, '--from-beginning', '--timeout-ms', '5000',
    ...printing]);
  const own = text.split('\n').filter((row) => row.includes(`/${order.id}\t`)).join('\n');
  await produce(`${own}\n`);
  let result;
  await waitUntil(async () => {
    result = (await pipeline.results.read()).filter((r) => r.order === String(order.id)).at(-1);
    return result.action !== 'error';
  }, { what: () => `the order to go through (${result.detail})`, timeoutMs: 20_000 });
  assert.deepEqual([verdict(result), result.source], ['created', 'replay']);
  await pipeline.checkRms((o) => o.id !== other.id);
  assert.deepEqual(await pipeline.verdicts([order, other]), ['skipped unchanged', 'skipped already_reported']);
});
