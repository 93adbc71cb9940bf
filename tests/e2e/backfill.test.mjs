// Historic windows: by bulk operation and by pages, the same messages as by polling, whatever goes wrong on the way.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { waitUntil } from '../support/wait.mjs';
import { ask, backfill, ended, fillPast, progressOf, publishedBy } from './backfill_rig.mjs';
import { startRig } from './fetcher_rig.mjs';
import { headersOf } from './results.mjs';

const count = 260;
let rig;
before(async () => {
  rig = await startRig({ fetcherEnv: { BACKFILL_ORDERS_PER_SECOND: '10000', SHOPIFY_LINES_PAGE: '3' } });
  fillPast(rig, { count });
  rig.shop.settings({ bulk: { shuffle: 3 } });
});
after(() => rig?.stop());

const explained = (name, fn) => test(name, () => rig.stack.explaining(fn));

explained('by bulk operation: every order, whole, whatever the order of the lines in the file', async () => {
  const id = await ask(rig);
  const end = await ended(rig, id);
  assert.deepEqual([end.state, end.step, end.orders, end.total], ['finished', 'publish', count, count]);
  assert.equal(await rig.assertAllThere(), count);
  const { messages } = await publishedBy(rig, id);
  assert.equal(messages.length, count);
  assert.ok(messages.every((m) => headersOf(m).source === 'backfill'));
  assert.ok(rig.shop.requests.some((r) => r.operation === 'BulkRun'));
});

explained('by pages: the same snapshots', async () => {
  const bulk = await ask(rig);
  await ended(rig, bulk);
  const plain = await ask(rig, { plain: true });
  const end = await ended(rig, plain);
  assert.deepEqual([end.step, end.orders], ['pages', count]);
  const [a, b] = [await publishedBy(rig, bulk), await publishedBy(rig, plain)];
  assert.equal(a.snapshots.size, count);
  for (const [id, snapshot] of b.snapshots) assert.deepEqual(a.snapshots.get(id), snapshot);
  const before = (await rig.records.read()).find((r) => r.watermark);
  const last = (await rig.records.read()).filter((r) => r.watermark).at(-1);
  assert.equal(last.watermark, before.watermark, 'a backfill moved the watermark');
});

explained('what changed, and what was deleted, while the operation ran', async () => {
  const views = rig.views();
  rig.shop.settings({ bulk: { hold: true } });
  const id = await ask(rig);
  await waitUntil(async () => (await progressOf(rig, id)).at(-1)?.step === 'operation', { what: 'the operation' });
  rig.shop.act('edit', views[5].id, { note: 'changed meanwhile', lines: [{ line: 0, quantity: 9 }] });
  rig.shop.act('delete', views[6].id);
  rig.shop.settings({ bulk: { hold: false } });
  await ended(rig, id);
  const { snapshots } = await publishedBy(rig, id);
  assert.equal(snapshots.get(String(views[5].id)).note, 'changed meanwhile');
  assert.equal(snapshots.has(String(views[6].id)), false, 'a deleted order was published');
  await rig.assertAllThere();
});

for (const [what, settings, note] of [
  ['is refused', { refuse: 'A bulk operation is not allowed here.' }, /not allowed here/],
  ['fails in the middle', { fail: 'INTERNAL_SERVER_ERROR' }, /FAILED, INTERNAL_SERVER_ERROR/],
]) {
  explained(`a bulk operation that ${what}: by pages`, async () => {
    rig.shop.settings({ bulk: settings });
    const end = await backfill(rig);
    rig.shop.settings({ bulk: { refuse: null, fail: null } });
    assert.deepEqual([end.state, end.step, end.orders], ['finished', 'pages', rig.views().length]);
    assert.match(end.note, note);
  });
}

explained('an address that expired and a download that broke off are asked for again', async () => {
  rig.shop.settings({ bulk: { expired: 1, cut: 1 } });
  const end = await backfill(rig);
  assert.deepEqual([end.state, end.step, end.orders], ['finished', 'publish', rig.views().length]);
  assert.equal(rig.events('backfill.failed').length, 2);
});

explained('orders by id, a dry run and the comparison', async () => {
  const [a, b] = rig.views();
  const id = await ask(rig, { orders: [String(a.id), '999', String(b.id)], dryRun: true, force: true });
  const end = await ended(rig, id);
  assert.deepEqual([end.seen, end.orders], [3, 2]);
  const { messages } = await publishedBy(rig, id);
  for (const m of messages) assert.deepEqual([headersOf(m).dry_run, headersOf(m).force], ['true', 'rows']);
});

explained('a window by the time of creation', async () => {
  const views = rig.views().sort((x, y) => x.createdAt.localeCompare(y.createdAt));
  const [from, to] = [views[10].createdAt, views[20].createdAt];
  const wanted = views.filter((v) => v.createdAt >= from && v.createdAt < to).map((v) => String(v.id)).sort();
  for (const plain of [true, false]) {
    const id = await ask(rig, { from, to, by: 'created', plain });
    await ended(rig, id);
    assert.deepEqual([...(await publishedBy(rig, id)).snapshots.keys()].sort(), wanted);
  }
});

explained('cancelled: Shopify is told, and the next one goes on', async () => {
  rig.shop.settings({ bulk: { hold: true } });
  const id = await ask(rig);
  await waitUntil(async () => (await progressOf(rig, id)).at(-1)?.step === 'operation', { what: 'the operation' });
  await ask(rig, { id, cancel: true });
  assert.equal((await ended(rig, id)).state, 'cancelled');
  rig.shop.settings({ bulk: { hold: false } });
  assert.ok(rig.shop.requests.some((r) => r.operation === 'BulkCancel'));
  assert.equal((await backfill(rig)).state, 'finished');
});

explained('followed or cancelled by an id that nobody asked for: said at once', async () => {
  for (const option of ['--follow', '--cancel']) {
    const { code, stderr } = await rig.stack.tillctl(['backfill', option, '1-1']);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /^tillctl: no backfill 1-1 of demo\.myshopify\.com was asked for/);
  }
  const id = await ask(rig);
  const { code, stdout } = await rig.stack.tillctl(['backfill', '--follow', id]);
  assert.equal(code, 0);
  assert.match(stdout, /^finished: \d+ orders published\n$/);
  const late = await rig.stack.tillctl(['backfill', '--from', '2100-01-01']);
  assert.deepEqual([late.code, /--from must be before --to, which is now/.test(late.stderr)], [2, true]);
});

explained('polls go on between the slices', async () => {
  rig.fault('slow', { match: 'OrdersWindow', delayMs: 150, times: 1000 });
  await rig.configure({ batchSize: 5 });
  const id = await ask(rig, { plain: true });
  await waitUntil(async () => (await progressOf(rig, id)).at(-1)?.seen > 0, { what: 'the first slice' });
  rig.shop.random({ count: 3, seed: 8 });
  await rig.pollOk();
  assert.equal((await progressOf(rig, id)).at(-1).state, 'running', 'the poll waited for the backfill');
  rig.shop.clearFaults();
  await ended(rig, id);
  await rig.assertAllThere();
});

explained('every message is counted, and fetchedAt is given out once', async () => {
  const messages = await rig.orders.messages();
  const last = (await rig.records.read()).filter((r) => r.publishedTotal !== undefined).at(-1);
  assert.equal(last.publishedTotal + last.dryRunTotal, messages.length);
  assert.equal(new Set(messages.map((m) => m.ts)).size, messages.length);
});
