// The fetcher alone: Kafka, the shop, and what stands in the topics afterwards against what the shop holds.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { request } from '../support/http.mjs';
import { runOk } from '../support/proc.mjs';
import { startStack } from '../support/stack.mjs';
import { waitUntil } from '../support/wait.mjs';
import { e4 } from './compare.mjs';
import { Results } from './results.mjs';

const idOf = (gid) => String(gid).split('/').pop();

/** What a line of a snapshot and of the shop's view must agree in. */
const lineOfSnapshot = (line) => ({
  id: line.id, sku: line.sku ?? null, title: line.title, quantity: line.quantity, current: line.currentQuantity,
  price: e4(line.unitPrice), discount: e4(line.discount ?? '0'), taxable: line.taxable ?? false });
const lineOfView = (line) => ({
  id: idOf(line.id), sku: line.sku || null, title: line.title, quantity: line.quantity, current: line.currentQuantity,
  price: e4(line.price), discount: e4(line.discount), taxable: line.taxable });

export const snapshotSide = (s) => ({
  id: s.id, name: s.name, updatedAt: s.updatedAt, createdAt: s.createdAt, cancelledAt: s.cancelledAt ?? null,
  status: s.financialStatus ?? null, note: s.note ?? null, tags: s.tags ?? [], email: s.email ?? null,
  currency: s.currency, total: e4(s.total), subtotal: e4(s.subtotal), tax: e4(s.tax),
  shipping: e4(s.shippingTotal ?? '0'), refunded: e4(s.refunded ?? '0'), outstanding: e4(s.outstanding ?? '0'),
  customer: s.customer?.id ?? null, city: s.shippingAddress?.city ?? null, lines: s.lines.map(lineOfSnapshot) });
export const viewSide = (v) => ({
  id: String(v.id), name: v.name, updatedAt: v.updatedAt, createdAt: v.createdAt, cancelledAt: v.cancelledAt,
  status: v.financialStatus, note: v.note || null, tags: v.tags, email: v.email || null,
  currency: v.currency, total: e4(v.totals.currentTotal), subtotal: e4(v.totals.currentSubtotal),
  tax: e4(v.totals.currentTax), shipping: e4(v.totals.currentShipping), refunded: e4(v.refunded),
  outstanding: e4(v.outstanding), customer: v.customer ? String(v.customer.id) : null,
  city: v.shippingAddress?.city ?? null, lines: v.lines.map(lineOfView) });

export class Rig {
  constructor(stack) {
    this.stack = stack;
    this.orders = new Results(stack.kafka, 'shopify.orders');
    this.records = new Results(stack.kafka, 'tillbridge.polls');
    this.letters = new Results(stack.kafka, 'shopify.orders.dlq');
    this.results = new Results(stack.kafka, 'rms.results');
  }

  get shop() { return this.stack.shop.control; }
  get fetcher() { return this.stack.fetcher; }
  views() { return this.shop.shop.views(); }

  /** Writes to tillbridge.control as stats does. */
  async control(key, value) {
    const payload = value === null ? '' : JSON.stringify(value);
    await runOk(['kcat', '-b', this.stack.kafka.brokers, '-P', '-t', 'tillbridge.control', '-p', '0', '-K', '\t', '-Z',
      '-X', 'acks=all'], { input: `${key}\t${payload}\n` });
  }

  configure(config = {}) {
    return this.control('config', {
      v: 1, at: new Date().toISOString(), intervalMinutes: 1440, lookbackMinutes: 15, batchSize: 50, maxPages: 10,
      enabled: true, ...config });
  }

  /** Asks for a poll; resolves to the trigger's id. */
  async trigger(options = {}) {
    const id = randomUUID();
    await this.control(`trigger/${id}`, { v: 1, id, requestedAt: new Date().toISOString(), ...options });
    return id;
  }

  /** The record that ended the poll of a trigger. */
  async ended(id, timeoutMs = 60_000) {
    let record;
    await waitUntil(async () => {
      record = (await this.records.read()).find(
        (r) => r.triggerId === id && ['finished', 'failed'].includes(r.state));
      return record;
    }, { what: `the end of trigger ${id}`, timeoutMs, everyMs: 100 });
    return record;
  }

  async poll(options, timeoutMs) {
    return this.ended(await this.trigger(options), timeoutMs);
  }

  /** As poll, but it has to end well. */
  async pollOk(options, timeoutMs) {
    const record = await this.poll(options, timeoutMs);
    assert.equal(record.state, 'finished', `${record.error}\n${this.stack.tails()}`);
    return record;
  }

  /** Polls until one reaches the end of its window. */
  async pollToTheEnd(options) {
    for (;;) {
      const record = await this.pollOk(options);
      if (record.complete) return record;
    }
  }

  /** Newest version per order that was published for real: id -> snapshot. */
  async newest() {
    const newest = new Map();
    for (const { value, headers } of await this.orders.messages()) {
      if (/dry_run=true/.test(headers)) continue;
      const snapshot = JSON.parse(value);
      const before = newest.get(snapshot.id);
      const version = (s) => `${s.updatedAt} ${String(Date.parse(s.fetchedAt)).padStart(15, '0')}`;
      if (!before || version(snapshot) > version(before)) newest.set(snapshot.id, snapshot);
    }
    return newest;
  }

  /** Every order of the shop (that `must` tells) must be in the topic, equal in everything. */
  async assertAllThere(must = () => true) {
    const newest = await this.newest();
    const wanted = this.views().filter(must);
    const missing = wanted.filter((v) => !newest.has(String(v.id))).map((v) => v.name);
    assert.deepEqual(missing, [], `missing in the topic\n${this.stack.tails()}`);
    for (const view of wanted) assert.deepEqual(snapshotSide(newest.get(String(view.id))), viewSide(view));
    return wanted.length;
  }

  events(event) { return this.fetcher.events().filter((e) => e.event === event); }

  /** Of the GraphQL requests whose text matches, the next meet this: tests/shopify/README.md. */
  fault(kind, spec = {}) { this.shop.addFaults([{ kind, match: 'OrdersPage', ...spec }]); }

  /** {status, text} of /readyz. */
  ready() { return request(`${this.fetcher.url}/readyz`); }

  stop() { return this.stack.stop(); }
}

/**
 * options: as startStack's. The timer polls once at the start and then once a day; the shop's bucket is so
 * large that nothing waits for it.
 */
export async function startRig({ fetcherEnv = {}, shop = {}, ...options } = {}) {
  const env = { ORDER_POLLING_INTERVAL_MINUTES: '1440', LOG_LEVEL: 'debug', ...fetcherEnv };
  const bucket = { max: 200_000, restorePerSecond: 10_000 };
  return new Rig(await startStack({
    reconcilers: 0, stats: false, fetcherEnv: env, shop: { bucket, ...shop }, ...options }));
}

export const explained = (rig, fn) => (t) => rig().stack.explaining(() => fn(t));
