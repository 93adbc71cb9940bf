// Bulk operations of the stand-in: what it refuses, what stands in the file, what can go wrong.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ALL, ask, data, testShop } from './test_support.mjs';

const RUN = `mutation($query: String!) { bulkOperationRunQuery(query: $query) {
  bulkOperation { id status } userErrors { field message } } }`;
const STATE = 'query($id: ID!) { node(id: $id) { ... on BulkOperation { id status errorCode url partialDataUrl rootObjectCount objectCount } } }';
const CANCEL = 'mutation($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { status } userErrors { message } } }';
const QUERY = `{ orders(query: "${ALL}") { edges { node { id name
  lineItems { edges { node { id sku } } } } } } }`;

describe('bulk operations', async () => {
  const app = await testShop();
  app.control.random({ count: 7, seed: 2 });
  const start = async (query = QUERY) => (await data(app, RUN, { query })).bulkOperationRunQuery;
  const state = async (id) => (await data(app, STATE, { id })).node;
  const file = async (url) => (await (await fetch(url)).text()).trim().split('\n').map((line) => JSON.parse(line));

  test('run, are looked at, and leave a file of lines', async () => {
    app.control.settings({ bulk: { polls: 2, shuffle: 5 } });
    const { bulkOperation: { id, status } } = await start();
    assert.equal(status, 'CREATED');
    assert.deepEqual([(await state(id)).status, (await state(id)).status], ['RUNNING', 'RUNNING']);
    const done = await state(id);
    assert.equal(done.status, 'COMPLETED');
    const lines = await file(done.url);
    const orders = lines.filter((l) => !l.__parentId);
    const views = app.control.shop.views();
    assert.deepEqual(orders.map((o) => o.name).sort(), views.map((v) => v.name).sort());
    assert.equal(done.rootObjectCount, '7');
    for (const view of views) {
      const mine = lines.filter((l) => l.__parentId === view.gid).map((l) => l.id).sort();
      assert.deepEqual(mine, view.lines.map((l) => l.id).sort());
    }
    const firstChild = lines.findIndex((l) => l.__parentId);
    assert.ok(lines.findIndex((l) => l.id === lines[firstChild].__parentId) !== firstChild - 1, 'not shuffled');
  });

  test('hold what the shop held at their start', async () => {
    app.control.settings({ bulk: { polls: 0 } });
    const { bulkOperation: { id } } = await start();
    const late = app.control.create({ lines: [{ sku: 'X', price: '1' }] });
    assert.ok(!(await file((await state(id)).url)).some((l) => l.id === late.gid));
  });

  for (const [what, query] of [
    ['nodes', '{ orders { nodes { id } } }'],
    ['three levels', '{ customers { edges { node { id orders { edges { node { id lineItems { edges { node { id } } } } } } } } } }'],
    ['a field that is not there', '{ orders { edges { node { id nothing } } } }'],
    ['variables', 'query($q: String) { orders(query: $q) { edges { node { id } } } }'],
  ]) {
    test(`are refused for ${what}`, async () => {
      const { bulkOperation, userErrors } = await start(query);
      assert.equal(bulkOperation, null);
      assert.equal(userErrors.length, 1);
    });
  }

  test('are refused while five run, naming them; a cancelled one makes room', async () => {
    app.control.settings({ bulk: { hold: true } });
    const ids = [];
    for (let i = 0; i < 5; i += 1) ids.push((await start()).bulkOperation.id);
    const { userErrors } = await start();
    assert.match(userErrors[0].message, new RegExp(`in progress: .*${ids[0]}`));
    for (const id of ids) await ask(app, CANCEL, { id });
    assert.equal((await state(ids[0])).status, 'CANCELED');
    assert.equal((await start()).userErrors.length, 0);
    app.control.settings({ bulk: { hold: false } });
  });

  test('fail with a part of the file, expire, and break off', async () => {
    app.control.settings({ bulk: { fail: 'INTERNAL_SERVER_ERROR' } });
    const failed = await state((await start()).bulkOperation.id);
    assert.deepEqual([failed.status, failed.url], ['FAILED', null]);
    assert.ok((await file(failed.partialDataUrl)).length > 0);
    app.control.settings({ bulk: { fail: null, expired: 1, cut: 1 } });
    const { url } = await state((await start()).bulkOperation.id);
    assert.equal((await fetch(url)).status, 400);
    await assert.rejects(fetch(url).then((r) => r.text()));
    assert.equal((await fetch(url)).status, 200);
  });
});
