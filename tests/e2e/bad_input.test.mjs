// Messages that are no orders: each becomes a dead letter, byte for byte, with headers and a result that say why, and
// the next order goes on. The cases are the lines of bad_messages.tsv. (What Shopify may answer wrongly:
// fetcher_faults.test.mjs.)

import assert from 'node:assert/strict';
import fs from 'node:fs';
import test, { after, before, describe } from 'node:test';
import { waitUntil } from '../support/wait.mjs';
import { explained, startPipeline, verdict } from './pipeline.mjs';
import { headersOf } from './results.mjs';

const partition = 2;
const rows = fs.readFileSync(new URL('bad_messages.tsv', import.meta.url), 'utf8').split('\n')
  .filter((row) => row && !row.startsWith('#')).map((row) => row.split('\t'))
  .map(([name, message, outcome, detail]) => ({ name, message, outcome, detail }));
let pipeline;
let good; // a good order as the fetcher wrote it
let sent; // row -> {message, offset, next}: what was sent, where it stood, the good order after it

const keyOf = (order) => `${order.shop}/${order.id}`;
const numbered = (id) => ({ ...structuredClone(good), id: String(id), name: `#${id}` });
const holderOf = (order, path) => path.split('.').slice(0, -1).reduce((value, key) => value[key], order);
const lastOf = (path) => path.split('.').at(-1);
const bytesOf = (text) => Buffer.from(Buffer.from(text).toString('latin1')
  .replace(/\\?\\x([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1');

/** [pattern of a step, what it does to {order, key, value}] */
const steps = [
  [/^(\S+) := (.*)$/, (to, path, json) => {
    holderOf(to.order, path)[lastOf(path)] = JSON.parse(json.replaceAll('\\x', '\\\\x'));
  }],
  [/^(\S+) gone$/, (to, path) => { delete holderOf(to.order, path)[lastOf(path)]; }],
  [/^(\S+) long (\d+)$/, (to, path, bytes) => { to.order[path] = 'x'.repeat(Number(bytes)); }],
  [/^(\S+) times (\d+)$/, (to, path, count) => {
    to.order[path] = Array.from({ length: Number(count) }, (_, i) => ({ ...to.order[path][0], id: String(i + 1) }));
  }],
  [/^key (\S+)$/, (to, key) => { to.key = key.replace('%', to.order.id); }],
  [/^no key$/, (to) => { to.key = null; }],
  [/^no value$/, (to) => { to.value = null; }],
  [/^= (.*)$/, (to, text) => { to.value = bytesOf(text); }],
];

function messageOf({ name, message }, id) {
  const to = { order: numbered(id) };
  to.key = keyOf(to.order);
  for (const step of message.split(' ; ')) {
    const [pattern, apply] = steps.find(([p]) => p.test(step)) ?? assert.fail(`${name}: "${step}" is no step`);
    apply(to, ...pattern.exec(step).slice(1));
  }
  const value = to.value === undefined ? bytesOf(JSON.stringify(to.order)) : to.value;
  return { partition, key: to.key, value, headers: { origin: `test of ${name.replaceAll(',', '')}` } };
}

/** Each bad message with a good one behind it. */
async function send() {
  const producer = (await pipeline.stack.kafka.client()).producer();
  await producer.connect();
  const place = async (message) => {
    const [{ baseOffset }] = await producer.send({ topic: 'shopify.orders', acks: -1, messages: [message] });
    return Number(baseOffset);
  };
  sent = new Map();
  for (const [i, row] of rows.entries()) {
    const message = messageOf(row, 7000 + 2 * i);
    const next = numbered(7001 + 2 * i);
    sent.set(row, { message, offset: await place(message), next });
    await place({ partition, key: keyOf(next), value: JSON.stringify(next) });
  }
  await producer.disconnect();
}

let results;
let letters;
before(async () => {
  pipeline = await startPipeline();
  const line = (n, quantity) => ({ sku: pipeline.sku(n), quantity });
  pipeline.create({ lines: [line(0, 2), line(2, 1)], tax: { rate: '0.13' }, shipping: { price: '5.00' } });
  await pipeline.stack.explaining(async () => {
    await pipeline.poll();
    good = JSON.parse((await pipeline.orders.messages())[0].value);
    await send();
    await waitUntil(async () => {
      results = (await pipeline.results.read()).filter((r) => r.srcPartition === partition);
      return results.length >= 2 * rows.length;
    }, { what: () => `${2 * rows.length} results (${results?.length})`, timeoutMs: 30_000, everyMs: 200 });
    letters = await pipeline.letters.messages();
  });
});
after(() => pipeline?.stop());

function checkLetter({ outcome, name }, { message, offset }, result) {
  const found = letters.filter((letter) => headersOf(letter)['dlq.offset'] === String(offset));
  if (!outcome.startsWith('error')) return assert.equal(found.length, 0);
  assert.equal(found.length, 1, 'dead letters');
  const [letter] = found;
  assert.equal(letter.key, message.key);
  assert.deepEqual(letter.valueBytes, message.value, 'byte for byte');
  const { 'dlq.detail': detail, 'dlq.failed_at': failedAt, 'dlq.worker': worker, 'dlq.timestamp': time, ...rest } = headersOf(letter);
  assert.deepEqual(rest, {
    'dlq.topic': 'shopify.orders', 'dlq.partition': String(partition), 'dlq.offset': String(offset),
    'dlq.reason': outcome.split(' ')[1], origin: message.headers.origin }, name);
  assert.equal(detail, result.detail.replaceAll(',', ';').replaceAll(/[\t\n]/g, ' '));
  assert.ok(Date.parse(time) <= Date.parse(failedAt));
  return assert.ok(worker);
}

describe('a message that is', () => {
  for (const row of rows) {
    test(row.name, () => {
      const { offset, next } = sent.get(row);
      const [result, ...more] = results.filter((r) => r.srcOffset === offset);
      assert.deepEqual(more, [], 'one result');
      assert.equal(verdict(result), row.outcome, result.detail);
      assert.ok((result.detail ?? '').includes(row.detail), result.detail);
      checkLetter(row, sent.get(row), result);
      assert.equal(results.find((r) => r.srcOffset === offset + 1)?.action, 'created', `the order after it, ${next.name}`);
    });
  }
});

test('nothing but the good orders is in RMS, and the letters are counted', explained(() => pipeline, async () => {
  const { orders } = await pipeline.rms();
  const accepted = rows.filter(({ outcome }) => outcome === 'created').length;
  assert.equal(orders.length, 1 + rows.length + accepted);
  assert.equal(letters.length, rows.length - accepted);
  let stats; // sent by hand, not by a poll: nothing is in flight, and the counters come a moment after the results
  await waitUntil(async () => {
    stats = await pipeline.stats();
    return stats.replayed_sync_errors >= letters.length;
  }, { what: () => `${stats?.replayed_sync_errors} of ${letters.length} letters to be counted` });
  assert.equal(stats.replayed_sync_errors, letters.length);
  assert.equal(stats.in_flight, 0);
}));
