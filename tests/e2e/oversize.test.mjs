// Messages whose key, texts or headers are as large as the topic takes: what the worker says of them must stay small,
// or no result and no dead letter could be written and the partition would stand still.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test, { after, before } from 'node:test';
import { waitUntil } from '../support/wait.mjs';
import { startPipeline, verdict } from './pipeline.mjs';
import { headersOf } from './results.mjs';

const partition = 1;
const large = randomBytes(2_500_000).toString('hex'); // 5 MB that hardly compress
let pipeline;
let good;

before(async () => {
  pipeline = await startPipeline();
  pipeline.create({ lines: [{ sku: pipeline.sku(0), quantity: 1 }] });
  await pipeline.poll();
  good = JSON.parse((await pipeline.orders.messages())[0].value);
});
after(() => pipeline?.stop());

const numbered = (id, more = {}) => ({ ...structuredClone(good), id: String(id), name: `#${id}`, ...more });

/** Sends one message and gives its result. */
async function resultOf(message) {
  const producer = (await pipeline.stack.kafka.client()).producer();
  await producer.connect();
  const [{ baseOffset }] = await producer.send({ topic: 'shopify.orders', acks: -1, messages: [{ partition, ...message }] });
  await producer.disconnect();
  const mine = (r) => r.srcPartition === partition && r.srcOffset === Number(baseOffset);
  let result;
  await waitUntil(async () => { result = (await pipeline.results.read()).find(mine); return result; },
    { what: 'its result', timeoutMs: 20_000, everyMs: 200 });
  return result;
}

const asMessage = (order, more = {}) => ({ key: `${order.shop}/${order.id}`, value: JSON.stringify(order), ...more });

async function nextIsBooked(id) {
  assert.equal((await resultOf(asMessage(numbered(id)))).action, 'created');
}

test('a key of 5 MB: refused, the letter says what was left out', async () => {
  const result = await resultOf({ key: large, value: 'x' });
  assert.equal(verdict(result), 'error malformed');
  const letter = (await pipeline.letters.messages()).find((l) => headersOf(l)['dlq.offset'] === String(result.srcOffset));
  assert.match(headersOf(letter)['dlq.left_out'], /too large/);
  await nextIsBooked(9001);
});

test('a title of 5 MB on a line that is refused: the detail stays short', async () => {
  const order = numbered(9002, { lines: [{ ...good.lines[0], sku: 'NO-SUCH', title: large }] });
  const result = await resultOf(asMessage(order));
  assert.equal(verdict(result), 'error unknown_sku');
  assert.ok(result.detail.length < 400, `${result.detail.length} characters`);
  await nextIsBooked(9003);
});

test('a poll id of 5 MB: left out of the result', async () => {
  const result = await resultOf(asMessage(numbered(9004), { headers: { poll_id: large } }));
  assert.equal(result.action, 'created');
  assert.equal(result.pollId, undefined);
  await nextIsBooked(9005);
});

test('a name over 255 bytes: refused', async () => {
  const result = await resultOf(asMessage(numbered(9006, { name: 'x'.repeat(256) })));
  assert.equal(verdict(result), 'error malformed');
  assert.match(result.detail, /over 255 bytes/);
  await nextIsBooked(9007);
});

test('a damaged row of our own table: only that order is refused', async () => {
  const { runOk } = await import('../support/proc.mjs');
  await runOk(['sqlite3', '-cmd', '.timeout 20000', pipeline.stack.rms.sqlite,
    "UPDATE tillbridge_guard SET line_map = 'junk' WHERE order_id = 9001"]);
  const result = await resultOf(asMessage(numbered(9001, { updatedAt: new Date().toISOString() })));
  assert.equal(verdict(result), 'error rms_refused');
  assert.match(result.detail, /damaged/);
  await nextIsBooked(9008);
});
