// One reconciler on SQLite: orders per second from the first message to the last committed offset, beside the same
// rows written by the sqlite3 shell in transactions of the same size with the same durability.
import fs from 'node:fs';
import path from 'node:path';
import { binary, inRoot } from '../support/paths.mjs';
import { startKafka } from '../support/kafka.mjs';
import { makeRunDir } from '../support/rundir.mjs';
import { Proc, runOk } from '../support/proc.mjs';
import { waitUntil } from '../support/wait.mjs';
import { keyOf, orderOf } from './orders.mjs';

const count = Number(process.argv[2] ?? 20000);
const dir = makeRunDir('bench');
const batch = 100;

const seconds = (since) => (performance.now() - since) / 1000;

async function publish(kafka) {
  const file = path.join(dir, 'orders.tsv');
  const out = fs.createWriteStream(file);
  let lines = 0;
  for (let n = 1; n <= count; n += 1) {
    const order = orderOf(n);
    lines += order.lines.length;
    if (!out.write(`${keyOf(order)}\t${JSON.stringify(order)}\n`)) await new Promise((r) => { out.once('drain', r); });
  }
  await new Promise((r) => { out.end(r); });
  await runOk(['kcat', '-b', kafka.brokers, '-P', '-t', 'shopify.orders', '-K', '\t', '-X', 'partitioner=murmur2_random',
    '-z', 'zstd', '-l', file], { timeoutMs: 300_000 });
  return lines;
}

/** Results produced so far: the sum of the partitions' ends. */
async function results(kafka) {
  const { stdout } = await kafka.tool('kafka-get-offsets', ['--topic', 'rms.results']);
  return stdout.trim().split('\n').reduce((sum, row) => sum + Number(row.split(':')[2]), 0);
}

async function runReconciler(kafka, rms) {
  const env = { ...process.env, KAFKA_BROKERS: kafka.brokers, RMS_ODBC: `Driver=SQLite3;Database=${rms}`,
    BATCH_MAX_ORDERS: String(batch), LOG_LEVEL: 'warn', HEALTH_LISTEN: '' };
  const begun = performance.now();
  const proc = new Proc({ name: 'reconciler', command: [binary('tillbridge-reconciler', 'release')], env,
    log: path.join(dir, 'reconciler.log') });
  const done = async () => Number((await runOk(['sqlite3', '-cmd', '.timeout 20000', rms,
    'SELECT count(*) FROM tillbridge_guard'])).stdout) === count;
  await waitUntil(done, { what: 'every order to be in RMS', timeoutMs: 1_800_000, everyMs: 100,
    giveUp: () => (proc.isAlive ? '' : 'the reconciler ended') });
  const took = seconds(begun);
  const usage = proc.usage();
  await proc.stop();
  return { took, usage };
}

/** The limit: what SQLite takes for as many rows of the same width, in transactions of as many orders. */
async function shellInserts(rms) {
  const sql = ['PRAGMA synchronous = FULL;'];
  for (let n = 1; n <= count; n += 1) {
    if (n % batch === 1) sql.push('BEGIN IMMEDIATE;');
    sql.push(`INSERT INTO "Order" ("ReferenceNumber","Comment","Total") VALUES ('LIMIT-${n}','Shopify #${n}, PAID',1);`);
    for (const line of orderOf(n).lines) {
      sql.push(`INSERT INTO "OrderEntry" ("OrderID","ItemID","Price","QuantityOnOrder","Description") VALUES (last_insert_rowid(),1,${line.unitPrice},1,'x');`);
      sql.push(`UPDATE "Item" SET "QuantityCommitted" = "QuantityCommitted" + 1 WHERE "ID" = ${1 + (n % 40)};`);
    }
    if (n % batch === 0 || n === count) sql.push('COMMIT;');
  }
  const begun = performance.now();
  await runOk(['sqlite3', '-bail', rms], { input: sql.join('\n'), timeoutMs: 600_000 });
  return seconds(begun);
}

const kafka = await startKafka({ dir });
await kafka.createTopics({ 'shopify.orders': { partitions: 6 }, 'rms.results': { partitions: 6 },
  'shopify.orders.dlq': { partitions: 6 } });
const lines = await publish(kafka);
const rms = path.join(dir, 'rms.db');
const limitDb = path.join(dir, 'limit.db');
for (const file of [rms, limitDb]) await runOk([inRoot('deploy/rms/make-db'), 'sqlite', file]);
await runOk([binary('tillctl', 'release'), 'schema', 'install'], { env: { ...process.env, RMS_ODBC: `Driver=SQLite3;Database=${rms}` } });
const ours = await runReconciler(kafka, rms);
const limit = await shellInserts(limitDb);
const told = await results(kafka);
await kafka.stop();
console.log(`orders ${count}, lines ${lines} (${(lines / count).toFixed(1)} an order), results ${told}`);
console.log(`one reconciler on SQLite: ${(count / ours.took).toFixed(0)} orders/s in ${ours.took.toFixed(1)} s, start and group join included`);
console.log(`  CPU ${((ours.usage.cpuMs / 1000) * (10000 / count)).toFixed(2)} s per 10,000 orders, peak RSS ${(ours.usage.peakRssKb / 1024).toFixed(1)} MB`);
console.log(`the same rows by the sqlite3 shell: ${(count / limit).toFixed(0)} orders/s; ratio ${(limit / ours.took).toFixed(2)}`);
