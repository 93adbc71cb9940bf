// Webhooks: the subscriptions that an app makes by the Admin API, and what is sent to them.
//
// Deliveries go to `deliverTo` instead of the subscription's https address; without it nothing is
// sent. What is not answered by 2xx is sent again after `retryMs`, with the same ids and body, as
// Shopify does (there with growing pauses), `tries` times in all.
import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { badRequest } from './errors.mjs';
import { connection } from './connection.mjs';
import { isoSecond } from './clock.mjs';
import { onlyKeys } from './spec.mjs';
import { gid } from './view.mjs';

const TIMEOUT_MS = 5000;
const SETTINGS = ['deliverTo', 'secret', 'topics', 'retryMs', 'tries', 'copies'];

// What happened to an order -> the topics that tell of it.
const TOPICS = {
  create: ['ORDERS_CREATE', 'ORDERS_UPDATED'],
  cancel: ['ORDERS_CANCELLED', 'ORDERS_UPDATED'],
  edit: ['ORDERS_EDITED', 'ORDERS_UPDATED'],
  delete: ['ORDERS_DELETE'],
};
const topicsOf = (op) => TOPICS[op] ?? ['ORDERS_UPDATED'];

/** ORDERS_UPDATED -> orders/updated, as headers have it. */
const headerTopic = (topic) => topic.toLowerCase().replace('_', '/');

export const sign = (secret, body) => createHmac('sha256', secret).update(body).digest('base64');

/** REST-shaped; an edit tells of itself, a deletion has the id only. */
function payload(topic, order, fields) {
  if (topic === 'ORDERS_DELETE') return { id: order.id };
  if (topic === 'ORDERS_EDITED') return { order_edit: { id: order.id + 1, order_id: order.id } };
  const whole = {
    id: order.id, admin_graphql_api_id: gid('Order', order.id), name: order.name, email: order.email ?? null,
    note: order.note ?? null, updated_at: isoSecond(order.updatedUs),
    line_items: order.lines.map((line) => ({ id: line.id, sku: line.sku, current_quantity: line.currentQuantity })) };
  if (!fields?.length) return whole;
  return Object.fromEntries(Object.entries(whole).filter(([key]) => fields.includes(key)));
}

/** Sends one; resolves to the status, 0 when there was no answer. */
export function post(url, { body, headers }) {
  return new Promise((resolve) => {
    const call = request(url, { method: 'POST', timeout: TIMEOUT_MS, agent: false,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers } },
    (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode)).once('error', () => resolve(0));
    });
    call.once('timeout', () => call.destroy()).once('error', () => resolve(0));
    call.end(body);
  });
}

export class Webhooks {
  constructor({ shop }) {
    Object.assign(this, { shop, deliverTo: '', secret: '', topics: null, retryMs: 500, tries: 9, copies: 1 });
    this.subscriptions = [];
    this.nextId = 1;
    this.counts = { sent: 0, delivered: 0, refused: 0, lost: 0 };
    this.open = new Set(); // deliveries not yet answered by 2xx
    this.timers = new Set();
    shop.onEvent = (op, order) => this.tell(op, order);
  }

  configure(settings) {
    Object.assign(this, onlyKeys(settings, SETTINGS, 'webhooks'));
  }

  status() {
    const { deliverTo, topics, retryMs, tries, copies } = this;
    return { deliverTo, topics, retryMs, tries, copies, open: this.open.size, ...this.counts };
  }

  /** {topic, includeFields} of those that get it: the subscriptions, or `topics` when these are set. */
  #wanted() {
    return this.topics?.map((topic) => ({ topic, includeFields: [] })) ?? this.subscriptions;
  }

  tell(op, order) {
    if (!this.deliverTo) return;
    const event = randomUUID();
    const at = new Date(this.shop.clock.nowMs()).toISOString();
    for (const { topic, includeFields } of this.#wanted().filter((s) => topicsOf(op).includes(s.topic))) {
      this.#begin(this.message(payload(topic, order, includeFields), { topic: headerTopic(topic), event, at }));
    }
  }

  /** A delivery as Shopify signs it: {body, headers}. */
  message(payloadOf, { topic, event = randomUUID(), id = randomUUID(), at = new Date().toISOString(), secret = this.secret }) {
    const body = JSON.stringify(payloadOf);
    return { body, headers: {
      'X-Shopify-Topic': topic, 'X-Shopify-Hmac-Sha256': sign(secret, body), 'X-Shopify-Shop-Domain': this.shop.domain,
      'X-Shopify-API-Version': '2026-07', 'X-Shopify-Webhook-Id': id, 'X-Shopify-Event-Id': event,
      'X-Shopify-Triggered-At': at } };
  }

  #begin(delivery) {
    for (let i = 0; i < this.copies; i += 1) {
      const copy = { ...delivery, left: this.tries };
      this.open.add(copy);
      this.#try(copy);
    }
  }

  async #try(delivery) {
    delivery.left -= 1;
    this.counts.sent += 1;
    const status = await post(this.deliverTo, delivery);
    if (status >= 200 && status < 300) {
      this.counts.delivered += 1;
      this.open.delete(delivery);
    } else if (delivery.left > 0 && !this.isClosed) {
      this.counts.refused += 1;
      const timer = setTimeout(() => this.timers.delete(timer) && this.#try(delivery), this.retryMs);
      this.timers.add(timer);
    } else {
      this.counts.lost += 1;
      this.open.delete(delivery);
    }
  }

  close() {
    this.isClosed = true;
    for (const timer of this.timers) clearTimeout(timer);
  }

  // ---- the Admin API ----

  find(id) {
    return this.subscriptions.find((s) => s.id === id) ?? null;
  }

  list({ topics, uri, ...args }) {
    const rows = this.subscriptions.filter(
      (s) => (!topics || topics.includes(s.topic)) && (!uri || s.uri === uri));
    return connection(rows, args);
  }

  #faults(topic, { uri }, own) {
    const field = ['webhookSubscription', 'uri'];
    if (!uri) return [{ field, message: "Address can't be blank" }];
    if (!/^https:\/\//.test(uri)) return [{ field, message: 'Address protocol is not supported' }];
    if (this.subscriptions.some((s) => s !== own && s.topic === topic && s.uri === uri)) {
      return [{ field, message: 'Address for this topic has already been taken' }];
    }
    return [];
  }

  create({ topic, webhookSubscription: input }) {
    const userErrors = this.#faults(topic, input);
    if (userErrors.length) return { userErrors, webhookSubscription: null };
    const now = isoSecond(this.shop.clock.nowMs() * 1000);
    const made = { __typename: 'WebhookSubscription', id: this.nextId, topic, format: 'JSON', includeFields: [], metafieldNamespaces: [],
      createdAt: now, updatedAt: now, ...input };
    this.nextId += 1;
    this.subscriptions.push(made);
    return { userErrors, webhookSubscription: made };
  }

  #byGid(id) {
    const match = /^gid:\/\/shopify\/WebhookSubscription\/(\d+)$/.exec(id);
    if (!match) throw badRequest(`Invalid global id '${id}'`);
    return this.find(Number(match[1]));
  }

  update({ id, webhookSubscription: input }) {
    const own = this.#byGid(id);
    const missing = [{ field: ['id'], message: 'Webhook subscription does not exist' }];
    const userErrors = own ? this.#faults(own.topic, { ...own, ...input }, own) : missing;
    if (!userErrors.length) Object.assign(own, input, { updatedAt: isoSecond(this.shop.clock.nowMs() * 1000) });
    return { userErrors, webhookSubscription: userErrors.length ? null : own };
  }

  delete({ id }) {
    const own = this.#byGid(id);
    if (!own) return { userErrors: [{ field: ['id'], message: 'Webhook subscription does not exist' }], deletedWebhookSubscriptionId: null };
    this.subscriptions = this.subscriptions.filter((s) => s !== own);
    return { userErrors: [], deletedWebhookSubscriptionId: id };
  }
}
