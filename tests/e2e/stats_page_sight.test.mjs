// The dashboard as it is seen and heard: axe finds nothing to mend in light, dark and on a phone; empty, full and huge;
// and what it does when the service, the stream or the line is broken. TILLBRIDGE_SCREENSHOTS=docs/screenshots makes the
// pictures of the documentation anew.

import assert from 'node:assert/strict';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { waitUntil } from '../support/wait.mjs';
import { ask, counted, poll, result, shop } from './stats_bench.mjs';
import { letter, skip, startPageRig } from './stats_page_rig.mjs';

const hourMs = 3_600_000;
const many = 10_000;
const longName = `#${'GRÜN-1001-'.repeat(20)}`.slice(0, 200);
const looks = [
  ['desktop-light', { viewport: { width: 1200, height: 900 }, colorScheme: 'light' }],
  ['desktop-dark', { viewport: { width: 1200, height: 900 }, colorScheme: 'dark' }],
  ['phone-light', { viewport: { width: 360, height: 740 }, colorScheme: 'light', hasTouch: true }],
  ['phone-dark', { viewport: { width: 360, height: 740 }, colorScheme: 'dark', hasTouch: true }]];

const all = looks.map(([look]) => look);
const two = ['desktop-light', 'phone-dark'];

let rig;
let bench;
let api;
let offset = 0;

const recently = (msAgo = 0) => new Date(Date.now() - msAgo).toISOString();

/** Results as they come to an aggregator, each at an offset of its own. */
function send(events) {
  return bench.results(events.map((event) => ({ ...event, srcPartition: 0, srcOffset: offset++ })));
}

async function sendLetters(letters) {
  await bench.send('shopify.orders.dlq', letters);
}

async function takePictures({ page }, name) {
  await page.screenshot({ path: `${name}.png` });
  await page.locator('#plot-title').evaluate((title) => title.closest('section').scrollIntoView({ behavior: 'instant' }));
  await page.screenshot({ path: `${name}-plot.png` });
}

/** axe in these looks, with `ready` awaited before; pictures are made when they are asked for. */
async function inLooks(names, ready, pictures = false) {
  for (const [look, options] of looks.filter(([name]) => names.includes(name))) {
    const view = await rig.open(options);
    await view.appears('#updated', 'live');
    await ready(view);
    assert.deepEqual(await view.violations(), [], look);
    assert.ok(await view.overflow() <= 0, `${look} is wider than the screen`);
    const folder = process.env.TILLBRIDGE_SCREENSHOTS;
    if (folder && pictures) await takePictures(view, path.join(folder, look));
    await view.close();
  }
}

before(async () => {
  if (skip) return;
  rig = await startPageRig();
  ({ bench, api } = rig);
});
after(() => rig?.stop());

describe('the page as it is seen', { skip, concurrency: false }, () => {
  test('empty', () => inLooks(two, (view) => view.appears('#letters-none', 'None is open.')));

  test('on an ordinary day', async () => {
    const day = Array.from({ length: 23 }, (_, h) => Array.from({ length: 3 + ((h * 7) % 11) }, (_, i) => (
      result(1000 + h * 20 + i, ['created', 'updated', 'skipped', 'created'][i % 4], {
        ...(i % 4 === 2 && { reason: 'unchanged' }), rmsOrder: String(500 + i), decidedAt: recently(h * hourMs), updatedAt: recently(h * hourMs + 90_000) })))).flat();
    const open = [
      result(1004, 'conflict', { reason: 'tendered', detail: 'staff tendered it; the shop now has 2 of TEE-RED more', decidedAt: recently(8 * 60_000) }),
      result(1022, 'error', { reason: 'unknown_sku', detail: 'SKU "MUG-BLUE" is not in RMS', decidedAt: recently(20 * 60_000) }),
      result(1043, 'conflict', { reason: 'deleted_in_shop', detail: 'the order is gone; RMS has it as 512', decidedAt: recently(3 * hourMs) })];
    await bench.polls([poll('p1', 'finished', day.length + 3, { orders: 4, pages: 1, complete: true, watermark: recently(), startedAt: recently(1200) })]);
    await send([...day, ...open]);
    await sendLetters([letter(1022, { detail: 'SKU "MUG-BLUE" is not in RMS', minutesAgo: 20 }), letter(1051, { reason: 'missing_sku', detail: 'line 2 has no SKU', minutesAgo: 300 })]);
    await counted(api, { conflicts: 2, sync_errors: 1, in_flight: 0 });
    await inLooks(all, async (view) => {
      await view.appears('#open', '#1043');
      await view.appears('#letters', '#1051');
      await view.appears('#plot-text', /Last 24 hours: 136 done, 43 nothing to do, 2 in conflict, 1 refused/);
      await view.appears('#health', /^healthy$/);
    }, true);
  });

  test('in use: a dialog, a story, what is wrong with a field', async () => {
    const [look, options] = looks[2];
    const view = await rig.open(options);
    await view.appears('#open', '#1022');
    await view.page.getByLabel('Order name or Shopify id').fill('#1022');
    await view.page.keyboard.press('Enter');
    await view.appears('#story', 'MUG-BLUE');
    await view.page.locator('#set-interval').fill('0');
    await view.page.locator('#settings-save').click();
    await view.appears('#settings-result', 'Authorization');
    assert.ok(await view.at('#access').isVisible());
    await view.page.getByLabel('API token').fill('a-token-of-the-tests');
    await view.page.locator('#settings-save').click();
    await view.appears('#set-interval-error', 'from 1 to 1440');
    assert.deepEqual(await view.violations(), [], look);
    await view.page.locator('#letters').getByRole('button', { name: 'Park the dead letter of order #1022' }).click();
    await view.appears('#confirm', '1 letter would be parked');
    assert.deepEqual(await view.violations(), [], `${look}, with a dialog`);
    assert.ok(await view.overflow() <= 0, look);
    await view.close();
  });

  test(`huge: ${many} conflicts, long names, right to left, markup`, async () => {
    const odd = [
      { name: longName, detail: 'x'.repeat(2000) }, { name: '#طلب-١٠٠١', detail: 'العميل حذف الطلب <b>الآن</b>' },
      { name: '<img src=x onerror=alert(1)>', detail: '</td><script>alert(1)</script>"\'&amp;' }];
    const name = (n) => odd[n - many + odd.length] ?? {};
    for (let n = 0; n < many; n += 2500) {
      await send(Array.from({ length: 2500 }, (_, i) => result(100_000 + n + i, 'conflict', {
        reason: ['tendered', 'closed_in_rms', 'deleted_in_rms'][i % 3], decidedAt: recently((many - n - i) * 10), ...name(n + i) })));
    }
    await sendLetters(odd.map(({ name: odd_, detail }, i) => letter(200_000 + i, { name: odd_, detail: detail.slice(0, 500) })));
    await counted(api, { conflicts: many + 2 }, 60_000);
    await waitUntil(async () => (await ask(api, '/api/v1/dlq')).json.data.open === 5, { what: 'the letters' });
    await inLooks(two, async (view) => {
      await view.appears('#open-count', many.toLocaleString('en-US'));
      await view.appears('#open-more', `of ${many.toLocaleString('en-US')} are listed`);
      await view.appears('#open', longName);
      await view.appears('#letters', '<img src=x onerror=alert(1)>');
      assert.equal(await view.at('main img, main script, main b').count(), 0, 'what comes from outside stays text');
      await view.at('#open-next').click();
      assert.equal(await view.at('#open tr').count(), 50);
      await view.page.getByLabel('Order name or Shopify id').fill('<img src=x onerror=alert(1)>');
      await view.page.keyboard.press('Enter');
      await view.appears('#story', '</td><script>');
    });
  });
});

/** Stands between the page and the service; `mode` says how it is broken. */
class Line {
  constructor(to) {
    this.to = new URL(to);
    this.mode = 'whole';
    this.server = http.createServer((request, response) => this.pass(request, response));
  }

  async open() {
    await new Promise((resolve) => { this.server.listen(0, '127.0.0.1', resolve); });
    this.url = `http://127.0.0.1:${this.server.address().port}/`;
  }

  /** Also breaks what is under way. */
  become(mode) {
    this.mode = mode;
    if (mode !== 'whole') this.server.closeAllConnections();
  }

  pass(request, response) {
    const isStream = request.url === '/api/v1/events';
    if (this.mode === 'cut') return request.socket.destroy();
    if (this.mode === 'gateway') return response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
    if (this.mode === 'no-stream' && isStream) return response.writeHead(503).end();
    if (this.mode === 'partly' && request.url.includes('/history')) return response.writeHead(503, { 'content-type': 'application/problem+json' }).end('{"detail":"Redis does not answer"}');
    const { hostname, port } = this.to;
    const onward = http.request({ hostname, port, path: request.url, method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    return request.pipe(onward);
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => { this.server.close(resolve); });
  }
}

describe('the page with something broken', { skip, concurrency: false }, () => {
  let line;
  let view;
  const next = async () => {
    const order = 300_000 + offset;
    await send([result(order, 'created', { decidedAt: recently(-1000) })]);
    return `#${order}`;
  };

  before(async () => {
    line = new Line(api.url);
    await line.open();
  });
  after(() => line?.close());

  test('a stream that is refused: it asks every few seconds', async () => {
    line.become('no-stream');
    view = await rig.open({ url: line.url, viewport: { width: 1200, height: 900 } });
    await view.appears('#updated', 'asked every 3 s');
    await view.appears('#events', await next());
    line.become('whole');
    await view.appears('#updated', 'live', 60_000); // asked for again
    await view.appears('#events', await next());
  });

  for (const [mode, words, pill] of [
    ['cut', "can't be reached", 'not reachable'], ['gateway', 'status 502', 'needs attention'], ['partly', 'Redis does not answer', 'needs attention']]) {
    test(`${mode}: it says so, keeps the last figures as old, and comes back by itself`, async () => {
      const polled = await view.text('#counters');
      line.become(mode);
      await view.appears('#trouble', words);
      await view.appears('#health', pill);
      await view.appears('#updated', 'old: as of');
      assert.match(await view.text('#trouble'), /The figures below are those of .*goes on asking by itself/);
      assert.ok(await view.page.locator('body.old').isVisible());
      assert.equal(await view.text('#counters'), polled);
      assert.deepEqual(await view.violations(), []);
      line.become('whole');
      await view.appears('#updated', /^as of/);
      assert.equal(await view.page.locator('body.old').count(), 0);
      await view.appears('#events', await next());
    });
  }

  test('it was never there: no figures, and they come when it does', async () => {
    await view.close();
    line.become('whole');
    const late = await rig.open({ url: line.url });
    await late.appears('#updated', 'live');
    await api.kill9();
    await late.page.reload().catch(() => {}); // the page itself is gone, too
    await api.start();
    await late.page.goto(line.url);
    await late.appears('#health', /healthy|attention/);
    await late.appears('#updated', /^as of/);
    await late.close();
  });

  test('no script failed, and the content policy refused nothing', () => {
    rig.assertNoFaults(/status of (401|502|503)|status of 400 .*config|ERR_(EMPTY_RESPONSE|CONNECTION_\w+|INCOMPLETE_CHUNKED_ENCODING|SOCKET_NOT_CONNECTED)/);
  });
});
