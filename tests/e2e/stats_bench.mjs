// What the tests of the stats service stand on: Kafka, Redis, topics, aggregators, and records as a
// fetcher and a reconciler would write them.

import { startKafka } from '../support/kafka.mjs';
import { binary, preset as defaultPreset } from '../support/paths.mjs';
import { freePort } from '../support/ports.mjs';
import { startRedis } from '../support/redis.mjs';
import { makeRunDir, removeRunDir } from '../support/rundir.mjs';
import { Service } from '../support/service.mjs';
import { request } from '../support/http.mjs';
import { waitUntil } from '../support/wait.mjs';

export const shop = 'demo.myshopify.com';
export const token = 'a-token-of-the-tests';
export const partitions = 4;
const polling = '/api/v1/orders/polling';

/** A result event as a reconciler writes it. */
export function result(order, action, more = {}) {
  return {
    v: 1, shop, order: String(order), name: `#${order}`, action, source: 'poll', srcTopic: 'shopify.orders',
    srcPartition: order % partitions, srcOffset: order, publishedAt: at(order), decidedAt: at(order), ...more };
}

/** A time that grows with n. */
export const at = (n) => new Date(Date.parse('2026-11-22T10:00:00Z') + n * 1000).toISOString();

export function poll(id, state, published, more = {}) {
  return {
    v: 1, shop, pollId: id, state, kind: 'timer', at: new Date().toISOString(), startedAt: new Date().toISOString(),
    pages: 1, orders: 0, publishedTotal: published, dryRunTotal: 0, ...more };
}

class Bench {
  constructor(parts) {
    Object.assign(this, parts);
    this.services = [];
  }

  /** Starts one more aggregator and resolves to it. */
  async aggregator({ env = {}, ready = true, preset = defaultPreset } = {}) {
    const port = await freePort();
    const service = new Service({
      name: `stats-${this.services.length + 1}`, dir: this.dir, url: `http://127.0.0.1:${port}`,
      program: binary('tillbridge-stats', preset),
      env: {
        KAFKA_BROKERS: this.kafka.brokers, REDIS_URL: this.redis.url, API_LISTEN: `127.0.0.1:${port}`,
        KAFKA_SESSION_TIMEOUT_MS: '6000', API_TOKEN: token, LOG_LEVEL: 'debug', ...env } });
    this.services.push(service);
    if (ready) await service.start();
    else service.launch();
    return service;
  }

  async send(topic, messages) {
    await this.producer.send({ topic, acks: -1, messages });
  }

  /** Results, each to the partition of its source, in order. */
  results(events) {
    return this.send('rms.results', events.map((event) => ({
      partition: event.srcPartition % partitions, key: `${event.shop}/${event.order}`, value: JSON.stringify(event) })));
  }

  polls(records) {
    return this.send('tillbridge.polls', records.map((record) => ({ key: record.shop, value: JSON.stringify(record) })));
  }

  async stop() {
    const ends = await Promise.allSettled(this.services.map((service) => service.stop()));
    await this.producer.disconnect();
    await Promise.all([this.kafka.stop(), this.redis.stop()]);
    const bad = ends.find((end) => end.status === 'rejected');
    if (bad) throw bad.reason;
    removeRunDir(this.dir);
  }
}

export const topics = {
  'rms.results': { partitions },
  'tillbridge.polls': { config: { 'cleanup.policy': 'compact' } },
  'tillbridge.control': { config: { 'cleanup.policy': 'compact' } },
  'shopify.orders': { partitions },
  'shopify.orders.dlq': { partitions },
};

/** more: topics that are to be made otherwise. */
export async function startBench({ more = {} } = {}) {
  const dir = makeRunDir('stats');
  const [kafka, redis] = await Promise.all([startKafka({ dir }), startRedis({ dir })]);
  await kafka.createTopics({ ...topics, ...more });
  const producer = (await kafka.client()).producer();
  await producer.connect();
  return new Bench({ dir, kafka, redis, producer });
}

/** GET or another method below .../polling, or of a whole path that starts with a slash. */
export function ask(service, path, options = {}) {
  const headers = { authorization: `Bearer ${token}`, ...options.headers };
  return request(service.url + (path.startsWith('/') ? path : `${polling}/${path}`), { ...options, headers });
}

export async function stats(service) {
  const answer = await ask(service, 'stats');
  if (answer.status !== 200) throw new Error(`stats: ${answer.status} ${answer.text}`);
  return answer.json.data;
}

/** Waits until the counters named are as wanted; tells the difference when they do not come. */
export async function counted(service, want, timeoutMs = 20_000) {
  let last = {};
  const probe = async () => {
    last = await stats(service);
    return Object.entries(want).every(([name, value]) => last[name] === value);
  };
  const what = () => {
    const off = Object.entries(want).filter(([name, value]) => last[name] !== value);
    return `counters ${off.map(([name, value]) => `${name} ${last[name]} to be ${value}`).join(', ')}`;
  };
  await waitUntil(probe, { what, timeoutMs });
  return last;
}
