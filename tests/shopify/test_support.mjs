// What the tests of the stand-in share: a shop that is closed after the test, and a client for it.
import { readFileSync } from 'node:fs';
import { after } from 'node:test';
import { startShop } from './shop.mjs';

export const TOKEN = 'shpat_test';
export const ORDERS_QUERY = readFileSync(new URL('./orders_page.graphql', import.meta.url), 'utf8');
export const NOON = '2026-07-01T12:00:00Z';

/** A shop whose clock stands at NOON; for a `node:test` file's top level. */
export async function testShop(options = {}) {
  const app = await startShop({ token: TOKEN, ...options });
  app.control.clock({ set: NOON });
  after(() => app.close());
  return app;
}

export function post(app, { version = '2026-07', token = TOKEN, headers = {}, ...body }) {
  return fetch(`${app.url}/admin/api/${version}/graphql.json`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', 'x-shopify-access-token': token, ...headers },
  });
}

/** The reply's JSON; `query` may be followed by variables. */
export async function ask(app, query, variables, more = {}) {
  return (await post(app, { query, variables, ...more })).json();
}

/** The data of a query that must succeed. */
export async function data(app, query, variables, more) {
  const reply = await ask(app, query, variables, more);
  if (reply.errors) throw new Error(JSON.stringify(reply.errors));
  return reply.data;
}

export async function control(app, method, path, body) {
  const response = await fetch(`${app.url}/control/${path}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

/** A search that every order fits. */
export const ALL = "updated_at:>='2000-01-01T00:00:00Z'";
export const NAMES = `query($first: Int, $after: String, $last: Int, $before: String, $query: String,
  $sortKey: OrderSortKeys, $reverse: Boolean) {
  orders(first: $first, after: $after, last: $last, before: $before, query: $query,
    sortKey: $sortKey, reverse: $reverse) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { name } } }`;
export const names = (reply) => reply.orders.nodes.map((n) => n.name);
export const line = (sku, quantity = 1) => ({ sku, quantity, price: '10.00' });
