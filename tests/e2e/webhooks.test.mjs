// Webhooks to the fetcher's listener: which are admitted, what becomes of them, and that none is lost when Kafka or the
// fetcher goes away. Real HTTP, real Kafka, the shop signs as Shopify does.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { request } from '../support/http.mjs';
import { waitUntil } from '../support/wait.mjs';
import { explained, startRig } from './fetcher_rig.mjs';
import { delivered, deliver, doorbells, listening, post, secret, webhook } from './webhooks_rig.mjs';

const rotated = 'shpss_the one before';
let rig;
let url;
before(async () => {
  const listener = await listening({ ENABLE_ORDER_POLLING: 'false', SHOPIFY_WEBHOOK_SECRET: `${secret}, ${rotated}` });
  url = listener.url;
  // AddressSanitizer keeps what was freed, up to 256 MB, which would hide what the storms themselves leave behind.
  rig = await startRig({ fetcherEnv: { ...listener.env, ASAN_OPTIONS: 'quarantine_size_mb=4:thread_local_quarantine_size_kb=64' } });
});
after(() => rig?.stop());
const it = (name, fn) => test(name, explained(() => rig, fn));

const count = async () => (await doorbells(rig.stack)).length;
const send = (spec) => post(url, webhook(rig.shop, spec));
const published = async () => (await rig.orders.messages()).length;
const settled = () => waitUntil(() => delivered(rig.shop).open === 0, { what: 'every webhook to be admitted' });

it('an order that changes in the shop is published whole, without any poll', async () => {
  deliver(rig.shop, url);
  rig.shop.random({ count: 20, seed: 3 });
  await waitUntil(async () => (await rig.newest()).size === 20, { what: '20 orders in the topic' });
  await rig.assertAllThere();
  const changed = rig.views()[0];
  rig.shop.act('cancel', changed.id, {});
  await waitUntil(async () => (await rig.newest()).get(String(changed.id))?.cancelledAt, { what: 'the cancellation' });
  await settled();
  const messages = await rig.orders.messages();
  assert.ok(messages.every((m) => /source=webhook/.test(m.headers)), 'the header says how it came');
  const records = await rig.records.read();
  assert.deepEqual([...new Set(records.map((r) => r.kind))], ['webhook']);
  await waitUntil(async () => (await rig.records.read()).at(-1).publishedTotal === await published(), { what: 'every message counted' });
  deliver(rig.shop, '');
});

it('old and new secret are taken, others are not; nor another shop, topic, path, method or a body without an order', async () => {
  const start = await count();
  const cases = [
    ['the new secret', {}, 200],
    ['the one being replaced', { key: rotated }, 200],
    ['header names in lower case', { headers: { 'X-Shopify-Topic': undefined, 'x-shopify-topic': 'orders/paid' } }, 200],
    ['an edit, which names its order', { topic: 'orders/edited', body: { order_edit: { id: 7, order_id: 9 } } }, 200],
    ['a gid beside an id that no double holds', { body: { admin_graphql_api_id: 'gid://shopify/Order/9007199254740993', id: 1 } }, 200],
    ['another secret', { key: 'shpss_wrong' }, 401],
    ['both secrets as one', { key: `${secret}, ${rotated}` }, 401],
    ['an empty secret', { key: '' }, 401],
    ['no signature', { headers: { 'X-Shopify-Hmac-Sha256': undefined } }, 401],
    ['an empty signature', { headers: { 'X-Shopify-Hmac-Sha256': '' } }, 401],
    ['a signature cut short', { headers: { 'X-Shopify-Hmac-Sha256': 'AAAA' } }, 401],
    ['another shop', { headers: { 'X-Shopify-Shop-Domain': 'other.myshopify.com' } }, 400],
    ['no shop', { headers: { 'X-Shopify-Shop-Domain': undefined } }, 400],
    ['a topic that is not of orders', { topic: 'products/update' }, 400],
    ['no topic', { headers: { 'X-Shopify-Topic': undefined } }, 400],
    ['no order', { body: { name: '#1001' } }, 400],
    ['an order id of 0', { body: { id: 0 } }, 400],
    ['a customer\'s gid', { body: { admin_graphql_api_id: 'gid://shopify/Customer/5' } }, 400],
    ['no object', { body: [1] }, 400],
  ];
  for (const [what, spec, status] of cases) assert.equal(await send(spec), status, what);
  assert.equal(await post(url.replace('/webhooks', '/'), webhook(rig.shop)), 404);
  const get = await request(url);
  assert.deepEqual([get.status, get.headers.allow], [405, 'POST']);
  const tampered = webhook(rig.shop);
  assert.equal(await post(url, { ...tampered, body: tampered.body.replace('4', '5') }), 401);
  const rows = await doorbells(rig.stack);
  assert.equal(rows.length - start, 5, 'a doorbell for each that was admitted, and no other');
  assert.equal(rows.at(-1).order, '9007199254740993');
  assert.ok(rows.every((r) => r.shop === 'demo.myshopify.com' && r.receivedAt && r.eventId));
});

it('an event that comes twice is answered twice and rings once; one event of two orders rings twice', async () => {
  const start = await count();
  for (let i = 0; i < 3; i++) assert.equal(await send({ id: 11, event: 'event-1' }), 200);
  assert.equal(await send({ id: 12, event: 'event-1' }), 200);
  assert.equal(await count() - start, 2);
});

it('bodies over the limit are refused, whether they say how long they are or not', async () => {
  const start = await count();
  const note = 'x'.repeat(300 * 1024);
  assert.equal(await send({ body: { id: 13, note } }), 413);
  const { body, headers } = webhook(rig.shop, { body: { id: 13, note } });
  const chunks = new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode(body)); c.close(); } });
  const answer = await fetch(url, { method: 'POST', headers, body: chunks, duplex: 'half' });
  assert.equal(answer.status, 413);
  assert.equal(await count(), start);
});

it('a storm of 1,000, most of it wrong, replayed or huge: no wrong one is admitted, no right one lost, memory stays flat', async (t) => {
  const huge = 'y'.repeat(2 << 20);
  const storm = (from) => Array.from({ length: 1000 }, (_, i) => {
    const id = 1_000_000 + from + (i % 250);
    if (i % 4 === 0) return { right: true, id, spec: { id, event: `storm-${id}` } };
    if (i % 4 === 1) return { spec: { id, key: 'shpss_wrong' } };
    if (i % 4 === 2) return { right: true, id, spec: { id, event: `storm-${id}` } }; // met twice at once
    return i % 100 === 3 ? { spec: { id, body: { id, huge } } } : { spec: { id, headers: { 'X-Shopify-Hmac-Sha256': 'no' } } };
  });
  const rss = () => rig.fetcher.usage().rssKb;
  const sendAll = async (calls) => Promise.all(calls.map(async (call) => {
    let status = await send(call.spec);
    for (let i = 0; call.right && status !== 200 && i < 20; i++) status = await send(call.spec); // as Shopify does
    return { ...call, status };
  }));
  const start = await count();
  await sendAll(storm(0));
  const before = rss();
  let after = 0;
  const expected = new Set();
  for (let round = 1; round <= 2; round++) {
    const calls = await sendAll(storm(round * 1000));
    for (const call of calls) {
      if (call.right) expected.add(String(call.id));
      else assert.ok([401, 413, 0].includes(call.status), `${call.status} for what is wrong`); // 0: cut off while sending
      if (call.right) assert.equal(call.status, 200);
    }
    after = rss();
  }
  const rung = (await doorbells(rig.stack)).slice(start).map((d) => d.order);
  for (const id of expected) assert.ok(rung.includes(id), `${id} is lost`);
  assert.equal([...new Set(rung)].filter((id) => Number(id) % 2 === 1).length, 0, 'odd ids are those of wrong requests');
  t.diagnostic(`${before} kB after the first storm, ${after} kB after the third`);
  assert.ok(after < before * 1.5, `${before} kB, then ${after} kB`);
});

it('no body, no secret and no more than a few lines about it in the log', () => {
  const log = rig.fetcher.output();
  for (const word of ['line_items', 'huge', 'order_edit', 'shpss_', 'Hmac']) assert.ok(!log.includes(word), word);
  const lines = rig.events('webhook.refused');
  assert.ok(lines.length > 5 && lines.length < 1000, `${lines.length} lines for some 2,000 refusals`);
  assert.ok(lines.some((l) => l.not_told_before > 0));
});
