// A stack with what the tests of the pipeline do over and over: let things happen in the shop, poll, and look
// at what came of it in RMS, in the topics and in the counters.

import assert from 'node:assert/strict';
import { request } from '../support/http.mjs';
import { startStack } from '../support/stack.mjs';
import { waitUntil } from '../support/wait.mjs';
import { compareAll } from './compare.mjs';
import { Results } from './results.mjs';
import { changeRms, dumpRms, readRms } from './rms_rows.mjs';

const items = { shippingItem: 'SHIPPING', miscItem: 'WEB-MISC' };
const settings = {
  RMS_SHIPPING_ITEM: items.shippingItem, RMS_MISC_ITEM: items.miscItem, TRIGGER_WAIT_S: '90', LOG_LEVEL: 'info' };
const polling = '/api/v1/orders/polling';

/** What a result says in short: "created", "skipped unchanged". */
export const verdict = ({ action, reason }) => [action, reason].filter(Boolean).join(' ');

export class Pipeline {
  constructor(stack) {
    this.stack = stack;
    this.results = new Results(stack.kafka);
    this.letters = new Results(stack.kafka, 'shopify.orders.dlq');
    this.orders = new Results(stack.kafka, 'shopify.orders');
    this.pollRecords = new Results(stack.kafka, 'tillbridge.polls');
  }

  get shop() { return this.stack.shop.control; }

  /** The n-th SKU that RMS holds under its own code. */
  sku(n) { return this.shop.shop.products.all[n].sku; }

  create(spec) { return this.shop.create(spec); }
  change(op, order, spec) { return this.shop.act(op, order.id, spec); }
  view(order) { return this.shop.shop.view(order.id); }

  /** One request to the interface: {status, json, text}. With the token unless `headers` say otherwise. */
  ask(method, path, { json, body, type, headers = { authorization: `Bearer ${this.stack.apiToken}` }, timeoutMs = 120_000 } = {}) {
    const url = this.stack.api + (path.startsWith('/') ? path : `${polling}/${path}`);
    return request(url, { method, json, body, headers: { ...headers, ...(type && { 'content-type': type }) }, timeoutMs });
  }

  async data(path) {
    const answer = await this.ask('GET', path);
    assert.equal(answer.status, 200, `GET ${path}: ${answer.text}`);
    return answer.json.data;
  }

  stats() { return this.data('stats'); }

  /**
   * Triggers a poll and resolves, when all its orders are accounted for, to its data with `decisions`: the
   * results of this poll, by the order's name in the shop ("#1001").
   */
  async poll(options) {
    const answer = await this.ask('POST', 'trigger', { json: options });
    assert.equal(answer.status, 200, `trigger: ${answer.text}\n${this.stack.tails()}`);
    assert.notEqual(answer.json.data.status, 'error', `${answer.json.data.message}\n${this.stack.tails()}`);
    return { ...answer.json.data, decisions: await this.decisionsOf(answer.json.data.trigger_id) };
  }

  /** Triggers a poll and resolves when its orders are in the topic, whoever decides on them. */
  async publish(options) {
    const finished = async () => (await this.pollRecords.read()).filter((p) => p.state === 'finished').length;
    const before = await finished();
    this.ask('POST', 'trigger', { json: options }).catch(() => {}); // answered when they are decided on
    await waitUntil(async () => await finished() > before, { what: 'the poll to end', timeoutMs: 30_000 });
  }

  /** Name -> result, of all polls of a trigger. */
  async decisionsOf(triggerId) {
    const polls = new Set((await this.pollRecords.read()).filter((p) => p.triggerId === triggerId).map((p) => p.pollId));
    const results = (await this.results.read()).filter((r) => polls.has(r.pollId));
    return new Map(results.map((result) => [result.name, result]));
  }

  /** Polls and gives, for each of `orders`, what was decided in short. */
  async verdicts(orders, options) {
    const { decisions } = await this.poll(options);
    return orders.map((order) => {
      const result = decisions.get(order.name);
      return result ? verdict(result) : 'not polled';
    });
  }

  rms() { return readRms(this.stack.rms, items); }
  /** As staff do, past tillbridge. */
  changeRms(sql) { return changeRms(this.stack.rms, sql); }
  dump(options) { return dumpRms(this.stack.rms, options); }

  /** RMS must hold what the shop does; `mustExist(order)` tells which orders have to be there. */
  async checkRms(mustExist) {
    const orders = this.shop.shop.views();
    const differences = compareAll(orders, await this.rms(), mustExist);
    assert.deepEqual(differences, [], `${differences.length} differences between RMS and the shop`);
  }

  /** Waits until no result is awaited any more; resolves to the counters. */
  async settled(timeoutMs = 60_000) {
    let last;
    await waitUntil(async () => {
      last = await this.stats();
      return last.in_flight === 0;
    }, { what: () => `in_flight ${last?.in_flight} to be 0`, timeoutMs, everyMs: 200 });
    return last;
  }

  stop() { return this.stack.stop(); }
}

const outcomes = ['already_synced', 'newly_synced', 'updated', 'cancelled', 'skipped', 'conflicts', 'sync_errors', 'in_flight'];

/** polled = already + newly + updated + cancelled + skipped + conflicts + errors + in flight. */
export function assertAddsUp(statistics) {
  const parts = Object.fromEntries(outcomes.map((name) => [name, statistics[name]]));
  const sum = Object.values(parts).reduce((a, b) => a + b, 0);
  assert.equal(statistics.total_polled, sum, `total_polled is not the sum of ${JSON.stringify(parts)}`);
}

/** options: as for startStack; env is added to the settings of these tests. */
export async function startPipeline({ env = {}, ...options } = {}) {
  return new Pipeline(await startStack({ ...options, env: { ...settings, ...env } }));
}

/** As a test's function: prints the ends of the services' logs when it fails. `pipeline`: gives it, once there is one. */
export const explained = (pipeline, fn) => async (t) => {
  try {
    await fn(t);
  } catch (error) {
    console.error(pipeline()?.stack.tails(6));
    throw error;
  }
};
