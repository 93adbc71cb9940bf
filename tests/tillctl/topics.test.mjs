// tillctl topics on a real broker: made, found again, compared, and what is said when Kafka is away.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startKafka } from '../support/kafka.mjs';
import { freePort } from '../support/ports.mjs';
import { makeRunDir } from '../support/rundir.mjs';
import { sleep } from '../support/wait.mjs';
import { rowsOf, tillctlWith } from './tillctl.mjs';

const names = ['shopify.orders', 'shopify.orders.retry', 'shopify.orders.dlq', 'shopify.webhooks',
  'rms.results', 'tillbridge.polls', 'tillbridge.control'];
const partitions = [4, 4, 4, 3, 4, 1, 1];

let kafka;
let settings;
before(async () => {
  kafka = await startKafka({ dir: makeRunDir('tillctl-topics') });
  settings = { KAFKA_BROKERS: kafka.brokers, KAFKA_PARTITIONS: '4' };
});
after(() => kafka?.stop());

const states = async (...args) => {
  const { code, stdout, stderr } = await tillctlWith(settings)(...args);
  const [table] = stdout.split('\n\n'); // what follows is advice
  return { code, stderr, states: rowsOf(table).slice(1).map((row) => row.at(-1)) };
};

const alter = async (topic, config) => {
  const { code, stdout, stderr } = await kafka.tool('kafka-configs', ['--alter', '--topic', topic, '--add-config', config]);
  assert.equal(code, 0, stdout + stderr);
};

test('check says of each topic that it is missing', async () => {
  assert.deepEqual(await states('topics', 'check'), { code: 1, stderr: '', states: Array(7).fill('missing') });
});

test('create makes all seven as the design has them, and finds them the next time', async () => {
  assert.deepEqual(await states('topics', 'create'), { code: 0, stderr: '', states: Array(7).fill('made') });
  assert.deepEqual(await states('topics', 'create'), { code: 0, stderr: '', states: Array(7).fill('already there') });
  assert.deepEqual(await states('topics', 'check'), { code: 0, stderr: '', states: Array(7).fill('ok') });

  const { stdout } = await kafka.tool('kafka-topics', ['--describe', '--exclude-internal']);
  const made = [...stdout.matchAll(/^Topic: (\S+)\s.*PartitionCount: (\d+)\s.*Configs: (\S+)/gm)];
  const described = new Map(made.map(([, name, count, config]) => [name, { count: Number(count), config: config.split(',') }]));
  assert.deepEqual([...described.keys()].sort(), [...names].sort());
  names.forEach((name, i) => assert.equal(described.get(name).count, partitions[i], name));
  for (const [name, wanted] of [
    ['shopify.orders', ['cleanup.policy=delete', 'retention.ms=2592000000', 'max.message.bytes=8912896']],
    ['shopify.orders.dlq', ['cleanup.policy=delete', 'retention.ms=31536000000', 'max.message.bytes=10485760']],
    ['tillbridge.polls', ['cleanup.policy=compact']], ['tillbridge.control', ['cleanup.policy=compact']]]) {
    for (const property of wanted) assert.ok(described.get(name).config.includes(property), `${name}: ${property}`);
  }
});

test('JSON is one line with the same', async () => {
  const { code, stdout } = await tillctlWith(settings)('topics', 'check', '--json');
  assert.equal(code, 0);
  assert.equal(stdout.split('\n').length, 2);
  assert.deepEqual(JSON.parse(stdout).map(({ topic, ok, state, partitions: count }) => ({ topic, ok, state, count })),
    names.map((topic, i) => ({ topic, ok: true, state: 'ok', count: partitions[i] })));
});

test('another number of partitions is refused, with the remedy', async () => {
  const { code, stdout } = await tillctlWith({ ...settings, KAFKA_PARTITIONS: '8' })('topics', 'create');
  assert.equal(code, 1);
  const wrong = 'wrong: has 4 partitions: set KAFKA_PARTITIONS to that';
  assert.deepEqual(rowsOf(stdout).slice(1).map((row) => row.at(-1)),
    [wrong, wrong, wrong, 'already there', wrong, 'already there', 'already there']);
});

test('a property that loses something is wrong; another retention is only told', async () => {
  await alter('shopify.orders', 'retention.ms=86400000');
  let { code, states: found } = await states('topics', 'check');
  assert.equal(code, 0);
  assert.equal(found[0], 'ok, but retention.ms is 86400000, tillctl makes it with 2592000000');

  await alter('tillbridge.polls', 'cleanup.policy=delete');
  ({ code, states: found } = await states('topics', 'check'));
  assert.equal(code, 1);
  assert.equal(found[5], 'wrong: cleanup.policy is delete, tillctl makes it with compact');
});

test('what differs can be put right by the calls that check prints', async () => {
  await alter('shopify.orders', 'max.message.bytes=10485760');
  const { code, stdout } = await tillctlWith(settings)('topics', 'check');
  assert.equal(code, 1);
  assert.match(stdout, /^shopify\.orders .* max\.message\.bytes is 10485760, tillctl makes it with 8912896: a larger message could not become a dead letter$/m);
  const [, calls] = stdout.split('\nTo make them as tillctl does:\n');
  assert.deepEqual(calls.trim().split(/\s*\n\s*/), [
    `kafka-configs.sh --bootstrap-server ${kafka.brokers} --alter --topic shopify.orders --add-config max.message.bytes=8912896`,
    `kafka-configs.sh --bootstrap-server ${kafka.brokers} --alter --topic tillbridge.polls --add-config cleanup.policy=compact`]);
  const list = JSON.parse((await tillctlWith(settings)('topics', 'check', '--json')).stdout);
  assert.deepEqual(list.map(({ change }) => change).filter(Boolean), ['max.message.bytes=8912896', 'cleanup.policy=compact']);

  for (const [, topic, config] of calls.matchAll(/--topic (\S+) --add-config (\S+)/g)) await alter(topic, config);
  const again = await tillctlWith(settings)('topics', 'check');
  assert.equal(again.code, 0);
  assert.doesNotMatch(again.stdout, /To make them/);
});

test('more replicas than brokers fails with the broker\'s own words', async () => {
  const other = await startKafka({ dir: makeRunDir('tillctl-replicas') });
  const { code, stdout, stderr } = await tillctlWith({ KAFKA_BROKERS: other.brokers, KAFKA_REPLICATION: '3' })('topics', 'create');
  await other.stop();
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^tillctl: topic shopify\.orders: .*only 1 broker/);
});

test('without a broker it ends with 3 and names it', async () => {
  const away = `127.0.0.1:${await freePort()}`;
  const { code, stdout, stderr } = await tillctlWith({ KAFKA_BROKERS: away })('topics', 'check');
  assert.equal(code, 3);
  assert.equal(stdout, '');
  assert.equal(stderr.trimEnd().split('\n').length, 1);
  assert.ok(stderr.includes(away) && stderr.includes('Connection refused') && stderr.includes('is Kafka up, and KAFKA_BROKERS its address?'), stderr);
});

test('with --wait it starts before its broker', async () => {
  await kafka.stop();
  const early = tillctlWith(settings)('topics', 'create', '--wait', '40');
  await sleep(6500); // a single attempt takes 5 s
  await kafka.start();
  const { code, stdout, stderr } = await early;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^tillctl: waiting for Kafka: /);
  assert.equal(rowsOf(stdout)[1].at(-1), 'already there');
});
