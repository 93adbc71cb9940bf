// Finding orders and paging through them, over HTTP.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ALL, NAMES, ask, data, line, names, testShop } from './test_support.mjs';

describe('paging', async () => {
  const app = await testShop();
  for (let i = 0; i < 7; i += 1) {
    app.control.create({ lines: [line('A')] });
    app.control.clock({ advanceMs: i % 2 ? 1000 : 0 });
  }
  const page = (variables) => data(app, NAMES, { sortKey: 'UPDATED_AT', ...variables });

  for (const query of [ALL, null]) {
    test(`forwards and backwards ${query ? 'by search' : 'by the database'}, each order once`, async () => {
      const seen = [];
      let after = null;
      do {
        const { orders } = await page({ first: 3, after, query });
        seen.push(...orders.nodes.map((n) => n.name));
        after = orders.pageInfo.hasNextPage ? orders.pageInfo.endCursor : null;
      } while (after);
      assert.deepEqual(seen, ['#1001', '#1002', '#1003', '#1004', '#1005', '#1006', '#1007']);
      const last = await page({ last: 2, query });
      assert.deepEqual(names(last), ['#1006', '#1007']);
      assert.deepEqual(
        [last.orders.pageInfo.hasPreviousPage, last.orders.pageInfo.hasNextPage],
        [true, false],
      );
      const before = await page({ last: 2, before: last.orders.pageInfo.startCursor, query });
      assert.deepEqual(names(before), ['#1004', '#1005']);
      assert.deepEqual(names(await page({ first: 2, query, reverse: true })), ['#1007', '#1006']);
      assert.equal((await page({ first: 7, query })).orders.pageInfo.hasNextPage, false);
    });
  }

  test('a cursor holds a value: whole seconds from search, microseconds from the database', async () => {
    const cursorOf = async (query) => {
      const { orders } = await page({ first: 2, query });
      return JSON.parse(Buffer.from(orders.pageInfo.endCursor, 'base64'));
    };
    assert.equal((await cursorOf(ALL)).last_value, Date.parse('2026-07-01T12:00:00Z'));
    assert.equal((await cursorOf(null)).last_value, '2026-07-01 12:00:00.000001');
  });

  test('an order that changes between two pages moves to the end, and nobody is skipped', async () => {
    const first = await page({ first: 3, query: ALL });
    app.control.clock({ advanceMs: 1000 });
    app.control.act('touch', '#1002', {});
    const second = await page({ first: 10, query: ALL, after: first.orders.pageInfo.endCursor });
    assert.deepEqual(names(second), ['#1004', '#1005', '#1006', '#1007', '#1002']);
  });

  test('what a page may not ask', async () => {
    const message = async (variables) => (await ask(app, NAMES, variables)).errors[0];
    assert.equal((await message({})).message, 'you must provide one of first or last');
    assert.equal((await message({ first: 251 })).extensions.code, 'BAD_REQUEST');
    assert.equal((await message({ first: 1, after: 'nonsense' })).message, 'Malformed cursor');
  });

  test('lines page within an order', async () => {
    const { id, gid } = app.control.create({
      lines: Array.from({ length: 300 }, (_, i) => line(`SKU-${i}`)),
    });
    const query = `query($id: ID!, $after: String) { order(id: $id) { updatedAt
      lineItems(first: 250, after: $after) { pageInfo { hasNextPage endCursor } edges { cursor node { sku } } } } }`;
    const one = (await data(app, query, { id: gid })).order.lineItems;
    const two = (await data(app, query, { id: gid, after: one.pageInfo.endCursor })).order
      .lineItems;
    const skus = [...one.edges, ...two.edges].map((e) => e.node.sku);
    assert.deepEqual(
      skus,
      Array.from({ length: 300 }, (_, i) => `SKU-${i}`),
    );
    assert.deepEqual([one.pageInfo.hasNextPage, two.pageInfo.hasNextPage], [true, false]);
    assert.equal(one.edges.at(-1).cursor, one.pageInfo.endCursor);
    app.control.act('delete', id);
  });
});

describe('finding orders', async () => {
  const app = await testShop();
  const [paid, voided, test1] = [
    app.control.create({ lines: [line('A')], createdAt: '2026-06-01T00:00:00Z' }),
    app.control.create({ lines: [line('B')], financialStatus: 'AUTHORIZED' }),
    app.control.create({ lines: [line('C')], test: true, tags: ['rush'] }),
  ];
  app.control.act('cancel', voided.id, {});
  app.control.act('archive', test1.id, {});
  const find = async (query) => names(await data(app, NAMES, { first: 10, query, sortKey: 'ID' }));

  test('by time, state, id, name, tag and test', async () => {
    for (const [query, expected] of [
      [null, ['#1001', '#1002', '#1003']],
      ['status:open', ['#1001']],
      ['status:cancelled', ['#1002']],
      ['status:closed', ['#1003']],
      ['financial_status:voided', ['#1002']],
      [`id:${paid.id}`, ['#1001']],
      ['name:1003', ['#1003']],
      ['tag:rush', ['#1003']],
      ['test:true', ['#1003']],
      ['-test:true', ['#1001', '#1002']],
      ["created_at:<'2026-06-15T00:00:00Z'", ['#1001']],
      ["updated_at:>='2026-07-01T12:00:00Z'", ['#1002', '#1003']],
      ['sku:B', ['#1002']],
    ]) {
      assert.deepEqual(await find(query), expected, query);
    }
  });

  test('an unquoted time answers 200 with a warning beside the data', async () => {
    const reply = await ask(app, NAMES, { first: 1, query: 'updated_at:>=2026-01-01T00:00:00Z' });
    assert.equal(reply.errors, undefined);
    assert.deepEqual(reply.extensions.search[0].path, ['orders']);
    assert.equal(reply.extensions.search[0].warnings[0].code, 'invalid_field');
  });

  test('by id: node, nodes, a wrong one, a deleted one', async () => {
    const query = `query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Order { name } }
      gone: order(id: "gid://shopify/Order/1") { id } }`;
    const variant = (
      await data(
        app,
        `{ order(id: "${paid.gid}") { lineItems(first: 1) { nodes { variant { id } } } } }`,
      )
    ).order.lineItems.nodes[0].variant.id;
    const reply = await data(app, query, { ids: [paid.gid, 'gid://shopify/Order/5', variant] });
    assert.deepEqual(reply.nodes, [{ id: paid.gid, name: '#1001' }, null, { id: variant }]);
    assert.equal(reply.gone, null);
    const many = await ask(app, query, { ids: Array(251).fill(paid.gid) });
    assert.match(many.errors[0].message, /251 is greater than the maximum allowed of 250/);
    const made = app.control.create({ lines: [line('A')] });
    app.control.act('delete', made.id);
    assert.equal((await data(app, `{ order(id: "${made.gid}") { id } }`)).order, null);
  });

  test('counting', async () => {
    const reply = await data(
      app,
      `{ all: ordersCount { count precision }
      few: ordersCount(limit: 2) { count precision } one: ordersCount(query: "test:true") { count } }`,
    );
    assert.deepEqual(reply, {
      all: { count: 3, precision: 'EXACT' },
      few: { count: 2, precision: 'AT_LEAST' },
      one: { count: 1 },
    });
  });

  test('the search index may lag behind the database', async () => {
    app.control.settings({ searchLagMs: 5000 });
    app.control.act('touch', paid.id, {});
    const since = "updated_at:>='2026-07-01T12:00:00Z'";
    assert.equal((await find(since)).includes('#1001'), false);
    assert.equal(
      (await data(app, `{ order(id: "${paid.gid}") { updatedAt } }`)).order.updatedAt,
      '2026-07-01T12:00:00Z',
    );
    app.control.clock({ advanceMs: 5000 });
    assert.equal((await find(since)).includes('#1001'), true);
  });
});
