// Days of a shop's business in virtual time: the shop's clock is moved on by hand, and a poll is asked for where the
// timer would have polled. Windows, overlap and the bucket are counted by the shop's clock, so the fetcher lives
// through the days as they are; only what it waits for in real time (tries again, joins its group) is not shortened.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { generator } from '../shopify/random.mjs';
import { Simulation } from '../shopify/simulate.mjs';
import { snapshotSide, startRig, viewSide } from './fetcher_rig.mjs';

const minute = 60_000;
/** A state of an order as text, to be compared. */
const textOf = (side) => JSON.stringify(side, (key, value) => (typeof value === 'bigint' ? String(value) : value));
const start = Date.parse('2026-03-01T00:00:00Z');

/** What may happen at a tick, how likely, and what it does. Each names what it did. */
const DISTURBANCES = [
  ['shop away for hours', 0.02, (soak) => soak.outage(soak.random.between(2, 6))],
  ['errors', 0.06, (soak) => soak.fault({ kind: 'http', status: soak.random.pick([500, 502, 503]), times: soak.random.between(1, 2) })],
  ['throttled', 0.06, (soak) => soak.fault({ kind: 'throttled', requested: 100, available: 90, times: 1 })],
  ['reset', 0.03, (soak) => soak.fault({ kind: 'reset', times: 1 })],
  ['truncated', 0.03, (soak) => soak.fault({ kind: 'truncate', bytes: 300, times: 1 })],
  ['burst', 0.03, (soak) => soak.burst(soak.random.between(30, 60))],
  ['killed within a poll', 0.015, (soak) => { soak.kills = true; }],
  ['edited between pages', 0.25, (soak) => soak.editsBetweenPages()],
];

export class Soak {
  constructor(rig, { days, everyMinutes, seed }) {
    Object.assign(this, { rig, days, everyMinutes });
    this.random = generator(seed);
    this.shop = rig.shop.shop;
    this.business = new Simulation(this.shop, { seed: seed + 1, linesMax: 6 });
    this.seen = new Map(); // "<id> <updatedAt>" -> every state the order had then, as text
    this.happened = {};
    this.polls = { finished: 0, failed: 0 };
    this.away = 0; // ticks until the shop is back
    this.read = 0; // of the fetcher's log
    const kafka = new Kafka({ brokers: [rig.stack.kafka.brokers], logLevel: logLevel.NOTHING, retry: { retries: 20 } });
    this.producer = kafka.producer();
    this.#remember();
  }

  /** Notes every state that an order ever had: whatever is published must be one of them. */
  #remember() {
    for (const name of ['createOrder', 'change']) {
      const plain = this.shop[name].bind(this.shop);
      this.shop[name] = (...args) => {
        const view = plain(...args);
        const key = `${view.id} ${view.updatedAt}`;
        this.seen.set(key, [...(this.seen.get(key) ?? []), textOf(viewSide(view))]);
        return view;
      };
    }
  }

  fault(spec) { this.rig.shop.addFaults([{ match: 'OrdersPage', ...spec }]); }

  burst(count) { for (let i = 0; i < count; i++) this.business.step(); }

  outage(ticks) {
    this.away = ticks;
    this.fault({ kind: 'http', status: 503, times: 1_000_000 });
  }

  /** An order moves while the fetcher reads on: it was on an earlier page, or will be on none. */
  editsBetweenPages() {
    const orders = this.shop.orders.slice(-40);
    if (!orders.length) return;
    const actions = [0, 1].map(() => ({ op: 'edit', order: String(this.random.pick(orders).id), note: `moved ${this.random.upTo(1e6)}` }));
    this.fault({ kind: 'act_after', actions, times: 1, skip: this.random.between(0, 2) });
  }

  disturb() {
    for (const [name, probability, act] of DISTURBANCES) {
      if (this.away || !this.random.chance(probability)) continue;
      this.happened[name] = (this.happened[name] ?? 0) + 1;
      act(this);
    }
  }

  /** The time between two polls passes, with what happens in it. */
  pass() {
    const hour = new Date(this.shop.clock.nowMs()).getUTCHours();
    const events = this.random.between(0, hour >= 8 && hour < 22 ? 10 : 2);
    const step = Math.floor((this.everyMinutes * minute) / (events + 1));
    for (let i = 0; i < events; i++) {
      this.rig.shop.clock({ advanceMs: step });
      this.business.step();
    }
    this.rig.shop.clock({ advanceMs: this.everyMinutes * minute - events * step });
    if (this.away && --this.away === 0) this.rig.shop.clearFaults();
  }

  /** The poll that answered the trigger, by what the fetcher said since the last look. */
  #ended(id) {
    const file = this.rig.fetcher.log;
    const { size } = fs.statSync(file);
    const bytes = Buffer.alloc(size - this.read);
    const fd = fs.openSync(file);
    fs.readSync(fd, bytes, 0, bytes.length, this.read);
    fs.closeSync(fd);
    const whole = bytes.lastIndexOf(0x0a) + 1;
    this.read += whole;
    for (const line of bytes.toString('utf8', 0, whole).split('\n')) {
      if (!line.includes('"event":"poll.')) continue;
      const event = JSON.parse(line);
      if (event.event === 'poll.started') this.running = event;
      const isEnd = ['poll.finished', 'poll.failed'].includes(event.event);
      if (isEnd && this.running?.trigger === id) return { state: event.event.slice(5), complete: event.complete };
    }
    return null;
  }

  async #trigger() {
    const id = randomUUID();
    const value = JSON.stringify({ v: 1, id, requestedAt: new Date().toISOString() });
    await this.producer.send({ topic: 'tillbridge.control', messages: [{ key: `trigger/${id}`, value, partition: 0 }] });
    return id;
  }

  async #kill() {
    await this.rig.fetcher.kill9();
    this.rig.fetcher.launch();
    this.kills = false;
  }

  /** A poll as the timer's; resolves to its last record. */
  async poll() {
    const asked = this.rig.shop.requestCount;
    const id = await this.#trigger();
    for (let looks = 0; looks < 12_000; looks++) {
      if (this.kills && this.rig.shop.requestCount > asked) await this.#kill();
      const end = this.#ended(id);
      if (end) {
        this.polls[end.state] += 1;
        return end;
      }
      await sleep(10);
    }
    throw new Error(`the poll of trigger ${id} did not end`);
  }

  async #kafkaAway() {
    await this.rig.stack.kafka.kill9();
    this.pass();
    await this.rig.stack.kafka.start();
  }

  async live() {
    const ticks = (this.days * 24 * 60) / this.everyMinutes;
    const kafka = new Set([0.3, 0.6, 0.9].slice(0, this.days > 5 ? 3 : 1).map((part) => Math.floor(ticks * part)));
    for (let tick = 0; tick < ticks; tick++) {
      this.pass();
      this.disturb();
      if (tick === Math.floor(ticks / 2)) this.rig.shop.clock({ advanceMs: 125 * minute }); // the one step of a clock
      if (kafka.has(tick)) await this.#kafkaAway();
      await this.poll();
    }
  }

  /** All is mended; polls until everything must be there. */
  async settle() {
    this.rig.shop.clearFaults();
    this.away = 0;
    this.rig.shop.clock({ advanceMs: 30 * minute });
    for (let windows = 0; windows < 2;) if ((await this.poll()).complete) windows += 1;
  }

  /** Throws when an order is missing, or a message holds what its order never was. */
  async check() {
    const messages = (await this.rig.orders.messages()).map((m) => JSON.parse(m.value));
    const partial = messages.filter((s) => !(this.seen.get(`${s.id} ${s.updatedAt}`) ?? []).includes(textOf(snapshotSide(s))));
    assert.deepEqual(partial.slice(0, 3).map(snapshotSide), [], `${partial.length} messages of states that never were`);
    const orders = await this.rig.assertAllThere();
    const { requests, overdrawn, lowestAvailable } = this.rig.shop.counts();
    assert.equal(overdrawn, 0, 'the bucket was overdrawn');
    const changes = [...this.seen.values()].reduce((sum, states) => sum + states.length, 0);
    return { days: this.days, polls: this.polls, orders, changes, messages: messages.length, requests,
      'requests per order': Number((requests / orders).toFixed(2)), 'requests per change': Number((requests / changes).toFixed(2)),
      overdrawn, lowestAvailable, ...this.happened };
  }
}

/** options: {days, everyMinutes, seed}. Resolves to the figures. */
export async function soak(options) {
  const time = { shop: null };
  const nowMs = () => performance.now() + (time.shop ? time.shop.clock.nowMs() : start);
  const rig = await startRig({
    fetchers: 0, shop: { bucket: { max: 300, restorePerSecond: 50, nowMs } } });
  try {
    return await rig.stack.explaining(async () => {
      rig.shop.clock({ set: new Date(start).toISOString() });
      time.shop = rig.shop.shop;
      rig.shop.settings({ searchLagMs: 90_000 });
      await rig.stack.startService('fetcher', { env: {
        ORDER_POLLING_INTERVAL_MINUTES: '1440', ORDER_POLLING_BATCH_SIZE: '5', ORDER_POLLING_MAX_PAGES: '6',
        SHOPIFY_LINES_PAGE: '3', KAFKA_SESSION_TIMEOUT_MS: '3000', LOG_LEVEL: 'info' } });
      const days = new Soak(rig, options);
      await days.producer.connect();
      try {
        await days.live();
        await days.settle();
        return await days.check();
      } finally {
        await days.producer.disconnect();
      }
    });
  } finally {
    await rig.stop();
  }
}
