// One reconciler on each database: orders per second from the first message to the last order in RMS, beside the same
// rows written by the database's own tool in transactions of the same size with the same durability.
import fs from 'node:fs';
import path from 'node:path';
import { binary } from '../support/paths.mjs';
import { startKafka } from '../support/kafka.mjs';
import { makeRunDir, makeSubdir } from '../support/rundir.mjs';
import { Proc, runOk } from '../support/proc.mjs';
import { waitUntil } from '../support/wait.mjs';
import { databases } from './databases.mjs';
import { keyOf, orderOf } from './orders.mjs';

const count = Number(process.argv[2] ?? 20000);
const wanted = process.argv[3] ?? '';
const dir = makeRunDir('bench');
const orders = path.join(dir, 'orders.tsv');
const group = 100;

const seconds = (since) => (performance.now() - since) / 1000;

async function writeOrders(file) {
  const out = fs.createWriteStream(file);
  let lines = 0;
  for (let n = 1; n <= count; n += 1) {
    const order = orderOf(n);
    lines += order.lines.length;
    if (!out.write(`${keyOf(order)}\t${JSON.stringify(order)}\n`)) await new Promise((r) => { out.once('drain', r); });
  }
  await new Promise((r) => { out.end(r); });
  return lines;
}

/** A broker that holds all orders and nothing else. */
async function startFilled(name) {
  const kafka = await startKafka({ dir: makeSubdir(dir, `${name}-kafka`) });
  await kafka.createTopics({ 'shopify.orders': { partitions: 6 }, 'rms.results': { partitions: 6 },
    'shopify.orders.dlq': { partitions: 6 } });
  await runOk(['kcat', '-b', kafka.brokers, '-P', '-t', 'shopify.orders', '-K', '\t', '-X', 'partitioner=murmur2_random',
    '-z', 'zstd', '-l', orders], { timeoutMs: 300_000 });
  return kafka;
}

/** Results produced so far: the sum of the partitions' ends. */
async function results(kafka) {
  const { stdout } = await kafka.tool('kafka-get-offsets', ['--topic', 'rms.results']);
  return stdout.trim().split('\n').reduce((sum, row) => sum + Number(row.split(':')[2]), 0);
}

async function runReconciler(kafka, rms, name) {
  const env = { ...process.env, KAFKA_BROKERS: kafka.brokers, RMS_ODBC: rms.odbc,
    BATCH_MAX_ORDERS: String(group), LOG_LEVEL: 'warn', HEALTH_LISTEN: '' };
  const begun = performance.now();
  const proc = new Proc({ name: 'reconciler', command: [binary('tillbridge-reconciler', 'release')], env,
    log: path.join(dir, `reconciler-${name}.log`) });
  const done = async () => Number(await rms.ask('SELECT count(*) FROM tillbridge_guard')) === count;
  await waitUntil(done, { what: 'every order to be in RMS', timeoutMs: 1_800_000, everyMs: 100,
    giveUp: () => (proc.isAlive ? '' : 'the reconciler ended') });
  const took = seconds(begun);
  const usage = proc.usage();
  await proc.stop();
  return { took, usage };
}

async function limit(make, folder) {
  const rms = await make(folder);
  const script = rms.script(count, group);
  const begun = performance.now();
  await rms.run(script);
  const took = seconds(begun);
  await rms.stop();
  return took;
}

async function measure({ name, tool, make }) {
  const kafka = await startFilled(name);
  const rms = await make(makeSubdir(dir, name));
  await runOk([binary('tillctl', 'release'), 'schema', 'install'], { env: { ...process.env, RMS_ODBC: rms.odbc } });
  const ours = await runReconciler(kafka, rms, name);
  const told = await results(kafka);
  await rms.stop();
  await kafka.stop();
  if (told !== count) throw new Error(`${name}: ${told} results for ${count} orders`);
  const theirs = await limit(make, makeSubdir(dir, `${name}-limit`));
  console.log(`one reconciler on ${name}: ${(count / ours.took).toFixed(0)} orders/s in ${ours.took.toFixed(1)} s, start and group join included`);
  console.log(`  CPU ${((ours.usage.cpuMs / 1000) * (10000 / count)).toFixed(2)} s per 10,000 orders, peak RSS ${(ours.usage.peakRssKb / 1024).toFixed(1)} MB`);
  console.log(`  the same rows by ${tool}: ${(count / theirs).toFixed(0)} orders/s; ratio ${(theirs / ours.took).toFixed(2)}`);
}

const lines = await writeOrders(orders);
console.log(`orders ${count}, lines ${lines} (${(lines / count).toFixed(1)} an order), groups of ${group}`);
for (const database of databases)
  if (database.name.toLowerCase().startsWith(wanted.toLowerCase())) await measure(database);
