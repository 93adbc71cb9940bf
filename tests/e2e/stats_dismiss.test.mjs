// What a person has seen to leaves the list of what needs one, by the interface and by tillctl: for good, until something
// later is decided, and over a restart and an emptied Redis. Fetcher and reconciler are played by this program.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { binary } from '../support/paths.mjs';
import { run } from '../support/proc.mjs';
import { waitUntil } from '../support/wait.mjs';
import { Results } from './results.mjs';
import { ask, at, counted, partitions, result, shop, startBench, token } from './stats_bench.mjs';

const other = 'other.myshopify.com';
let bench;
let api;
let control;

const list = async () => (await ask(api, 'conflicts')).json.data;
/** What is open, as the lists' newest first: shop/order, or the message's place. */
const open = async () => (await list()).conflicts.map((item) => (item.order ? `${item.shop}/${item.order}` : item.message));
const isOpen = (...wanted) => waitUntil(async () => (await open()).sort().join() === wanted.sort().join(),
  { what: async () => `${wanted} to be open, not ${await open()}` });
const post = (json, headers) => ask(api, 'conflicts', { method: 'POST', json, headers });
const dismiss = async (orders, more = {}) => {
  const answer = await post({ action: 'dismiss', orders, ...more });
  assert.equal(answer.status, 200, answer.text);
  return answer.json.data;
};
const dismissals = async () => (await control.messages()).filter(({ key }) => key.startsWith('dismissal/'));
const gone = (order, more = {}) => result(order, 'conflict', {
  reason: 'deleted_in_shop', source: 'webhook', srcTopic: 'shopify.webhooks', srcPartition: (order + 1) % partitions, ...more });
const place = 'shopify.orders/3/903';

const tillctl = (...args) => run([binary('tillctl'), ...args], { timeoutMs: 60_000, env: {
  PATH: process.env.PATH, TZ: 'UTC', API_URL: api.url, API_TOKEN: token } });

before(async () => {
  bench = await startBench();
  control = new Results(bench.kafka, 'tillbridge.control');
  api = await bench.aggregator();
  await bench.results([
    result(1, 'created'), result(2, 'created'), gone(2, { decidedAt: at(12), srcOffset: 12 }), result(4, 'conflict', { reason: 'tendered' }),
    result(5, 'error', { reason: 'unknown_sku' }), result(6, 'conflict', { reason: 'has_deposit' }),
    result(6, 'conflict', { reason: 'tendered', shop: other, srcOffset: 16, decidedAt: at(16) }),
    { v: 1, action: 'error', reason: 'malformed', source: 'replay', srcTopic: 'shopify.orders', srcPartition: 3, srcOffset: 903, decidedAt: at(9) },
    result(7, 'conflict', { reason: 'tendered', decidedAt: at(7), srcOffset: 904 })]);
  await isOpen(place, `${other}/6`, ...[2, 4, 5, 6, 7].map((order) => `${shop}/${order}`));
});
after(() => bench?.stop());

describe('the interface', { concurrency: false }, () => {
  test('needs the token, an action and orders, and knows nothing else', async () => {
    assert.equal((await post({ action: 'dismiss', orders: ['#4'] }, { authorization: '' })).status, 401);
    for (const [json, detail] of [[{ orders: ['#4'] }, /^action: needed/], [{ action: 'dismiss' }, /^orders: needed/],
      [{ action: 'forget', orders: ['#4'] }, /^action: must be one of dismiss/], [{ action: 'dismiss', orders: [] }, /^orders: must be a list of 1 to 100/],
      [{ action: 'dismiss', orders: '#4' }, /^orders: must be a list/], [{ action: 'dismiss', orders: ['#4'], all: true }, /^all: not known here/]]) {
      const answer = await post(json);
      assert.deepEqual([answer.status, answer.headers['content-type'], detail.test(answer.json.detail)], [400, 'application/problem+json', true], answer.text);
    }
    assert.equal((await open()).length, 7);
  });

  test('a dry run only tells', async () => {
    assert.deepEqual(await dismiss(['#4', '99', '#6'], { dry_run: true }), {
      action: 'dismiss', dry_run: true, done: [`${shop}/4`], refused: [
        { order: '99', why: 'it is not among what needs a person; by its name it is found for 30 days, later by shop/id' },
        { order: '#6', why: 'several are open by this name: say which, as shop/id' }] });
    assert.deepEqual([(await open()).length, await dismissals()], [7, []]);
  });

  test('takes them off by name, id, shop and id, or place, and keeps the time of what was decided', async () => {
    const { done, refused } = await dismiss(['2', '#4', `${shop}/4`, `${other}/6`, place, '5']);
    assert.deepEqual([done, refused], [[`${shop}/2`, `${shop}/4`, `${other}/6`, `message/${place}`, `${shop}/5`], []]);
    assert.deepEqual(await open(), [`${shop}/7`, `${shop}/6`]); // at once
    assert.equal((await ask(api, 'status')).json.data.statistics.open_issues, 2);
    const records = (await dismissals()).map(({ key, value }) => [key, JSON.parse(value)]);
    assert.deepEqual(records.map(([key]) => key), done.map((member) => `dismissal/${member}`));
    const { at: when, ...rest } = records[0][1];
    assert.deepEqual([rest.v, Date.parse(rest.decidedAt)], [1, Date.parse(at(12))]);
    assert.ok(Math.abs(Date.now() - Date.parse(when)) < 600_000, when);
    assert.deepEqual((await dismiss(['2'])).refused.map(({ order }) => order), ['2'], 'it is not open any more');
  });

  test('the same told again stays off, a later conflict comes back', async () => {
    await bench.results([result(4, 'skipped', { reason: 'already_reported', srcOffset: 1004, decidedAt: at(1004) }),
      result(4, 'conflict', { reason: 'closed_in_rms', srcOffset: 1008, decidedAt: at(1008) })]);
    await isOpen(`${shop}/4`, `${shop}/6`, `${shop}/7`);
    assert.equal((await list()).conflicts.find(({ order }) => order === '4').reason, 'closed_in_rms');
  });

  test('it is so after a restart, and when Redis was emptied', async () => {
    const before = await open();
    const { conflicts } = (await ask(api, 'stats')).json.data;
    await api.restart();
    assert.deepEqual(await open(), before);
    for (let i = 0; i < 2; i++) { // by hand, by itself
      if (i) await bench.redis.cli('flushall');
      else assert.equal((await ask(api, 'rebuild', { method: 'POST' })).status, 202);
      await counted(api, { conflicts });
      await waitUntil(async () => Number(await bench.redis.cli('zcard', '{tillbridge}:open:seen')) === 5, { what: 'the dismissals to be folded' });
      await isOpen(...before);
    }
    assert.doesNotMatch(api.output(), /record\.malformed|fold\.display_failed/);
  });
});

describe('tillctl', { concurrency: false }, () => {
  test('conflicts list: what, why and the remedy', async () => {
    const { code, stdout } = await tillctl('conflicts', 'list');
    assert.equal(code, 0);
    assert.match(stdout, /^ORDER +NAME +SINCE +WHAT +WHY +REMEDY\n/);
    assert.match(stdout, /\ndemo\.myshopify\.com\/7 +#7 +2026-11-22 10:00:07 UTC +conflict tendered +\S.*\S {2,}\S/);
    const rows = (await tillctl('conflicts', 'list', '--json')).stdout.trim().split('\n').map((line) => JSON.parse(line));
    assert.deepEqual(rows.map(({ order, remedy }) => [order, Boolean(remedy)]).sort(), [['4', true], ['6', true], ['7', true]]);
  });

  test('conflicts dismiss: dry, then done, with exit codes', async () => {
    const dry = await tillctl('conflicts', 'dismiss', '#7', '--dry-run');
    assert.deepEqual([dry.code, dry.stdout], [0, `${shop}/7  would be dismissed\n`]);
    const { code, stdout } = await tillctl('conflicts', 'dismiss', '#7', `${shop}/6`);
    assert.deepEqual([code, stdout], [0, `${shop}/7  dismissed\n${shop}/6  dismissed\n`]);
    assert.deepEqual(await open(), [`${shop}/4`]);
    const again = await tillctl('conflicts', 'dismiss', '#4', '#7', '--json');
    assert.deepEqual([again.code, JSON.parse(again.stdout).done, JSON.parse(again.stdout).refused.length], [1, [`${shop}/4`], 1]);
    assert.match((await tillctl('conflicts', 'dismiss', '#7')).stdout, /^#7 {2}not done: it is not among/);
    const wrong = await tillctl('conflicts', 'dismiss');
    assert.deepEqual([wrong.code, /expected ORDER\.\.\./.test(wrong.stderr)], [2, true]);
    assert.equal((await tillctl('conflicts', 'list')).stdout.trim().split('\n').length, 1);
  });
});

describe('names', { concurrency: false }, () => {
  test('may hold a slash', async () => {
    await bench.results([result(9, 'conflict', { reason: 'tendered', name: 'FR/1009', srcOffset: 3009, decidedAt: at(3009) })]);
    await isOpen(`${shop}/9`);
    assert.deepEqual((await dismiss(['FR/1009'])).done, [`${shop}/9`]);
  });

  test('do not steer the terminal', async () => {
    await bench.results([result(10, 'conflict', { reason: 'tendered', shop: 'a\u001b[2J', srcOffset: 3010 })]);
    await isOpen('a\u001b[2J/10');
    assert.equal((await tillctl('conflicts', 'dismiss', '#10')).stdout, 'a?[2J/10  dismissed\n');
  });
});

describe('without Kafka', { concurrency: false, skip: !process.env.TILLBRIDGE_LONG && 'only with --long' }, () => {
  test('it is not said to be done', async () => {
    await bench.results([result(8, 'conflict', { reason: 'tendered', srcOffset: 2008 })]);
    await isOpen(`${shop}/8`);
    await bench.kafka.kill9();
    const answer = await post({ action: 'dismiss', orders: ['8'] });
    assert.deepEqual([answer.status, /ask again/.test(answer.json.detail)], [503, true], answer.text);
    assert.deepEqual(await open(), [`${shop}/8`]);
    await bench.kafka.start();
    await isOpen(); // librdkafka had kept it
  });
});
