// Every kind of fault, as a client meets it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KINDS } from './faults.mjs';
import { control, post, testShop } from './test_support.mjs';

const app = await testShop();
const made = app.control.create({
  lines: [{ sku: 'MUG-STONE-350' }],
  customer: { firstName: 'A' },
});
app.control.random({ count: 20, seed: 5 });
const QUERY =
  'query Page($first: Int!) { orders(first: $first, sortKey: ID) { nodes { name note customer { id } } } }';
const request = () => post(app, { query: QUERY, variables: { first: 5 } });
const inject = (...faults) => app.control.addFaults({ faults });

async function reply() {
  const response = await request();
  return { status: response.status, headers: response.headers, body: await response.json() };
}

// kind -> the fault and what a client must see of it
const SEEN = {
  http: [
    { status: 429, retryAfter: '4.0' },
    async () => {
      const { status, headers, body } = await reply();
      assert.deepEqual(
        [status, headers.get('retry-after'), typeof body.errors],
        [429, '4.0', 'string'],
      );
    },
  ],
  throttled: [
    { requested: 400, available: 20 },
    async () => {
      const { status, body } = await reply();
      assert.deepEqual(
        [status, body.errors[0].extensions.code, body.data],
        [200, 'THROTTLED', undefined],
      );
      assert.equal(body.extensions.cost.throttleStatus.currentlyAvailable, 20);
      assert.equal(body.extensions.cost.requestedQueryCost, 400);
    },
  ],
  max_cost: [
    { cost: 1500 },
    async () => {
      const { body } = await reply();
      assert.deepEqual(
        [body.errors[0].extensions.code, body.errors[0].extensions.cost],
        ['MAX_COST_EXCEEDED', 1500],
      );
    },
  ],
  internal: [
    {},
    async () => {
      const { status, headers, body } = await reply();
      assert.deepEqual(
        [status, body.data, body.errors[0].extensions.code],
        [200, null, 'INTERNAL_SERVER_ERROR'],
      );
      assert.ok(body.errors[0].message.includes(headers.get('x-request-id')));
    },
  ],
  errors_string: [
    { status: 402, message: 'Unavailable Shop' },
    async () => {
      const { status, body } = await reply();
      assert.deepEqual([status, body], [402, { errors: 'Unavailable Shop' }]);
    },
  ],
  nonjson: [
    {},
    async () => {
      const response = await request();
      assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'text/html']);
      assert.match(await response.text(), /^<!DOCTYPE html>/);
    },
  ],
  empty: [{}, async () => assert.deepEqual((await reply()).body, {})],
  reset: [{}, async () => assert.rejects(request, /fetch failed/)],
  hang: [
    {},
    async () => {
      const signal = AbortSignal.timeout(300);
      await assert.rejects(
        fetch(`${app.url}/admin/api/2026-07/graphql.json`, {
          method: 'POST',
          signal,
          body: JSON.stringify({ query: QUERY }),
          headers: { 'x-shopify-access-token': 'shpat_test' },
        }),
        { name: 'TimeoutError' },
      );
    },
  ],
  access_denied: [
    { field: 'Order.note' },
    async () => {
      const { body } = await reply();
      assert.equal(body.errors.length, 5);
      assert.equal(body.errors[0].extensions.code, 'ACCESS_DENIED');
      assert.deepEqual(
        [body.data.orders.nodes[0].note, body.data.orders.nodes[0].name],
        [null, '#1001'],
      );
    },
  ],
  slow: [
    { delayMs: 150 },
    async () => {
      const startMs = performance.now();
      assert.equal((await reply()).body.data.orders.nodes.length, 5);
      assert.ok(performance.now() - startMs >= 145);
    },
  ],
  drip: [
    { delayMs: 150 },
    async () => {
      const startMs = performance.now();
      const response = await request();
      const headMs = performance.now() - startMs;
      assert.equal((await response.json()).data.orders.nodes.length, 5);
      assert.ok(performance.now() - startMs >= 145 && headMs < 145);
    },
  ],
  truncate: [
    { bytes: 40 },
    async () => {
      const response = await request();
      assert.equal(response.status, 200);
      await assert.rejects(response.text());
    },
  ],
  partial: [
    { message: 'half of it' },
    async () => {
      const { body } = await reply();
      assert.deepEqual([body.errors[0].message, body.data.orders.nodes.length], ['half of it', 5]);
    },
  ],
  search_warning: [
    {},
    async () => {
      const { body } = await reply();
      assert.equal(body.extensions.search[0].warnings[0].code, 'invalid_field');
      assert.equal(body.errors, undefined);
    },
  ],
  version: [
    { version: '2027-01' },
    async () => {
      assert.equal((await reply()).headers.get('x-shopify-api-version'), '2027-01');
    },
  ],
  act: [
    { actions: [{ op: 'edit', order: made.id, note: 'before' }] },
    async () => {
      assert.equal((await reply()).body.data.orders.nodes[0].note, 'before');
    },
  ],
  act_after: [
    { actions: [{ op: 'edit', order: made.id, note: 'after' }] },
    async () => {
      assert.equal((await reply()).body.data.orders.nodes[0].note, 'before');
      assert.equal(app.shop.view(made.id).note, 'after');
    },
  ],
};

for (const kind of Object.keys(KINDS)) {
  test(`${kind}: once, and then all is well`, async () => {
    assert.ok(SEEN[kind], `a test for the fault kind ${kind}`);
    const [fault, check] = SEEN[kind];
    inject({ kind, ...fault });
    await check();
    const next = await reply();
    assert.equal(next.status, 200);
    assert.equal(next.body.errors, undefined);
    assert.equal(next.body.data.orders.nodes.length, 5);
  });
}

test('a fault may let some pass, strike several times, and choose by the request', async () => {
  inject({ kind: 'http', status: 503, skip: 1, times: 2, match: 'Page' });
  const statuses = [];
  for (let i = 0; i < 4; i += 1) statuses.push((await request()).status);
  assert.deepEqual(statuses, [200, 503, 503, 200]);
  inject({ kind: 'http', match: '"first":7' });
  assert.equal((await request()).status, 200);
  assert.equal((await post(app, { query: QUERY, variables: { first: 7 } })).status, 503);
});

test('faults come and go over HTTP, and a wrong one is refused', async () => {
  const added = await control(app, 'POST', 'faults', [{ kind: 'reset', times: 3 }]);
  assert.deepEqual(added.body, [{ kind: 'reset', times: 3, skip: 0 }]);
  assert.equal((await control(app, 'GET', 'faults')).body.pending.length, 1);
  assert.deepEqual((await control(app, 'DELETE', 'faults')).body, []);
  assert.equal((await request()).status, 200);
  for (const [fault, message] of [
    [{ kind: 'fire' }, /kind must be one of/],
    [{ kind: 'http', retry: 1 }, /unknown key "retry"/],
    [{ kind: 'http', times: 0 }, /times must be/],
  ]) {
    const refused = await control(app, 'POST', 'faults', [fault]);
    assert.equal(refused.status, 400);
    assert.match(refused.body.error, message);
  }
});
