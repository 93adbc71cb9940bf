// Staff hold an order's rows in an open transaction (PostgreSQL): the order is put aside and the others of its partition go
// on; it is tried again until it can be written, or becomes a dead letter; every message is counted once.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { waitUntil } from '../support/wait.mjs';
import { assertCounted, firstResults } from './counting.mjs';
import { explained, startPipeline, verdict } from './pipeline.mjs';
import { headersOf, Results } from './results.mjs';
import { holdRms } from './staff.mjs';

const partitions = 1; // so that all orders stand behind the one that is held
const maxAttempts = 1;
const env = { RMS_TIMEOUT_S: '3', RETRY_BASE_S: '1', RETRY_MAX_S: '2' };
let pipeline;
let aside;
const check = (name, fn) => test(name, explained(() => pipeline, fn));

before(async () => {
  pipeline = await startPipeline({ rms: 'postgres', partitions, reconcilerEnv: env });
  aside = new Results(pipeline.stack.kafka, 'shopify.orders.retry');
});
after(() => pipeline?.stop());

const quantity = (n) => ({ lines: [{ line: 0, quantity: n }] });
const make = (n) => pipeline.create({ lines: [{ sku: pipeline.sku(n), quantity: 1 }] });
const hold = async (order) => holdRms(pipeline.stack.rms,
  `SELECT * FROM "Order" WHERE "ReferenceNumber" = 'SHOPIFY-${order.id}' FOR UPDATE`);

/** Runs `work` while staff hold the order, then lets it go. */
async function whileHeld(order, work) {
  const staff = await hold(order);
  try {
    return await work(staff);
  } finally {
    await staff.rollback();
  }
}

const resultsOf = async (order) => (await pipeline.results.read()).filter((r) => r.order === String(order.id));
const settledOf = async (order) => firstResults(await pipeline.results.messages()).filter((r) => r.order === String(order.id));

async function waitForPending(order, from) {
  return waitUntil(async () => (await resultsOf(order)).slice(from).find((r) => r.pending), {
    what: `${order.name} to be put aside`, timeoutMs: 60_000, everyMs: 200 });
}

let held;
let others;

check('the order held is put aside, the others of the partition go on', async () => {
  held = make(1);
  others = [make(2), make(3)];
  await pipeline.poll();
  for (const order of [held, ...others]) pipeline.change('edit', order, quantity(4));
  await whileHeld(held, async () => {
    await pipeline.publish();
    const waiting = await waitForPending(held, 1);
    assert.equal(`${waiting.action} ${waiting.reason}`, 'error locked');
    await waitUntil(async () => (await Promise.all(others.map(settledOf))).every((r) => r.at(-1).action === 'updated'), {
      what: 'the others to be updated', timeoutMs: 60_000, everyMs: 200 });
    assert.equal((await settledOf(held)).length, 1, 'it is decided on although it is held');
    await waitUntil(async () => (await pipeline.stats()).in_flight === 1, { what: 'one order to be in flight' });
    await waitUntil(async () => (await aside.messages()).some((m) => headersOf(m).attempt === '2'), {
      what: 'a second try', timeoutMs: 60_000, everyMs: 200 });
  });
  await pipeline.settled();
  assert.deepEqual((await settledOf(held)).map(verdict), ['created', 'updated']);
  await pipeline.checkRms();
  await assertCounted(pipeline);
});

check('what stands in the retry topic says when, why, which try, and where it came from', async () => {
  const [first, second] = await aside.messages();
  const source = (await settledOf(held)).at(-1);
  const headers = headersOf(first);
  assert.deepEqual([headers.attempt, headers['retry.reason'], headers['retry.topic']], ['1', 'locked', 'shopify.orders']);
  assert.deepEqual([headers['retry.partition'], headers['retry.offset']], [String(source.srcPartition), String(source.srcOffset)]);
  assert.equal(Date.parse(headers['retry.timestamp']), Date.parse(source.publishedAt));
  assert.ok(Date.parse(headers['retry.not_before']) > first.ts - 1000, headers['retry.not_before']);
  assert.equal(headers.poll_id, source.pollId);
  assert.deepEqual([headersOf(second).attempt, headersOf(second)['retry.offset']], ['2', headers['retry.offset']]);
  assert.deepEqual(second.valueBytes, first.valueBytes);
  assert.ok(source.attempts >= 3, `${source.attempts} tries`);
});

check('a newer version applied meanwhile makes it stale', async () => {
  const [from, inTopic] = [(await resultsOf(held)).length, (await aside.messages()).length];
  const { reconciler } = pipeline.stack;
  await reconciler.restart({ env: { RETRY_BASE_S: '600', RETRY_MAX_S: '600' } }); // long enough for the newer one to be first
  pipeline.change('edit', held, quantity(5));
  await whileHeld(held, async () => {
    await pipeline.publish();
    await waitForPending(held, from);
  });
  pipeline.change('edit', held, quantity(6));
  await pipeline.publish();
  await waitUntil(async () => (await settledOf(held)).length >= 3, { what: 'the newer version', timeoutMs: 60_000, everyMs: 200 });
  await reconciler.restart(); // by its own settings it waits for two seconds at most
  await pipeline.settled();
  const [late] = (await settledOf(held)).slice(-1);
  assert.equal(verdict(late), 'skipped stale');
  assert.ok((await settledOf(held)).some((r) => verdict(r) === 'updated' && r.srcOffset > late.srcOffset));
  assert.ok((await aside.messages()).length > inTopic);
  await pipeline.checkRms();
  await assertCounted(pipeline);
});

check('held for too long it becomes a dead letter, and is applied when it is redriven', async () => {
  const { reconciler } = pipeline.stack;
  await reconciler.restart({ env: { RETRY_MAX_ATTEMPTS: String(maxAttempts) } });
  pipeline.change('edit', held, quantity(7));
  let letter;
  await whileHeld(held, async () => {
    await pipeline.publish();
    letter = await waitUntil(async () => (await pipeline.letters.messages()).at(-1), {
      what: 'a dead letter', timeoutMs: 90_000, everyMs: 200 });
  });
  await pipeline.settled();
  const [last] = (await settledOf(held)).slice(-1);
  assert.equal(verdict(last), 'error locked');
  assert.equal(last.attempts, maxAttempts + 1);
  const headers = headersOf(letter);
  assert.deepEqual([headers['dlq.reason'], headers['dlq.topic'], headers['dlq.offset']], ['locked', 'shopify.orders', String(last.srcOffset)]);
  assert.deepEqual(Object.keys(headers).filter((name) => /^(retry\.|attempt$)/.test(name)), []);
  await assertCounted(pipeline);
  await redrive(letter);
  await pipeline.checkRms();
});

/** The letter as it is, sent to the orders again; resolves when it is decided on. */
async function redrive({ keyBytes, valueBytes }) {
  const before = (await settledOf(held)).length;
  const producer = (await pipeline.stack.kafka.client()).producer();
  await producer.connect();
  await producer.send({ topic: 'shopify.orders', messages: [{ key: keyBytes, value: valueBytes, partition: 0 }] });
  await producer.disconnect();
  await waitUntil(async () => (await settledOf(held)).length > before, { what: 'the letter to be decided on', timeoutMs: 60_000 });
  assert.deepEqual((await settledOf(held)).slice(before).map((r) => `${verdict(r)} ${r.source}`), ['updated replay']);
}

check('each result has its line in the log: order, message, poll', async () => {
  const line = (name, order, partition, offset, pollId) => `${name} ${order} ${partition}/${offset} ${pollId}`;
  const logged = new Set(pipeline.stack.reconciler.events().filter((e) => /^order\./.test(e.event))
    .map((e) => line(e.event, e.order, e.partition, e.src_offset, e.poll_id ?? '')));
  const missing = (await pipeline.results.read())
    .map((r) => line(r.pending ? 'order.put_aside' : 'order.decided', r.order, r.srcPartition, r.srcOffset, r.pollId ?? ''))
    .filter((text) => !logged.has(text));
  assert.deepEqual(missing, []);
  const retried = pipeline.stack.reconciler.events().filter((e) => e.event === 'batch.retry' && e.order);
  assert.ok(retried.every((e) => e.topic && e.offset >= 0 && e.poll_id), JSON.stringify(retried[0]));
  assert.ok(retried.length > 0);
});
