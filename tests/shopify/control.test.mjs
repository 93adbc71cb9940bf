// The control interface over HTTP, the command, and the daily business.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SETTINGS } from './control.mjs';
import { KINDS } from './faults.mjs';
import { Simulation } from './simulate.mjs';
import { CHANGE_NAMES, Shop } from './store.mjs';
import { parseMoney } from './money.mjs';
import { ask, control, testShop } from './test_support.mjs';

describe('over HTTP', async () => {
  const app = await testShop();
  const call = async (...args) => (await control(app, ...args)).body;

  test('what is done to an order is counted, and seen by the API', async () => {
    const made = await call('POST', 'orders', { lines: [{ sku: 'MUG-STONE-350', quantity: 2 }] });
    assert.deepEqual([made.name, made.totals.total], ['#1001', '29.0']);
    await call('POST', 'orders', {
      orders: [{ lines: [{ sku: 'A', price: '1' }] }, { lines: [] }],
    });
    await call('POST', `orders/${made.id}/edit`, { note: 'by HTTP' });
    await call('POST', 'orders/1001/refund', { lines: [{ line: 0, quantity: 1 }] });
    await call('POST', `orders/${encodeURIComponent(made.gid)}/touch`);
    await call('POST', 'orders/1002/cancel', { refund: true, reason: 'CUSTOMER' });
    await call('DELETE', 'orders/1003');
    const { data } = await ask(
      app,
      `{ order(id: "${made.gid}") { note currentSubtotalLineItemsQuantity } }`,
    );
    assert.deepEqual(data.order, { note: 'by HTTP', currentSubtotalLineItemsQuantity: 1 });
    const counts = await call('GET', 'counts');
    assert.deepEqual(
      Object.fromEntries(
        [
          'created',
          'edited',
          'refunded',
          'cancelled',
          'touched',
          'deleted',
          'orders',
          'requests',
        ].map((key) => [key, counts[key]]),
      ),
      {
        created: 3,
        edited: 1,
        refunded: 1,
        cancelled: 1,
        touched: 1,
        deleted: 1,
        orders: 2,
        requests: 1,
      },
    );
    assert.deepEqual(
      (await call('GET', 'orders')).map((o) => o.name),
      ['#1001', '#1002'],
    );
    assert.equal((await call('GET', 'orders/1002')).cancelReason, 'CUSTOMER');
  });

  test('requests are kept, with their cost', async () => {
    await ask(app, 'query Latest($n: Int!) { orders(first: $n) { nodes { id } } }', { n: 2 });
    const last = (await call('GET', 'requests')).at(-1);
    assert.deepEqual(
      [last.operation, last.variables, last.requested, last.actual, last.status, last.fault],
      ['Latest', { n: 2 }, 3, 3, 200, null],
    );
  });

  test('the clock is set, moved and given back to the machine', async () => {
    assert.equal(
      (await call('POST', 'clock', { set: '2026-01-01T00:00:00Z' })).now,
      '2026-01-01T00:00:00Z',
    );
    assert.equal((await call('POST', 'clock', { advanceMs: 61_000 })).now, '2026-01-01T00:01:01Z');
    const made = await call('POST', 'orders', { lines: [{ sku: 'A', price: '1' }] });
    assert.equal(made.updatedAt, '2026-01-01T00:01:01Z');
    const real = await call('POST', 'clock', { real: true });
    assert.ok(Math.abs(real.nowMs - Date.now()) < 5000 && !real.isVirtual);
  });

  test('random orders are the same for the same seed', async () => {
    const lines = async (seed) =>
      (await call('POST', 'random', { count: 5, seed, linesMax: 3, details: true })).map((order) =>
        order.lines.map((l) => [l.sku, l.quantity]),
      );
    const one = await lines(11);
    assert.deepEqual(await lines(11), one);
    assert.notDeepEqual(await lines(12), one);
  });

  test('what is wrong is said, and does nothing', async () => {
    const before = await call('GET', 'counts');
    for (const [method, path, body, status, message] of [
      ['POST', 'orders', { line: [] }, 400, /unknown key "line"/],
      ['POST', 'orders', { lines: [{ sku: 'A' }] }, 400, /lines\[0\]\.price is missing/],
      ['POST', 'orders/9999/touch', {}, 404, /there is no order "9999"/],
      ['POST', 'orders/1001/explode', {}, 404, /there is no \/control\//],
      ['DELETE', 'counts', undefined, 405, /DELETE is not for/],
      ['POST', 'clock', { set: 'noon' }, 400, /is not like 2026/],
      ['POST', 'settings', { speed: 1 }, 400, /no setting "speed"/],
      ['POST', 'settings', { supported: ['1999-01'] }, 400, /supported\[0\] must be one of/],
      ['POST', 'settings', { timezone: 'Mars/Olympus' }, 400, /time zone/i],
    ]) {
      const refused = await control(app, method, path, body);
      assert.equal(refused.status, status, path);
      assert.match(refused.body.error, message);
    }
    assert.deepEqual(await call('GET', 'counts'), before);
  });
});

test('README.md names every change, setting and kind of fault, and its keys', () => {
  const text = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
  const keys = Object.values(KINDS).flatMap((kind) => kind.keys);
  for (const name of [...CHANGE_NAMES, ...Object.keys(SETTINGS), ...Object.keys(KINDS), ...keys]) {
    assert.match(text, new RegExp(`\\b${name}\\b`), name);
  }
});

describe('the daily business', () => {
  const run = (seed, steps) => {
    const shop = new Shop();
    shop.clock.set(Date.parse('2026-07-01T12:00:00Z'));
    const simulation = new Simulation(shop, { seed });
    const ops = Array.from({ length: steps }, () => simulation.step().op);
    return { shop, ops };
  };

  test('is fixed by its seed and does everything', () => {
    const { shop, ops } = run(3, 400);
    assert.deepEqual([...new Set(ops)].sort(), [
      'cancel',
      'create',
      'edit',
      'pay',
      'refund',
      'touch',
    ]);
    const left = shop.views().filter((o) => !o.cancelledAt);
    assert.ok(
      left.some((o) => o.refunded === '0.0' && o.lines.some((l) => l.currentQuantity === 0)),
      'a removed line',
    );
    assert.ok(
      left.some((o) =>
        o.lines.some((l) => l.currentQuantity > 0 && l.currentQuantity < l.quantity),
      ),
    );
    assert.deepEqual(shop.views(), run(3, 400).shop.views());
    assert.notDeepEqual(ops, run(4, 400).ops);
  });

  test("keeps every order's sums in step", () => {
    const { shop } = run(8, 600);
    const e4 = (text) => parseMoney(text);
    const sum = (list, key) => list.reduce((total, item) => total + e4(item[key]), 0n);
    for (const order of shop.views()) {
      const { totals } = order;
      assert.equal(sum(order.lines, 'currentNet'), e4(totals.currentSubtotal), order.name);
      assert.equal(
        sum(order.lines, 'currentTax') + sum(order.shipping, 'currentTax'),
        e4(totals.currentTax),
      );
      assert.equal(
        e4(totals.currentSubtotal) + e4(totals.currentShipping) + e4(totals.currentTax),
        e4(totals.currentTotal),
      );
      assert.equal(
        sum(order.lines, 'net') + sum(order.shipping, 'net') + e4(totals.tax),
        e4(totals.total),
      );
      if (order.financialStatus === 'PAID') assert.ok(e4(order.outstanding) <= 0n);
    }
  });
});

describe('the command', () => {
  const MAIN = fileURLToPath(new URL('./main.mjs', import.meta.url));
  const start = (...args) =>
    spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });

  test('says where it listens, sells by itself, and ends on SIGTERM', async () => {
    const child = start(
      '--orders',
      '4',
      '--simulate-every-ms',
      '20',
      '--shop',
      'cmd.myshopify.com',
    );
    const [text] = await once(createInterface(child.stdout), 'line');
    const ready = JSON.parse(text);
    assert.equal(ready.shop, 'cmd.myshopify.com');
    let counts;
    do {
      counts = await (await fetch(`${ready.url}/control/counts`)).json();
    } while (counts.created < 6);
    assert.equal((await (await fetch(`${ready.url}/healthz`)).json()).status, 'ok');
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

  test('refuses what it does not know with exit 2 and the usage', async () => {
    for (const args of [
      ['--prot', '1'],
      ['--port', 'x'],
      ['--version', '1999-01'],
    ]) {
      const child = start(...args);
      let said = '';
      child.stderr.on('data', (chunk) => {
        said += chunk;
      });
      const [code] = await once(child, 'exit');
      assert.equal(code, 2);
      assert.match(said, /usage: node/);
    }
  });
});
