// Dead letters through the interface and tillctl: listed, shown, sent again byte for byte, parked, exported; and
// windows of orders sent again. The reconciler, which would write the letters, is played by this program.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { binary } from '../support/paths.mjs';
import { run } from '../support/proc.mjs';
import { waitUntil } from '../support/wait.mjs';
import { Results } from './results.mjs';
import { ask, partitions, shop, startBench, token } from './stats_bench.mjs';

const dlq = '/api/v1/dlq';
const base = Date.parse('2026-11-22T10:00:00Z');
let bench;
let api;
let orders;

const keyOf = (order) => `${shop}/${order}`;

/** A letter as a reconciler leaves it: n seconds after `base`. */
function letter(order, n, { reason = 'unknown_sku', value, headers = {}, name = `#${order}` } = {}) {
  const bytes = value ?? Buffer.from(JSON.stringify({ v: 1, shop, id: String(order), name }));
  return { partition: order % partitions, key: keyOf(order), value: bytes, headers: {
    'dlq.topic': 'shopify.orders', 'dlq.partition': String(order % partitions), 'dlq.offset': String(1000 + order),
    'dlq.reason': reason, 'dlq.detail': `order ${order}: why`, 'dlq.failed_at': new Date(base + n * 1000).toISOString(),
    'dlq.worker': 'w1', source: 'poll', poll_id: 'p1', ...headers } };
}

const list = async (query = '') => {
  const answer = await ask(api, `${dlq}${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json.data;
};
const idsOf = (data) => data.letters.map(({ id }) => id);
const ordersOf = (data) => data.letters.map(({ order }) => Number(order));
const act = async (json) => {
  const answer = await ask(api, dlq, { method: 'POST', json, timeoutMs: 60_000 });
  assert.equal(answer.status, 200, answer.text);
  return answer.json.data;
};
const listed = (counts) => waitUntil(async () => {
  const data = await list('?limit=1');
  return Object.entries(counts).every(([state, count]) => data[state] === count) && data;
}, { what: async () => `letters ${JSON.stringify(counts)}, not ${JSON.stringify(await list('?limit=1'))}` });

/** The messages of shopify.orders of one order. */
const sentAgain = async (order) => (await orders.messages()).filter(({ key }) => key === keyOf(order));

const tillctl = (...args) => run([binary('tillctl'), ...args], { timeoutMs: 60_000, env: {
  PATH: process.env.PATH, TZ: 'UTC', API_URL: api.url, API_TOKEN: token, KAFKA_BROKERS: bench.kafka.brokers } });

before(async () => {
  bench = await startBench();
  orders = new Results(bench.kafka, 'shopify.orders');
  api = await bench.aggregator({ env: { DLQ_REDRIVES_MAX: '2' } });
  await bench.send('shopify.orders.dlq', [
    letter(1, 1), letter(2, 2, { reason: 'malformed', value: Buffer.from([0x7b, 0xff, 0x00, 0x22, 0x0a]) }),
    letter(3, 3), letter(4, 4, { reason: 'missing_sku', name: '#1004' }), letter(5, 5), letter(6, 6),
    letter(7, 7, { headers: { 'dlq.redrives': '2' } }), letter(8, 8, { headers: { 'dlq.left_out': 'too large' } }),
    letter(9, 9, { reason: 'too_many_lines', headers: { 'dlq.topic': 'shopify.api' } })]);
  await listed({ open: 9 });
});
after(() => bench?.stop());

describe('the list', { concurrency: false }, () => {
  test('is newest first, and says why and where', async () => {
    const data = await list();
    assert.deepEqual(ordersOf(data), [9, 8, 7, 6, 5, 4, 3, 2, 1]);
    const { worker, ...first } = data.letters.at(-1);
    assert.equal(worker, 'w1');
    assert.deepEqual(first, {
      id: '1-0', shop, order: '1', name: '#1', reason: 'unknown_sku', detail: 'order 1: why', failed_at: '2026-11-22T10:00:01+00:00',
      redrives: 0, topic: 'shopify.orders', partition: '1', offset: '1001', bytes: first.bytes, left_out: false, state: 'open',
      remedy: 'add the item or an alias in RMS, then redrive the order' });
    assert.deepEqual([data.open, data.parked, data.redriven, data.next], [9, 0, 0, null]);
  });

  test('is narrowed by reason, order, name and time', async () => {
    assert.deepEqual(ordersOf(await list('?reason=malformed')), [2]);
    assert.deepEqual(ordersOf(await list('?order=3')), [3]);
    assert.deepEqual(ordersOf(await list('?order=%231004')), [4]);
    assert.deepEqual(ordersOf(await list('?order=1004')), [4]);
    assert.deepEqual(ordersOf(await list('?since=2026-11-22T10:00:03Z&until=2026-11-22T10:00:05Z')), [4, 3]);
    assert.deepEqual(ordersOf(await list('?state=parked')), []);
  });

  test('comes in pages', async () => {
    const seen = [];
    for (let after = ''; ;) {
      const data = await list(`?limit=4${after}`);
      seen.push(...ordersOf(data));
      if (!data.next) break;
      after = `&after=${data.next}`;
    }
    assert.deepEqual(seen, [9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  test('refuses what it does not know', async () => {
    for (const [query, detail] of [
      ['?colour=red', /colour: not known here; possible are: state, reason/], ['?limit=0', /1 to 500/], ['?since=yesterday', /2026-11-22T10/],
      ['?state=gone', /open\|parked\|redriven/], ['?after=9-9', /begin again/], ['?limit=5&limit=6', /given twice/]]) {
      const answer = await ask(api, `${dlq}${query}`);
      assert.deepEqual([answer.status, detail.test(answer.json.detail)], [400, true], answer.text);
    }
  });

  test('one is shown whole, to those with the token', async () => {
    const { json: { data } } = await ask(api, `${dlq}/3-0`);
    assert.equal(data.key, keyOf(3));
    assert.equal(JSON.parse(data.value).name, '#3');
    assert.ok(data.headers.some(({ name, value }) => name === 'dlq.detail' && value === 'order 3: why'));
    const raw = await ask(api, `${dlq}/2-0`);
    assert.equal(raw.json.data.value_hex, '7bff00220a');
    assert.equal((await ask(api, `${dlq}/3-0`, { headers: { authorization: '' } })).status, 401);
    assert.equal((await ask(api, `${dlq}/3-99`)).status, 404);
  });
});

describe('sending again', { concurrency: false }, () => {
  test('needs the token, an action, and which', async () => {
    const post = (json, headers) => ask(api, dlq, { method: 'POST', json, headers });
    assert.equal((await post({ action: 'redrive', all: true }, { authorization: '' })).status, 401);
    for (const json of [{ all: true }, { action: 'redrive' }, { action: 'redrive', ids: ['1-0'], all: true }, { action: 'burn', all: true },
      { action: 'redrive', ids: [] }, { action: 'redrive', ids: [7] }, { action: 'redrive', ids: '1-0' }]) {
      assert.equal((await post(json)).status, 400, JSON.stringify(json));
    }
    assert.equal((await orders.messages()).length, 0);
  });

  test('a dry run only tells', async () => {
    const data = await act({ action: 'redrive', reason: 'unknown_sku', all: true, dry_run: true });
    assert.deepEqual(data.done, ['2-1', '1-1', '3-0', '1-0']);
    assert.deepEqual(data.refused.map(({ id }) => id), ['0-1', '3-1']);
    assert.equal((await orders.messages()).length, 0);
    await listed({ open: 9 });
  });

  test('sends the bytes as they were to the partition of the order, and marks', async () => {
    assert.deepEqual((await act({ action: 'redrive', ids: ['2-0'] })).done, ['2-0']);
    const [message, ...more] = await sentAgain(2);
    assert.equal(more.length, 0);
    assert.deepEqual([...message.valueBytes], [0x7b, 0xff, 0x00, 0x22, 0x0a]);
    assert.equal(message.headers, 'source=poll,poll_id=p1,dlq.redrives=1');
    assert.ok(Date.now() - message.ts < 60_000, 'with the time of sending');
    await bench.send('shopify.orders', [{ key: keyOf(2), value: 'where the Java partitioner puts it' }]);
    const there = await sentAgain(2);
    assert.deepEqual(there.map(({ partition }) => partition), [message.partition, message.partition]);
    assert.deepEqual(idsOf(await list('?state=redriven')), ['2-0']);
  });

  test('not twice, not too often, not what is not there; force does', async () => {
    const { done, refused } = await act({ action: 'redrive', ids: ['2-0', '3-1', '0-1', '1-2', '9-9'] });
    assert.deepEqual(done, []);
    const why = Object.fromEntries(refused.map((item) => [item.id, item.why]));
    assert.match(why['2-0'], /sent again already/);
    assert.match(why['3-1'], /after 2 redrives \(DLQ_REDRIVES_MAX\)/);
    assert.match(why['0-1'], /too large/);
    assert.match(why['1-2'], /nothing to send/);
    assert.match(why['9-9'], /no dead letter/);
    assert.deepEqual((await act({ action: 'redrive', ids: ['3-1'], force: true })).done, ['3-1']);
    assert.match((await sentAgain(7))[0].headers, /dlq.redrives=3/);
  });

  test('one that was sent again is not parked', async () => {
    const before = idsOf(await list('?state=redriven'));
    const { done, refused } = await act({ action: 'park', ids: ['2-0'] });
    assert.deepEqual([done, refused.length], [[], 1]);
    assert.match(refused[0].why, /sent again already.*new letter/);
    assert.deepEqual(idsOf(await list('?state=redriven')), before);
  });

  test('a parked one is shown apart and left out of all, and can be taken back', async () => {
    assert.deepEqual((await act({ action: 'park', ids: ['1-0'] })).done, ['1-0']);
    assert.deepEqual(ordersOf(await list('?state=parked')), [1]);
    const { done } = await act({ action: 'redrive', reason: 'unknown_sku', all: true });
    assert.ok(!done.includes('1-0') && done.length > 0);
    assert.equal((await sentAgain(1)).length, 0);
    assert.deepEqual((await act({ action: 'unpark', all: true })).done, ['1-0']);
    assert.deepEqual((await act({ action: 'park', ids: ['1-0'] })).done, ['1-0']);
  });

  test('what was done is known after a restart, and when Redis was emptied', async () => {
    const counts = ({ open, parked, redriven }) => ({ open, parked, redriven });
    const states = async () => [counts(await list()), idsOf(await list('?state=parked')), idsOf(await list('?state=redriven'))];
    const before = await states();
    assert.deepEqual([before[0].parked, before[0].open + before[0].redriven], [1, 8]);
    await api.restart();
    assert.deepEqual(await states(), before);
    await bench.redis.cli('flushall');
    await listed(before[0]);
    assert.deepEqual(await states(), before);
  });

  test('more than a hundred go in several requests', async () => {
    await bench.send('shopify.orders.dlq', Array.from({ length: 150 }, (_, i) => letter(1000 + i, 100 + i, { reason: 'amount_mismatch' })));
    const { open } = await waitUntil(async () => (({ open: n, letters }) => letters.length === 150 && { open: n })(
      await list('?reason=amount_mismatch&limit=500')), { what: 'the letters to be listed' });
    const one = await act({ action: 'redrive', reason: 'amount_mismatch', all: true });
    assert.deepEqual([one.done.length, one.more], [100, true]);
    const two = await act({ action: 'redrive', reason: 'amount_mismatch', all: true });
    assert.deepEqual([two.done.length, two.more], [50, false]);
    assert.equal((await list()).open, open - 150);
    assert.equal(new Set((await orders.messages()).filter(({ key }) => Number(key.split('/')[1]) >= 1000).map(({ key }) => key)).size, 150);
  });
});

describe('without Kafka', { concurrency: false, skip: !process.env.TILLBRIDGE_LONG && 'only with --long' }, () => {
  test('nothing is marked, and it can be asked again', async () => {
    const before = await list();
    await bench.kafka.kill9();
    const answer = await ask(api, dlq, { method: 'POST', json: { action: 'redrive', ids: ['3-0'], force: true }, timeoutMs: 120_000 });
    assert.equal(answer.status, 503, answer.text);
    assert.match(answer.json.detail, /ask again/);
    await bench.kafka.start();
    assert.deepEqual(await list(), before);
    const { done } = await act({ action: 'redrive', ids: ['3-0'], force: true });
    assert.deepEqual(done, ['3-0']);
  });
});

describe('tillctl', { concurrency: false }, () => {
  test('dlq list, show, park, unpark and export', async () => {
    const { code, stdout } = await tillctl('dlq', 'list', '--state', 'parked');
    assert.equal(code, 0);
    assert.match(stdout, /^ID +REFUSED +ORDER +NAME +REASON +DETAIL\n1-0 +2026-11-22 10:00:01 UTC +1 +#1 +unknown_sku +order 1: why\n$/);
    const rows = (await tillctl('dlq', 'list', '--state', 'redriven', '--json')).stdout.trim().split('\n').map((line) => JSON.parse(line));
    assert.ok(rows.length > 150, 'page after page');
    assert.match((await tillctl('dlq', 'show', '1-0')).stdout, /dlq\.reason/);
    assert.match((await tillctl('dlq', 'unpark', '--all')).stdout, /^1-0 {2}taken back\n$/);
    assert.match((await tillctl('dlq', 'park', '--order', '#1')).stdout, /^1-0 {2}parked\n$/);
    const exported = (await tillctl('dlq', 'export', '--state', 'parked')).stdout.trim().split('\n').map((line) => JSON.parse(line));
    assert.deepEqual(exported.map(({ key }) => key), [keyOf(1)]);
  });

  test('dlq redrive: dry, then all of a reason, with exit codes', async () => {
    await bench.send('shopify.orders.dlq', [letter(501, 500, { reason: 'no_such_tax' }), letter(502, 501, { reason: 'no_such_tax' })]);
    await waitUntil(async () => (await list('?reason=no_such_tax')).letters.length === 2, { what: 'two more letters' });
    const dry = await tillctl('dlq', 'redrive', '--reason', 'no_such_tax', '--dry-run');
    assert.match(dry.stdout, /would be sent again$/m);
    assert.equal((await sentAgain(501)).length, 0);
    const { code, stdout } = await tillctl('dlq', 'redrive', '--reason', 'no_such_tax');
    assert.equal(code, 0);
    assert.match(stdout, /^(\d+-\d+ {2}sent again\n){2}$/);
    assert.equal((await sentAgain(501)).length + (await sentAgain(502)).length, 2);
    assert.equal((await tillctl('dlq', 'redrive')).code, 2);
    const again = await tillctl('dlq', 'redrive', '--ids', '9-9');
    assert.deepEqual([again.code, again.stdout], [1, '9-9  not done: no dead letter has this id\n']);
  });

  test('replay counts, then sends a window again as it was', async () => {
    const at = Date.parse('2026-11-20T10:00:00Z');
    await bench.send('shopify.orders', Array.from({ length: 6 }, (_, i) => ({
      key: keyOf(701 + (i % 3)), timestamp: String(at + i * 60_000), value: `{"name":"#${701 + (i % 3)}","n":${i}}`,
      headers: { poll_id: 'p7', ...(i === 4 && { dry_run: 'true' }) } })));
    const window = ['--from', '2026-11-20T10:01:00Z', '--to', '2026-11-20T10:05:00Z'];
    const copies = async () => (await orders.messages()).filter(({ key, ts }) => /\/70\d$/.test(key) && ts > at + 86_400_000);
    const dry = await tillctl('replay', ...window, '--dry-run', '--json');
    assert.deepEqual(JSON.parse(dry.stdout), { dry_run: true, messages: 3, dry_runs_left_out: 1 });
    assert.deepEqual(await copies(), []);
    const { code, stdout } = await tillctl('replay', ...window, '--order', '#702');
    assert.deepEqual([code, stdout], [0, '1 messages sent again and acknowledged; 1 of dry runs left out\n']);
    const [copy, ...more] = await copies();
    assert.deepEqual([more.length, copy.key, copy.value, copy.headers], [0, keyOf(702), '{"name":"#702","n":1}', 'poll_id=p7']);
    const [original] = await sentAgain(702);
    assert.equal(copy.partition, original.partition);
    assert.equal((await tillctl('replay')).code, 2);
    assert.equal((await tillctl('replay', '--from', 'noon')).code, 2);
    assert.match((await tillctl('replay', '--from', '2026-11-21', '--to', '2026-11-20')).stderr, /--from must be before --to/);
    const day = await tillctl('replay', '--from', '2026-11-20', '--to', '2026-11-20T10:02:00Z', '--dry-run', '--json');
    assert.equal(JSON.parse(day.stdout).messages, 2, 'a date is its beginning');
  });
});
