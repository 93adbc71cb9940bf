import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'graphql';
import { Bucket } from './bucket.mjs';
import { costModel, sizeFactor } from './cost.mjs';
import { loadSchema } from './schema.mjs';
import { ORDERS_QUERY } from './test_support.mjs';

const { schema } = loadSchema('2026-07');
function model(text) {
  const document = parse(text);
  return costModel(
    schema,
    document,
    document.definitions.find((d) => d.kind === 'OperationDefinition'),
  );
}

test('a connection is charged by size class', () => {
  const sizes = [
    0, 1, 2, 3, 4, 5, 7, 8, 12, 13, 20, 21, 33, 34, 54, 55, 88, 89, 143, 144, 232, 233, 250,
  ];
  assert.deepEqual(
    sizes.map(sizeFactor),
    [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11],
  );
});

test('requested cost equals figures of real stores', () => {
  const cases = [
    ['{ orders(first: 250) { nodes { id } } }', 13],
    ['{ orders(first: 250) { nodes { id lineItems(first: 250) { nodes { id } } } } }', 156],
    ['{ ordersCount { count } }', 10],
    ['{ order(id: "gid://shopify/Order/1") { id totalPriceSet { shopMoney { amount } } } }', 1],
    [
      '{ products(first: 2) { nodes { id } edges { cursor node { id } } pageInfo { hasNextPage } } }',
      4,
    ],
    ['{ shop { plan { shopifyPlus } } currentAppInstallation { accessScopes { handle } } }', 4],
  ];
  for (const [text, expected] of cases) assert.equal(model(text).requested({}), expected, text);
});

test('an abstract type costs its dearest branch', () => {
  const text = `{ node(id: "gid://shopify/Order/1") {
    ... on Order { customer { id } billingAddress { city } } ... on Customer { id } } }`;
  assert.equal(model(text).requested({}), 3);
  const order = { customer: { id: 1 }, billingAddress: null };
  assert.equal(model(text).actual({}, { node: order }), 3);
  assert.equal(model(text).actual({}, { node: { id: 1 } }), 1);
});

test('requested cost of the full order query, by page and line sizes', () => {
  const { requested } = model(ORDERS_QUERY);
  for (const [first, lines, expected] of [
    [250, 250, 948],
    [250, 100, 816],
    [100, 250, 776],
    [100, 100, 668],
    [50, 250, 604],
    [50, 100, 520],
    [50, 50, 436],
    [25, 250, 518],
    [10, 250, 346],
  ]) {
    assert.equal(requested({ first, lines }), expected, `${first}/${lines}`);
  }
});

test('actual cost equals replies of real stores: asked for n, given m', () => {
  const nodes = (m) => Array.from({ length: m }, (_, id) => ({ id }));
  for (const [first, given, expected] of [
    [1, 0, 3],
    [1, 1, 3],
    [5, 0, 5],
    [10, 1, 3],
    [10, 6, 5],
    [20, 3, 3],
    [20, 7, 4],
    [20, 9, 5],
    [10, 10, 6],
    [50, 5, 3],
    [50, 50, 9],
    [100, 85, 10],
    [100, 99, 11],
    [250, 0, 13],
  ]) {
    const { actual } = model(`{ orders(first: ${first}) { nodes { id } } }`);
    assert.equal(actual({}, { orders: { nodes: nodes(given) } }), expected, `${given} of ${first}`);
  }
  const nested = model(`query($id: ID!) { order(id: $id) { id
    lineItems(first: 10) { nodes { title } } shippingLines(first: 10) { nodes { title } } } }`);
  const order = { id: 1, lineItems: { nodes: [{ title: 'a' }] }, shippingLines: { nodes: [] } };
  assert.equal(nested.requested({}), 13);
  assert.equal(nested.actual({}, { order }), 10);
  assert.equal(nested.actual({}, { order: null }), 1);
});

test('the bucket admits by request, charges by actual cost and restores with time', () => {
  let nowMs = 0;
  const bucket = new Bucket({ max: 2000, restorePerSecond: 100, nowMs: () => nowMs });
  assert.equal(bucket.admits(948), true);
  bucket.charge(1950);
  assert.equal(bucket.status().currentlyAvailable, 50);
  assert.equal(bucket.admits(51), false);
  assert.equal(bucket.throttled, 1);
  nowMs = 10;
  assert.equal(bucket.admits(51), true);
  nowMs = 60_000;
  assert.equal(bucket.status().currentlyAvailable, 2000);
  assert.equal(bucket.lowest, 50);
});
