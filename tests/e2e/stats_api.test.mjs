// The interface of the stats service: triggers that wait for their orders, the configuration, rights, and what
// bad requests get. The fetcher and the reconciler are played by this program.

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { parseExposition } from '../support/exposition.mjs';
import { sleep, waitUntil } from '../support/wait.mjs';
import { Results } from './results.mjs';
import { ask, counted, poll, result, shop, startBench, token } from './stats_bench.mjs';

let bench;
let api;

/** The records of tillbridge.control: [{key, value}]. */
async function controls() {
  const messages = await new Results(bench.kafka, 'tillbridge.control').messages();
  return messages.map(({ key, value }) => ({ key, value: JSON.parse(value) }));
}

before(async () => {
  bench = await startBench();
  api = await bench.aggregator({ env: { TRIGGER_WAIT_S: '3' } });
});
after(() => bench?.stop());

const controlRecord = (match, what) => waitUntil(async () => (await controls()).find(match), { what });

let order = 0;
let published = 0;

/** What a fetcher and a reconciler do about a trigger: `orders` orders, of which `done` get a result now. */
async function serve(trigger, { orders, done = orders, more = {}, ended = 'finished' }) {
  const id = `poll-${trigger.id}`;
  const dry = trigger.dryRun ? { dryRun: true } : {};
  if (!trigger.dryRun) published += orders;
  const common = { triggerId: trigger.id, kind: 'trigger', ...dry, ...more };
  await bench.polls([poll(id, 'started', published - (trigger.dryRun ? 0 : orders), common)]);
  const results = Array.from({ length: orders }, () => {
    order += 1;
    return result(order, order % 2 ? 'created' : 'updated', { pollId: id, source: 'trigger', ...dry });
  });
  await bench.results(results.slice(0, done));
  await bench.polls([poll(id, ended, published, { orders, ...common })]);
  return results.slice(done);
}

/** Sends a trigger and resolves to its control record and the promise of the answer. */
async function trigger(body) {
  const known = (await controls()).length;
  const answer = ask(api, 'trigger', { method: 'POST', ...(body && { json: body }) });
  const record = await controlRecord(
    ({ key }, i) => i >= known && key.startsWith('trigger/'), 'the trigger in tillbridge.control');
  return { answer, record: record.value };
}

describe('triggers', { concurrency: false }, () => {
  test('answer when every order is accounted for', async () => {
    const { answer, record } = await trigger({ lookback_minutes: 60, batch_size: 25, max_pages: 2 });
    assert.equal(record.lookbackMinutes, 60);
    assert.equal(record.batchSize, 25);
    assert.equal(record.maxPages, 2);
    assert.equal(record.dryRun, undefined);
    const rest = await serve(record, { orders: 8, done: 5 });
    let settled = false;
    answer.then(() => { settled = true; });
    await sleep(700);
    assert.equal(settled, false, 'three results are still to come');
    const during = await ask(api, `trigger/${record.id}`);
    assert.equal(during.json.data.status, 'running');
    assert.equal(during.json.data.statistics.in_flight, 3);
    await bench.results(rest);
    const { status, json } = await answer;
    assert.equal(status, 200);
    assert.equal(json.status, 'success');
    const { data } = json;
    assert.equal(data.status, 'success');
    assert.equal(data.message, 'Polling complete: 8/8 orders synced');
    assert.match(data.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
    assert.ok(data.duration_seconds > 0);
    assert.deepEqual(data.statistics, {
      total_polled: 8, already_synced: 0, newly_synced: 4, updated: 4, cancelled: 0, skipped: 0, conflicts: 0,
      sync_errors: 0, in_flight: 0, success_rate: 100 });
    assert.deepEqual((await ask(api, `trigger/${record.id}`)).json.data, data, 'asked later it is the same');
  });

  test('answer for other requests while one waits', async () => {
    const { answer, record } = await trigger();
    assert.equal((await ask(api, 'status')).status, 200);
    await serve(record, { orders: 0 });
    assert.equal((await answer).json.data.message, 'Polling complete: 0/0 orders synced');
  });

  test('a dry run says so and counts apart', async () => {
    const { answer, record } = await trigger({ dry_run: true });
    assert.equal(record.dryRun, true);
    await serve(record, { orders: 4 });
    const { data } = (await answer).json;
    assert.equal(data.status, 'dry_run');
    assert.equal(data.message, 'Dry run complete: 4/4 orders would be synced');
    await counted(api, { total_polled: 8, dry_run_newly_synced: 2, dry_run_updated: 2 });
  });

  test('a failed poll is an error with its reason', async () => {
    const { answer, record } = await trigger();
    await serve(record, { orders: 0, ended: 'failed', more: { error: 'HTTP 401: set SHOPIFY_ACCESS_TOKEN' } });
    const { status, json } = await answer;
    assert.equal(status, 200);
    assert.equal(json.data.status, 'error');
    assert.match(json.data.error, /SHOPIFY_ACCESS_TOKEN/);
    const health = await ask(api, 'health');
    assert.equal(health.status, 503);
    assert.match(health.json.data.detail, /SHOPIFY_ACCESS_TOKEN/);
  });

  test('202 with the id after the limit; it can be asked for later, of another aggregator too', async () => {
    const two = await bench.aggregator();
    const { answer, record } = await trigger();
    const { status, json } = await answer;
    assert.equal(status, 202);
    assert.equal(json.status, 'accepted');
    assert.equal(json.data.trigger_id, record.id);
    assert.equal((await ask(two, json.data.ask)).json.data.status, 'running');
    await serve(record, { orders: 1 });
    const done = await waitUntil(async () => {
      const { json: { data } } = await ask(two, json.data.ask);
      return data.status !== 'running' && data;
    }, { what: 'the trigger to be done' });
    assert.equal(done.status, 'success');
    await two.stop();
  });

  test('without waiting it is 202 at once, and the id is known at once', async () => {
    const two = await bench.aggregator({ env: { TRIGGER_WAIT_S: '0' } });
    for (let i = 0; i < 5; i++) {
      const { status, json } = await ask(two, 'trigger', { method: 'POST' });
      assert.equal(status, 202);
      assert.equal((await ask(two, json.data.ask)).status, 200);
    }
    await two.stop();
  });

  test('an unknown id is 404', async () => {
    assert.equal((await ask(api, 'trigger/20260101T000000Z-00000000')).status, 404);
  });

  test('a service that stops answers those that wait', async () => {
    const two = await bench.aggregator({ env: { TRIGGER_WAIT_S: '60' } });
    const answer = ask(two, 'trigger', { method: 'POST' });
    await sleep(500);
    await two.stop();
    assert.equal((await answer).status, 503);
  });
});

describe('the configuration', { concurrency: false }, () => {
  test('is changed in part, published, told, and kept over a restart', async () => {
    const answer = await ask(api, 'config', { method: 'PUT', json: { interval_minutes: 5, enabled: false } });
    assert.equal(answer.status, 200);
    assert.equal(answer.json.data.interval_minutes, 5);
    const record = await controlRecord(({ key }) => key === 'config', 'the configuration in tillbridge.control');
    assert.equal(record.value.intervalMinutes, 5);
    assert.equal(record.value.enabled, false);
    assert.equal(record.value.lookbackMinutes, 15);
    const at = await ask(api, 'status');
    assert.equal(at.json.data.interval_minutes, 5);
    assert.equal(at.json.data.status, 'disabled');
    await api.restart();
    await waitUntil(async () => (await ask(api, 'status')).json.data.interval_minutes === 5,
      { what: 'the configuration after a restart' });
    const back = await ask(api, 'config', { method: 'PUT', json: { enabled: true } });
    assert.equal(back.json.data.interval_minutes, 5);
    assert.equal(back.json.data.enabled, true);
  });
});

describe('requests that are refused', { concurrency: false }, () => {
  const cases = [
    ['unknown path', '/api/v1/nothing', {}, 404, /nothing at/],
    ['wrong method', 'status', { method: 'DELETE' }, 405, /use GET/],
    ['no token', 'trigger', { method: 'POST', headers: { authorization: '' } }, 401, /Authorization/],
    ['wrong token', 'reset-stats', { method: 'POST', headers: { authorization: 'Bearer x' } }, 401, /API_TOKEN/],
    ['another content type', 'trigger',
      { method: 'POST', body: '{}', headers: { 'content-type': 'text/plain' } }, 415, /application\/json/],
    ['not JSON', 'trigger',
      { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }, 400, /not JSON/],
    ['unknown field', 'trigger', { method: 'POST', json: { lookback: 5 } }, 400, /lookback: not known/],
    ['out of range', 'config', { method: 'PUT', json: { batch_size: 251 } }, 400, /batch_size: .*1 to 250/],
    ['too large', 'trigger', { method: 'POST', json: { x: 'y'.repeat(100_000) } }, 413, null],
    ['another site', 'trigger', { method: 'POST', headers: { origin: 'http://evil.example' } }, 403, /another site/],
    ['unknown order', '/api/v1/orders/%23nobody', {}, 404, /no decision on order #nobody/],
  ];
  for (const [what, path, options, status, detail] of cases) {
    test(`${what}: ${status}`, async () => {
      const known = (await controls()).length;
      const answer = await ask(api, path, options);
      assert.equal(answer.status, status, answer.text);
      assert.equal(answer.headers['content-type'], 'application/problem+json');
      assert.equal(answer.json.status, status);
      if (detail) assert.match(answer.json.detail, detail);
      if (status === 405) assert.equal(answer.headers.allow, 'GET, HEAD');
      if (status === 401) assert.match(answer.headers['www-authenticate'], /^Bearer/);
      assert.equal((await controls()).length, known, 'nothing was written');
    });
  }

  test('without API_TOKEN writes come from this machine only', async () => {
    const open = await bench.aggregator({ env: { API_TOKEN: '' } });
    const none = { authorization: '' };
    assert.equal((await ask(open, 'reset-stats', { method: 'POST', headers: none })).status, 200);
    const rebound = await ask(open, 'reset-stats', { method: 'POST', headers: { ...none, host: 'evil.example' } });
    assert.equal(rebound.status, 403);
    await open.stop();
  });

  test('no answer and no log line holds the token', async () => {
    for (const path of ['status', 'stats', 'health', 'events', '/metrics', '/']) {
      assert.ok(!(await ask(api, path)).text.includes(token), path);
    }
    assert.ok(!api.output().includes(token));
  });
});

describe('what is shown', { concurrency: false }, () => {
  test('an order that needs a person is listed until it went through', async () => {
    order += 1;
    const name = `#${order}`;
    const detail = 'line 1: SKU "<b>X</b>" is not in RMS';
    await bench.results([result(order, 'error', { reason: 'unknown_sku', detail })]);
    const listed = async () => (await ask(api, 'conflicts')).json.data.conflicts.find((item) => item.name === name);
    const item = await waitUntil(listed, { what: 'the order to be listed' });
    assert.match(item.remedy, /add the item or an alias/);
    assert.equal(item.detail, detail);
    await bench.results([result(order, 'created', { srcOffset: order + 1e6, source: 'replay', rmsOrder: '77' })]);
    await waitUntil(async () => !(await listed()), { what: 'the order to be gone' });
    for (const by of [order, encodeURIComponent(name)]) {
      const [story] = (await ask(api, `/api/v1/orders/${by}`)).json.data.orders;
      assert.equal(story.rms_order, '77');
      assert.deepEqual(story.decisions.map((decision) => decision.action), ['created', 'error']);
    }
  });

  test('polls and events', async () => {
    const { polls } = (await ask(api, 'polls')).json.data;
    assert.ok(polls.length >= 4);
    assert.equal(polls[0].shop, shop);
    const { events } = (await ask(api, 'events')).json.data;
    assert.ok(events.every((event, i) => i === 0 || event.seq < events[i - 1].seq), 'newest first');
    assert.deepEqual(new Set(events.map((event) => event.type)), new Set(['order', 'poll']));
  });

  test('metrics are in the text format', async () => {
    const { status, headers, text } = await ask(api, '/metrics');
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    assert.ok(parseExposition(text).has('tillbridge_orders_total'));
  });

  test('the page allows no script but its own', async () => {
    const page = await ask(api, '/');
    assert.match(page.headers['content-security-policy'], /default-src 'none'; script-src 'self'/);
    assert.ok(!/<script>|style=|onclick/.test(page.text), 'nothing inline');
    for (const path of ['/js/app.js', '/style.css', '/icon.svg']) assert.equal((await ask(api, path)).status, 200);
    for (const path of ['/js/fold.lua', '/js/index.html', '/js/.js', '/app.js']) assert.equal((await ask(api, path)).status, 404);
    assert.equal((await ask(api, '/', { method: 'HEAD' })).text, '');
  });

  test('what is not HTTP leaves the service alive', async () => {
    for (const text of ['\0\0\0\0', 'GET\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', `GET /${'a'.repeat(30_000)} HTTP/1.1\r\n\r\n`,
      'POST /api/v1/orders/polling/trigger HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n',
      'GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n']) {
      await new Promise((resolve) => {
        const socket = net.connect(new URL(api.url).port, '127.0.0.1', () => socket.end(text));
        socket.on('data', (bytes) => assert.ok(!bytes.toString().startsWith('HTTP/1.1 200')));
        socket.on('close', resolve);
        socket.on('error', resolve);
        socket.setTimeout(2000, () => socket.destroy());
      });
    }
    assert.equal((await ask(api, '/healthz')).status, 200);
  });
});
