// /metrics of all three services after some polls: well-formed, and the figures are what happened.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { parseExposition, sumOf } from '../support/exposition.mjs';
import { request } from '../support/http.mjs';
import { noPromtool, promtool } from '../support/promtool.mjs';
import { waitUntil } from '../support/wait.mjs';
import { explained, startPipeline } from './pipeline.mjs';

const good = 5;
let pipeline;
const texts = {};
const families = {};
let counts;

async function scrape(service) {
  const { status, headers, text } = await request(`${service.url}/metrics`);
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  return text;
}

/** Nothing is left to do, as the reconciler's own figures say. */
async function lagIsGone() {
  let told;
  await waitUntil(async () => {
    const all = parseExposition(await scrape(pipeline.stack.reconciler)).get('tillbridge_consumer_lag_records')?.samples ?? [];
    told = all.filter(({ labels }) => labels.topic === 'shopify.orders');
    return told.length === 6 && told.every(({ value }) => value === 0);
  }, { what: () => `a lag of 0 on six partitions: ${JSON.stringify(told)}`, timeoutMs: 60_000 });
}

/** Five orders are made, one of which is cancelled later, and one is refused; one poll is dry. */
async function aDay() {
  const orders = Array.from({ length: good }, (_, i) =>
    pipeline.create({ lines: [{ sku: pipeline.sku(i), quantity: 1, price: '9.00' }] }));
  pipeline.create({ lines: [{ sku: 'NOT-IN-RMS', quantity: 1, price: '9.00' }] });
  await pipeline.poll({ dry_run: true });
  await pipeline.poll({});
  pipeline.change('cancel', orders[0], {});
  await pipeline.poll({});
  await lagIsGone();
  await waitUntil(async () => sumOf(parseExposition(await scrape(pipeline.stack.fetcher)), 'tillbridge_polls_total') === 3,
    { what: 'the last poll to be counted' }); // which is after its last record
}

before(async () => {
  pipeline = await startPipeline({ env: { ENABLE_ORDER_POLLING: 'false' } });
  await pipeline.stack.explaining(async () => {
    await aDay();
    counts = (await request(`${pipeline.stack.shop.url}/control/counts`)).json;
    for (const service of ['fetcher', 'reconciler', 'stats']) {
      texts[service] = await scrape(pipeline.stack[service]);
    }
  });
});
after(() => pipeline?.stop());

test('each is in the text format', () => {
  for (const [service, text] of Object.entries(texts)) families[service] = parseExposition(text);
  for (const [service, told] of Object.entries(families)) {
    assert.equal(sumOf(told, 'tillbridge_build_info', { service }), 1, service);
    assert.equal(sumOf(told, 'tillbridge_ready'), 1, service);
    assert.ok(sumOf(told, 'process_resident_memory_bytes') > 1e6, service);
    assert.ok(sumOf(told, 'process_cpu_seconds_total') > 0, service);
    assert.ok(sumOf(told, 'process_open_fds') > 3, service);
    assert.ok(sumOf(told, 'tillbridge_rebalances_total') >= 1, service);
  }
});

test('promtool finds nothing to say', { skip: noPromtool }, () => {
  for (const [service, text] of Object.entries(texts)) {
    const { code, output } = promtool(['check', 'metrics'], { input: text });
    assert.equal(code, 0, `${service}: ${output}`);
    assert.equal(output, '', service);
  }
  assert.notEqual(promtool(['check', 'metrics'], { input: 'a b\n' }).code, 0);
});

test('the fetcher tells of its polls and of the shop', explained(() => pipeline, () => {
  const { fetcher } = families;
  const published = 3 * (good + 1); // each poll's window holds all orders
  assert.equal(sumOf(fetcher, 'tillbridge_polls_total', { kind: 'trigger', outcome: 'finished' }), 3);
  assert.equal(sumOf(fetcher, 'tillbridge_polls_total'), 3);
  assert.equal(sumOf(fetcher, 'tillbridge_poll_duration_seconds_count'), 3);
  assert.equal(sumOf(fetcher, 'tillbridge_page_orders_count'), 3);
  assert.equal(sumOf(fetcher, 'tillbridge_page_orders_sum'), published);
  assert.equal(sumOf(fetcher, 'tillbridge_orders_published_total', { kind: 'trigger' }), published);
  assert.equal(counts.orders, good + 1);
  assert.equal(sumOf(fetcher, 'tillbridge_shopify_requests_total', { query: 'orders_page', answer: 'ok' }), 3);
  assert.equal(sumOf(fetcher, 'tillbridge_shopify_requests_total'), sumOf(fetcher, 'tillbridge_shopify_request_duration_seconds_count'));
  assert.ok(sumOf(fetcher, 'tillbridge_shopify_cost_points_total') > 0);
  const left = sumOf(fetcher, 'tillbridge_shopify_available_points');
  assert.ok(left > 0 && left <= sumOf(fetcher, 'tillbridge_shopify_maximum_points'));
  assert.equal(sumOf(fetcher, 'tillbridge_fetcher_active'), 1);
  assert.equal(sumOf(fetcher, 'tillbridge_polling_enabled'), 0);
  assert.equal(sumOf(fetcher, 'tillbridge_poll_interval_seconds'), 600);
  const agoS = Date.now() / 1000 - sumOf(fetcher, 'tillbridge_last_good_poll_timestamp_seconds');
  assert.ok(agoS > -60 && agoS < 900, `${agoS} s ago`);
}));

test('the reconciler tells of its decisions', explained(() => pipeline, () => {
  const { reconciler } = families;
  const results = (labels) => sumOf(reconciler, 'tillbridge_results_total', labels);
  assert.equal(results({ action: 'created', class: 'dry_run' }), good);
  assert.equal(results({ action: 'created', class: 'live' }), good);
  assert.equal(results({ action: 'cancelled', class: 'live' }), 1);
  assert.equal(results({ action: 'error', reason: 'unknown_sku', class: 'live' }), 1);
  assert.equal(results({ action: 'skipped', reason: 'unchanged', class: 'live' }), good - 1);
  assert.equal(results({ class: 'replayed' }), 0);
  assert.equal(results({}), 3 * (good + 1));
  assert.equal(sumOf(reconciler, 'tillbridge_dead_letters_total', { reason: 'unknown_sku' }), 1);
  assert.equal(sumOf(reconciler, 'tillbridge_order_latency_seconds_count'), good + 1);
  assert.equal(sumOf(reconciler, 'tillbridge_batch_orders_sum'), 3 * (good + 1));
  assert.equal(sumOf(reconciler, 'tillbridge_transaction_duration_seconds_count'), sumOf(reconciler, 'tillbridge_batch_orders_count'));
  const held = sumOf(reconciler, 'tillbridge_assigned_partitions', { group: 'reconciler' });
  assert.ok(held >= 6 && held % 6 === 0, `${held} partitions`);
}));

test('stats tells what Redis holds', explained(() => pipeline, () => {
  const { stats } = families;
  assert.equal(sumOf(stats, 'tillbridge_orders_polled_total'), 2 * (good + 1));
  assert.equal(sumOf(stats, 'tillbridge_orders_in_flight'), 0);
  assert.equal(sumOf(stats, 'tillbridge_surplus_results'), 0);
  assert.equal(sumOf(stats, 'tillbridge_orders_total', { class: 'live', outcome: 'newly_synced' }), good);
  assert.equal(sumOf(stats, 'tillbridge_orders_total', { class: 'dry_run', outcome: 'newly_synced' }), good);
  assert.equal(sumOf(stats, 'tillbridge_open_issues'), 1);
}));

test('without Redis stats still tells of itself', explained(() => pipeline, async () => {
  await pipeline.stack.redis.stop();
  const told = parseExposition(await scrape(pipeline.stack.stats));
  assert.equal(sumOf(told, 'tillbridge_build_info'), 1);
  assert.ok(!told.has('tillbridge_orders_total'));
  await waitUntil(async () => sumOf(parseExposition(await scrape(pipeline.stack.stats)), 'tillbridge_ready') === 0,
    { what: 'stats to be not ready', timeoutMs: 30_000 });
}));
