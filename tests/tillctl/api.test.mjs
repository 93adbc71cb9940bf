// tillctl poll, status, stats and config against the real stats service, with Kafka and Redis behind it.
// What a fetcher and a reconciler would write is written here, so that each outcome can be had at will.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startKafka } from '../support/kafka.mjs';
import { binary } from '../support/paths.mjs';
import { freePort } from '../support/ports.mjs';
import { Proc, runOk } from '../support/proc.mjs';
import { startRedis } from '../support/redis.mjs';
import { makeRunDir } from '../support/rundir.mjs';
import { sleep, waitUntil } from '../support/wait.mjs';
import { tillctlWith } from './tillctl.mjs';

const shop = 'example.myshopify.com';
const token = 'a token with blanks';

let kafka;
let redis;
let stats;
let settings;

let startAgain;

async function startStats(dir) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  startAgain = () => new Proc({
    name: 'stats', log: path.join(dir, 'stats.log'), command: [binary('tillbridge-stats')],
    env: { PATH: process.env.PATH, KAFKA_BROKERS: kafka.brokers, REDIS_URL: redis.url, API_LISTEN: `127.0.0.1:${port}`,
      API_TOKEN: token, TRIGGER_WAIT_S: '0' } });
  stats = startAgain();
  await stats.waitReady(async () => (await fetch(`${url}/readyz`)).ok);
  return url;
}

const kcat = (args, options) => runOk(['kcat', '-b', kafka.brokers, '-q', ...args], { timeoutMs: 20_000, ...options });

/** The triggers on tillbridge.control, oldest first. */
async function triggers() {
  const { stdout } = await kcat(['-C', '-t', 'tillbridge.control', '-e', '-o', 'beginning', '-f', '%k\t%s\n']);
  const records = stdout.split('\n').filter((line) => line.startsWith('trigger/'));
  return records.map((line) => line.split('\t')[1]).filter(Boolean).map((value) => JSON.parse(value));
}

const produce = (topic, key, value) => kcat(['-P', '-t', topic, '-k', key, '-X', 'acks=all'], { input: JSON.stringify(value) });

before(async () => {
  const dir = makeRunDir('tillctl-api');
  [kafka, redis] = await Promise.all([startKafka({ dir }), startRedis({ dir })]);
  const made = await tillctlWith({ KAFKA_BROKERS: kafka.brokers, KAFKA_PARTITIONS: '2' })('topics', 'create');
  assert.equal(made.code, 0, made.stderr);
  settings = { API_URL: await startStats(dir), API_TOKEN: token, KAFKA_BROKERS: kafka.brokers };
});
after(async () => {
  await stats?.stop();
  await redis?.stop();
  await kafka?.stop();
});

const tillctl = (...args) => tillctlWith(settings)(...args);
const json = async (...args) => JSON.parse((await tillctl(...args, '--json')).stdout);

const total = { published: 0, dry: 0 };

/** Writes the record of a poll that answers `trigger` with `orders` orders. */
async function pollRecord(trigger, state, orders, more = {}) {
  const now = new Date().toISOString();
  const record = {
    v: 1, shop, pollId: `poll-${trigger.id}`, state, kind: 'trigger', triggerId: trigger.id, dryRun: trigger.dryRun,
    at: now, startedAt: now, from: now, watermark: now, pages: 1, orders,
    publishedTotal: total.published, dryRunTotal: total.dry, complete: state === 'finished', ...more };
  await produce('tillbridge.polls', shop, record);
}

let offset = 0;

async function result(trigger, action, reason) {
  const now = new Date().toISOString();
  const value = {
    v: 1, shop, order: String(5000 + offset), name: `#${5000 + offset}`, action, reason, dryRun: trigger.dryRun,
    source: 'trigger', pollId: `poll-${trigger.id}`, srcTopic: 'shopify.orders', srcPartition: 0, srcOffset: offset,
    decidedAt: now };
  offset += 1;
  await produce('rms.results', `${shop}/${value.order}`, value);
}

let answered = 0;

/** Answers the next trigger as a fetcher and a reconciler would; resolves to the trigger. */
async function answerNext(outcomes, more) {
  const trigger = await waitUntil(async () => (await triggers())[answered], { what: 'a trigger on tillbridge.control' });
  answered += 1;
  await pollRecord(trigger, 'started', 0);
  total[trigger.dryRun ? 'dry' : 'published'] += outcomes.length;
  await pollRecord(trigger, more?.error ? 'failed' : 'finished', outcomes.length, more);
  for (const [action, reason] of outcomes) await result(trigger, action, reason);
  return trigger;
}

describe('tillctl and the stats service', () => {
  test('status shows the settings before any fetcher has spoken', async () => {
    const { code, stdout, stderr } = await tillctl('status');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^interval minutes +10$/m);
    assert.match(stdout, /^status +waiting$/m);
    assert.match(stdout, /^ {2}total polled +0$/m);
  });

  test('poll passes its options on and shows what became of the orders', async () => {
    const polling = tillctl('poll', '--lookback', '60', '--batch-size', '5', '--max-pages', '2');
    const trigger = await answerNext([['created'], ['updated'], ['skipped', 'unchanged'], ['error', 'unknown_sku']]);
    assert.deepEqual([trigger.lookbackMinutes, trigger.batchSize, trigger.maxPages, trigger.dryRun], [60, 5, 2, undefined]);
    const { code, stdout, stderr } = await polling;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^status +success$/m);
    assert.match(stdout, /^message +Polling complete: 2\/4 orders synced$/m);
    assert.match(stdout, /^ {2}newly synced +1$/m);
    assert.match(stdout, /^ {2}sync errors +1$/m);
    assert.match(stdout, /^ {2}success rate +66\.67$/m);
    assert.doesNotMatch(stdout + stderr, /\x1b/);
  });

  test('status names the orders that need a person, with the remedy; as JSON it is one document', async () => {
    const { code, stdout, stderr } = await tillctl('status');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^needs a person +action +reason +remedy$/m);
    assert.match(stdout, /^#5003 +error +unknown_sku +add the item/m);
    assert.doesNotMatch(stdout, /^#500[012]\b/m);
    assert.equal((await json('status')).statistics.open_issues, 1);
  });

  test('the counters are those of the API', async () => {
    const shown = await json('stats');
    const { data } = await (await fetch(`${settings.API_URL}/api/v1/orders/polling/stats`)).json();
    assert.deepEqual(shown, data);
    assert.equal(shown.total_polled, 4);
    assert.deepEqual(await json('poll', '--stats-only'), data);
  });

  test('a dry run says so', async () => {
    const polling = tillctl('poll', '--dry-run', '--json');
    const trigger = await answerNext([['created']]);
    assert.equal(trigger.dryRun, true);
    const { code, stdout } = await polling;
    assert.equal(code, 0);
    assert.equal(JSON.parse(stdout).status, 'dry_run');
  });

  test('a poll that failed ends with 1 and shows why', async () => {
    const polling = tillctl('poll');
    await answerNext([], { error: 'the shop refused the token: renew SHOPIFY_ACCESS_TOKEN' });
    const { code, stdout } = await polling;
    assert.equal(code, 1);
    assert.match(stdout, /^error +the shop refused the token: renew SHOPIFY_ACCESS_TOKEN$/m);
  });

  test('a poll that nobody answers ends with 3 after --timeout', async () => {
    const { code, stdout, stderr } = await tillctl('poll', '--timeout', '2');
    answered += 1;
    assert.equal(code, 3);
    assert.equal(stdout, '');
    assert.match(stderr, /^tillctl: trigger \S+ still runs: Waiting for a fetcher to begin\. It goes on; /);
  });

  test('a poll is followed over a restart of the API', async () => {
    const polling = tillctl('poll', '--json');
    const trigger = await waitUntil(async () => (await triggers())[answered]);
    await stats.stop();
    await sleep(1500); // tillctl has met the closed port meanwhile
    stats = startAgain();
    const answering = answerNext([['cancelled']]);
    const { code, stdout, stderr } = await polling;
    assert.equal(code, 0, stderr);
    assert.equal((await answering).id, trigger.id);
    assert.equal(JSON.parse(stdout).trigger_id, trigger.id);
    assert.equal(JSON.parse(stdout).statistics.cancelled, 1);
  });

  test('reset counts from zero, by stats and by poll', async () => {
    assert.notEqual((await json('stats')).total_polled, 0);
    assert.equal((await tillctl('stats', '--reset')).code, 0);
    assert.equal((await json('stats')).newly_synced, 0);
    assert.equal((await json('poll', '--stats-only', '--reset-stats')).total_polled, 0);
  });

  test('config changes what is named and leaves the rest', async () => {
    const { code, stdout, stderr } = await tillctl('config', '--interval', '7', '--enabled', 'false');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^interval minutes +7$/m);
    const now = await waitUntil(async () => {
      const status = await json('status');
      return status.interval_minutes === 7 && status;
    });
    assert.equal(now.enabled, false);
    assert.equal(now.batch_size, 50);
    assert.equal((await tillctl('config', '--enabled', 'true')).code, 0);
  });

  test('without the token writing is refused, reading is not', async () => {
    const without = tillctlWith({ API_URL: settings.API_URL });
    for (const command of [['poll'], ['stats', '--reset'], ['config', '--interval', '5']]) {
      const { code, stdout, stderr } = await without(...command);
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /HTTP 401: .*set API_TOKEN as the stats service has it/);
    }
    assert.equal((await without('status')).code, 0);
  });

  test('what answers but is no tillbridge, and what does not answer', async () => {
    const redisUrl = `http://127.0.0.1:${redis.port}`;
    for (const [url, expected, said] of [
      [redisUrl, 3, /API_URL/],
      [`${settings.API_URL}/elsewhere`, 1, /HTTP 404/],
      [`http://127.0.0.1:${await freePort()}`, 3, /is the stats service up, and API_URL its address\?/],
      ['http://192.0.2.1', 1, /http only to loopback/],
      ['127.0.0.1:8080', 2, /API_URL/]]) {
      const { code, stderr } = await tillctlWith({ API_URL: url })('status');
      assert.equal(code, expected, `${url}: ${stderr}`);
      assert.match(stderr, said);
    }
  });

  test('wrong use asks nobody', async () => {
    for (const [args, said] of [
      [['poll', '--stats-only', '--dry-run'], /--stats-only does not poll/],
      [['poll', '--lookback', '1441'], /MINUTES from 1 to 1440/],
      [['config'], /nothing to change/],
      [['status', '--jason'], /did you mean --json\?/]]) {
      const { code, stderr } = await tillctlWith({})(...args);
      assert.equal(code, 2);
      assert.match(stderr, said);
    }
  });
});
