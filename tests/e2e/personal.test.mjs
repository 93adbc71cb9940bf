// Names, addresses, e-mail and notes of customers, each with a mark in it, go through all services while these log
// all they can. The mark reaches RMS and the order topic, and no log, no result, no poll record, no metric and no
// answer of the interface; in results of dry runs it is only where LOG_PERSONAL allows it.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { request } from '../support/http.mjs';
import { waitUntil } from '../support/wait.mjs';
import { explained, startPipeline } from './pipeline.mjs';

const mark = 'Qzwmark';
const phone = '+15550177331';
const person = {
  email: `${mark}@example.com`,
  phone,
  note: `ring at ${mark}'s`,
  customer: { firstName: `${mark}a`, lastName: `${mark}b`, email: `${mark}@example.com`, phone },
  shippingAddress: { firstName: `${mark}c`, lastName: `${mark}d`, address1: `1 ${mark} St`, city: `${mark}ville`, zip: '10101', countryCode: 'CR', phone },
  billingAddress: { firstName: `${mark}e`, lastName: `${mark}f`, address1: `2 ${mark} St`, city: `${mark}ville`, zip: '10101', countryCode: 'CR', phone },
};
const holdsMark = (text) => text.toLowerCase().includes(mark.toLowerCase()) || text.includes(phone.slice(1));
const orderLines = ['order.decided', 'order.published'];

let pipeline;

const line = (sku) => ({ lines: [{ sku, quantity: 1, price: '9.00' }] });

/** What is no order to the reconciler, and holds the mark: it says why, not what. */
async function malformed() {
  const value = JSON.stringify({ v: 1, shop: mark, customer: person.customer, note: person.note });
  const producer = (await pipeline.stack.kafka.client()).producer();
  await producer.connect();
  await producer.send({ topic: 'shopify.orders', acks: -1,
    messages: [value, value.slice(0, -20), mark].map((text) => ({ key: 'demo.myshopify.com/77', value: text })) });
  await producer.disconnect();
}

const rawResults = async (topic) => (await topic.messages()).map(({ value }) => value.toString());

async function aDay() {
  const orders = [1, 2].map((n) => pipeline.create({ ...line(pipeline.sku(n)), ...person }));
  pipeline.create({ ...line('NOT-IN-RMS'), ...person });
  await pipeline.poll({ dry_run: true });
  await pipeline.poll({});
  pipeline.change('edit', orders[0], { note: `back door of ${mark}` });
  await pipeline.poll({ dry_run: true });
  await pipeline.poll({});
  pipeline.change('cancel', orders[1], {});
  await pipeline.poll({});
  await malformed();
  await waitUntil(async () => (await pipeline.results.read()).filter(({ reason }) => reason === 'malformed').length === 3,
    { what: 'the malformed messages to be refused' });
}

before(async () => {
  pipeline = await startPipeline({ env: { ENABLE_ORDER_POLLING: 'false', LOG_LEVEL: 'debug' }, reconcilerEnv: { RMS_CREATE_CUSTOMERS: 'true' } });
  await pipeline.stack.explaining(aDay);
});
after(() => pipeline?.stop());

test('the marks are in the orders and in RMS, so that they can be found', explained(() => pipeline, async () => {
  const messages = await rawResults(pipeline.orders);
  assert.ok(messages.length >= 15 && messages.every(holdsMark));
  assert.ok(holdsMark(JSON.stringify((await pipeline.rms()).orders.map((order) => order.ShippingNotes))));
}));

test('no log holds one, at its most talkative', explained(() => pipeline, () => {
  assert.ok([pipeline.stack.fetcher, pipeline.stack.stats].every((service) => service.output().includes('"level":"debug"')));
  for (const service of pipeline.stack.services) {
    const lines = service.output().trimEnd().split('\n');
    assert.ok(lines.length > 5, service.name);
    assert.deepEqual(lines.filter(holdsMark), [], service.name);
  }
}));

test('every line is JSON, and those of an order say which, from where and of which poll', explained(() => pipeline, () => {
  for (const service of pipeline.stack.services) {
    for (const text of service.output().trimEnd().split('\n')) {
      const told = JSON.parse(text);
      assert.ok(told.time && told.level && told.event && told.service, text);
      if (!orderLines.includes(told.event) || told.reason === 'malformed') continue;
      assert.ok(told.order && told.name && told.poll_id, text);
      if (told.event === 'order.decided') assert.ok(told.topic && told.partition >= 0 && told.offset >= 0, text);
    }
  }
  const polls = (service, event) => new Set(service.events().filter((told) => told.event === event && told.poll_id).map((told) => told.poll_id));
  assert.equal(polls(pipeline.stack.fetcher, 'order.published').size, 5);
  assert.deepEqual(polls(pipeline.stack.reconciler, 'order.decided'), polls(pipeline.stack.fetcher, 'order.published'));
}));

test('no result, poll record, metric or answer holds one', explained(() => pipeline, async () => {
  const dryRuns = (await pipeline.results.read()).filter((result) => result.dryRun && result.diff);
  assert.ok(dryRuns.some(({ diff }) => diff.some(({ column, after }) => column === 'ShippingNotes' && /LOG_PERSONAL/.test(after))));
  assert.ok(dryRuns.some(({ diff }) => diff.some(({ table, column }) => table === 'Customer' && column === 'EmailAddress')));
  for (const topic of [pipeline.results, pipeline.pollRecords]) assert.deepEqual((await rawResults(topic)).filter(holdsMark), []);
  for (const service of pipeline.stack.services) assert.ok(!holdsMark((await request(`${service.url}/metrics`)).text), service.name);
  for (const path of ['status', 'stats', 'conflicts', 'events', 'polls', '/api/v1/orders/%231001', '/api/v1/orders/%231003']) {
    const { status, text } = await pipeline.ask('GET', path);
    assert.equal(status, 200, path);
    assert.ok(!holdsMark(text), `${path}: ${text}`);
  }
}));

test('LOG_PERSONAL lets dry runs show them', explained(() => pipeline, async () => {
  await pipeline.stack.reconciler.restart({ env: { LOG_PERSONAL: 'true' } });
  pipeline.create({ ...line(pipeline.sku(3)), ...person });
  await pipeline.poll({ dry_run: true });
  assert.ok((await rawResults(pipeline.results)).some(holdsMark));
}));
