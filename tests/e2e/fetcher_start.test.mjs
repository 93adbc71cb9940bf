// What the fetcher looks at before its first poll: each thing that a person has to mend keeps it up, not ready, and named.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { ALL_SCOPES } from '../shopify/auth.mjs';
import { request } from '../support/http.mjs';
import { freePorts } from '../support/ports.mjs';
import { waitUntil } from '../support/wait.mjs';
import { explained, startRig } from './fetcher_rig.mjs';

let rig;
before(async () => {
  rig = await startRig({ fetchers: 0 });
  rig.shop.create({ lines: [{ sku: 'A-1', price: '1' }], createdAt: '2026-01-05T00:00:00Z', updatedAt: '2026-01-05T00:00:00Z',
    email: 'ana@example.com' }); // in no window
});
after(() => rig?.stop());

/** A test of a fetcher that is started with `env` while the shop has `settings`. */
const starting = (name, { settings = {}, env = {} }, fn) => test(name, explained(() => rig, async () => {
  const [port] = await freePorts(1);
  rig.shop.settings({ scopes: ALL_SCOPES, protectedData: true, ...settings });
  const fetcher = rig.stack.addService('fetcher', `fetcher-${port}`, port, { env: {
    ORDER_POLLING_INTERVAL_MINUTES: '1440', KAFKA_GROUP_INSTANCE_ID: 'one-after-the-other', ...env } });
  fetcher.launch();
  await fn(fetcher);
  await fetcher.stop();
}));

const event = async (fetcher, name, what = () => true) => {
  const found = () => fetcher.events().find((e) => e.event === name && what(e));
  await waitUntil(() => Boolean(found()), { what: name, timeoutMs: 30_000 });
  return found();
};

starting('one that may read all: ready, no warning, and no core file would hold the token', {}, async (fetcher) => {
  await fetcher.waitReady();
  assert.deepEqual(fetcher.events().filter((e) => /warning|reaches_too_far/.test(e.event)), []);
  assert.match(fs.readFileSync(`/proc/${fetcher.proc.pid}/limits`, 'utf8'), /^Max core file size +0 +0 /m);
});

for (const [name, how, pattern] of [
  ['customer data that the app is not approved for', { settings: { protectedData: false } }, /protected customer data/],
  ['no scope for orders', { settings: { scopes: ['read_products', 'read_customers'] } }, /read_orders/],
  ['a token of another shop', { env: { SHOPIFY_SHOP: 'other.myshopify.com' } }, /SHOPIFY_SHOP is other\.myshopify\.com, but the token belongs to demo/],
  ['a version that is not served', { env: { SHOPIFY_API_VERSION: '2031-01' } }, /SHOPIFY_API_VERSION/],
]) {
  starting(`${name}: named before a page is read`, how, async (fetcher) => {
    rig.shop.requests.splice(0);
    await event(fetcher, 'fetcher.not_ready', (e) => pattern.test(e.reason));
    assert.ok(fetcher.proc.isAlive);
    assert.equal((await rig.records.read()).at(-1).state, 'failed');
    assert.deepEqual(rig.shop.requests.filter((r) => r.operation === 'OrdersPage'), []);
  });
}

// The partition goes to the first by id: 'z-stands-by' stands by.
starting('a standby with a wrong token: not ready, and named, while the other polls', {}, async (active) => {
  await active.waitReady();
  const [port] = await freePorts(1);
  const standby = rig.stack.addService('fetcher', `fetcher-${port}`, port, { env: {
    SHOPIFY_ACCESS_TOKEN: 'shpat_not_this_one', KAFKA_GROUP_INSTANCE_ID: 'z-stands-by' } });
  standby.launch();
  const { reason } = await event(standby, 'fetcher.not_ready', (e) => /token/.test(e.reason));
  assert.doesNotMatch(reason, /not_this_one/);
  const { status, text } = await request(`${standby.url}/readyz`);
  assert.deepEqual([status, text.trim()], [503, reason]);
  assert.ok(standby.proc.isAlive);
  await rig.pollOk();
  assert.deepEqual(standby.events().filter((e) => /^(fetcher\.active|poll\.)/.test(e.event)), []);
  await standby.stop();
});

starting('a standby that may read all: one question, and ready', {}, async (active) => {
  await active.waitReady();
  rig.shop.requests.splice(0);
  const [port] = await freePorts(1);
  const standby = rig.stack.addService('fetcher', `fetcher-${port}`, port, { env: { KAFKA_GROUP_INSTANCE_ID: 'z-stands-by' } });
  standby.launch();
  await standby.waitReady();
  assert.deepEqual(rig.shop.requests.map((r) => r.operation), ['StartCheck']);
  await standby.stop();
});

const without = (scope) => ({ settings: { scopes: ALL_SCOPES.filter((s) => s !== scope) } });
starting('a window beyond 60 days without read_all_orders is warned of', without('read_all_orders'), async (fetcher) => {
  await fetcher.waitReady();
  await rig.pollOk({ lookbackMinutes: 1440 });
  assert.equal(fetcher.events().some((e) => e.event === 'poll.reaches_too_far'), false, 'a day is no such window');
  rig.shop.clock({ advanceMs: 61 * 86_400_000 });
  await rig.pollOk(); // it learns of the time
  await rig.pollOk(); // and goes back to the watermark, 61 days ago
  assert.match((await event(fetcher, 'poll.reaches_too_far')).text, /read_all_orders/);
});
