// GET /api/v1/events: what comes is sent to many clients at once, in order, and again to one that missed it; who does
// not read is cut off and holds nobody up.

import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';
import { waitUntil } from '../support/wait.mjs';
import { ask, counted, poll, result, startBench } from './stats_bench.mjs';

const path = '/api/v1/events';
const most = 200;
let bench;
let api;

before(async () => {
  bench = await startBench();
  api = await bench.aggregator();
});
after(() => bench?.stop());

/** A client of the stream: its events as {id, event, data}, its comments counted as beats. */
class Client {
  constructor(service, { last, reads = true } = {}) {
    Object.assign(this, { events: [], beats: 0, text: '', ended: false });
    this.opened = new Promise((resolve, reject) => {
      const headers = last === undefined ? {} : { 'last-event-id': String(last) };
      this.request = http.get(service.url + path, { agent: false, headers }, (response) => {
        this.response = response;
        response.on('close', () => { this.ended = true; });
        response.on('error', () => {});
        if (reads) response.setEncoding('utf8').on('data', (text) => this.take(text));
        else response.pause();
        resolve(response);
      });
      this.request.on('error', (error) => { this.ended = true; reject(error); });
    });
  }

  take(text) {
    const blocks = (this.text + text).split('\n\n');
    this.text = blocks.pop();
    for (const block of blocks) {
      if (block === ':') this.beats += 1;
      const fields = Object.fromEntries(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
      if (fields.event) this.events.push({ ...fields, id: Number(fields.id), data: JSON.parse(fields.data) });
    }
  }

  orders() { return this.events.filter(({ event }) => event === 'order').map(({ data }) => Number(data.order)); }

  hasOrders(want) {
    return waitUntil(() => this.orders().length >= want.length, { what: () => `orders ${want}, not ${this.orders()}` })
      .then(() => assert.deepEqual(this.orders(), want));
  }

  close() { this.request.destroy(); }
}

async function open(options) {
  const client = new Client(api, options);
  assert.equal((await client.opened).statusCode, 200);
  return client;
}

/** One after the other, each in a message of its own partition, so that their order is known. */
const send = (orders, more) => bench.results(orders.map((order) => result(order, 'created', { srcPartition: 0, ...more })));

describe('the stream of events', { concurrency: false }, () => {
  test('tells what comes, numbered, and how things are', async () => {
    await send([1, 2]);
    await counted(api, { newly_synced: 2 });
    const client = await open();
    assert.equal(client.response.headers['content-type'], 'text/event-stream');
    await send([3, 4]);
    await client.hasOrders([3, 4]);
    await bench.polls([poll('p1', 'finished', 4, { orders: 4 })]);
    await waitUntil(() => client.events.some(({ event, data }) => event === 'poll' && data.poll_id === 'p1'), { what: 'the poll' });
    const states = () => client.events.filter(({ event }) => event === 'status').map(({ data }) => data);
    await waitUntil(() => states().at(-1)?.status === 'waiting_for_interval', { what: () => `the state, not ${JSON.stringify(states())}` });
    await ask(api, 'config', { method: 'PUT', json: { enabled: false } });
    await waitUntil(() => states().at(-1).status === 'disabled', { what: 'the change of state' });
    await ask(api, 'config', { method: 'PUT', json: { enabled: true } });
    const ids = client.events.filter(({ event }) => event !== 'status').map(({ id }) => id);
    assert.deepEqual(ids, ids.map((_, i) => ids[0] + i), 'numbered without a gap');
    await waitUntil(() => client.beats > 0, { what: 'a heartbeat', timeoutMs: 30_000 });
    client.close();
  });

  test('a client that comes again gets what it missed, once', async () => {
    const first = await open();
    await send([11, 12, 13]);
    await first.hasOrders([11, 12, 13]);
    const [{ id }] = first.events.filter(({ data }) => data.order === '11');
    first.close();
    await send([14, 15]);
    await counted(api, { newly_synced: 9 });
    const again = await open({ last: id });
    await again.hasOrders([12, 13, 14, 15]);
    await send([16]);
    await again.hasOrders([12, 13, 14, 15, 16]);
    again.close();
    const odd = await open({ last: 'nonsense' });
    await send([17]);
    await odd.hasOrders([17]);
    odd.close();
  });

  test(`${most} clients are served, the next is refused politely, others are answered`, async () => {
    const clients = [];
    for (let i = 0; i < most; i++) clients.push(await waitUntil(() => open(), { what: 'a place', timeoutMs: 30_000 }));
    const refused = await ask(api, path);
    assert.equal(refused.status, 503);
    assert.ok(Number(refused.headers['retry-after']) > 0);
    assert.equal(refused.headers['content-type'], 'application/problem+json');
    await send([21, 22]);
    for (const client of clients) await client.hasOrders([21, 22]);
    assert.equal((await ask(api, 'status')).status, 200);
    for (const client of clients) client.close();
    const next = await waitUntil(() => open(), { what: 'a free place', timeoutMs: 60_000 });
    next.close();
  });

  test('who does not read is cut off; others go on', async () => {
    const reading = await open();
    const sleeping = await open({ reads: false });
    let order = 1000;
    const cut = () => api.events().filter(({ event }) => event === 'stream.cut').length;
    while (cut() === 0) {
      assert.ok(order < 5000, 'it was not cut off');
      const batch = Array.from({ length: 20 }, (_, i) => order + i);
      order += batch.length;
      await send(batch, { detail: 'x'.repeat(7000) });
      await waitUntil(() => reading.orders().at(-1) === batch.at(-1), { what: 'what the reading one gets' });
    }
    await send([6000]);
    await waitUntil(() => reading.orders().at(-1) === 6000, { what: 'the last one' });
    assert.equal(cut(), 1);
    reading.close();
    sleeping.close();
  });

  test('a service that stops ends the streams', async () => {
    const client = await open();
    await api.stop();
    await waitUntil(() => client.ended, { what: 'the end of the stream' });
  });
});
