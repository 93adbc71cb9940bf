// A fetcher that listens for webhooks, and a shop that sends them: the signed webhooks of its orders, and any other.

import { post, sign } from '../shopify/webhooks.mjs';
import { freePorts } from '../support/ports.mjs';
import { Results } from './results.mjs';

export const secret = 'shpss_the app\'s own';
export const topics = ['ORDERS_CREATE', 'ORDERS_UPDATED', 'ORDERS_CANCELLED', 'ORDERS_DELETE'];

/** Settings of a fetcher that listens on a free port, and the address. */
export async function listening(env = {}) {
  const [port] = await freePorts(1);
  return { url: `http://127.0.0.1:${port}/webhooks`,
    env: { ENABLE_WEBHOOKS: 'true', WEBHOOK_LISTEN: `127.0.0.1:${port}`, SHOPIFY_WEBHOOK_SECRET: secret, ...env } };
}

/** Doorbells in the topic, as objects. */
export const doorbells = (stack) => new Results(stack.kafka, 'shopify.webhooks').read();

/** The shop sends its orders' webhooks to `url` from now on. */
export function deliver(shop, url, settings = {}) {
  shop.settings({ webhooks: { deliverTo: url, secret, topics, ...settings } });
}

export const delivered = (shop) => shop.settings().webhooks;

/** A webhook of an order, as the shop would send it; `headers` over it (undefined: left out). */
export function webhook(shop, { id = 450789469, body, topic = 'orders/updated', event, key = secret, headers = {} } = {}) {
  const made = shop.webhooks.message(body ?? { id }, { topic, event, secret: key });
  const all = { ...made.headers, ...headers };
  return { body: made.body, headers: Object.fromEntries(Object.entries(all).filter(([, v]) => v !== undefined)) };
}

export { post, sign };
