// A real broker: started, used by kcat, kafkajs and Kafka's own tools, restarted, killed.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { startKafka } from './kafka.mjs';
import { runOk } from './proc.mjs';
import { makeRunDir } from './rundir.mjs';

let kafka;

before(async () => { kafka = await startKafka({ dir: makeRunDir('kafka') }); });
after(() => kafka?.stop());

const kcat = (args, options) => runOk(['kcat', '-b', kafka.brokers, '-q', ...args], { timeoutMs: 20_000, ...options });
const consume = async (topic) => (await kcat(['-C', '-t', topic, '-e', '-K:'])).stdout.trim().split('\n').sort();

test('topics are made as asked, and none by accident', async () => {
  await kafka.createTopics({ orders: { partitions: 3, config: { 'cleanup.policy': 'compact' } } });
  const { stdout } = await kafka.tool('kafka-topics', ['--describe', '--topic', 'orders']);
  assert.match(stdout, /PartitionCount: 3\b.*cleanup\.policy=compact/);
  await assert.rejects(kcat(['-P', '-t', 'typo', '-X', 'message.timeout.ms=1500'], { input: 'x\n' }));
});

test('messages of librdkafka, kafkajs and the console tools are the same topic', async () => {
  await kafka.createTopics({ mixed: { partitions: 1 } });
  await kcat(['-P', '-t', 'mixed', '-K:', '-z', 'zstd', '-X', 'enable.idempotence=true'], { input: 'a:1\n' });
  const producer = (await kafka.client()).producer();
  await producer.connect();
  await producer.send({ topic: 'mixed', messages: [{ key: 'b', value: '2' }] });
  await producer.disconnect();
  const typed = await kafka.tool('kafka-console-producer',
    ['--topic', 'mixed', '--reader-property', 'parse.key=true', '--reader-property', 'key.separator=:'],
    { input: 'c:3\n' });
  assert.equal(typed.code, 0, typed.stderr);
  assert.deepEqual(await consume('mixed'), ['a:1', 'b:2', 'c:3']);
  const read = await kafka.tool('kafka-console-consumer',
    ['--topic', 'mixed', '--from-beginning', '--max-messages', '3', '--formatter-property', 'print.key=true']);
  assert.equal(read.stdout, 'a\t1\nb\t2\nc\t3\n');
});

test('what was acknowledged is there after a restart and after kill -9', async () => {
  await kafka.createTopics({ kept: {} });
  const send = (input) => kcat(['-P', '-t', 'kept', '-K:', '-X', 'acks=all'], { input });
  await send('k:before\n');
  const [node] = kafka.nodes;
  assert.deepEqual(await node.stop(), { code: 143, signal: null, forced: false });
  await node.start();
  await send('k:between\n');
  await node.kill9();
  await node.start();
  await send('k:after\n');
  assert.deepEqual(await consume('kept'), ['k:after', 'k:before', 'k:between']);
});

test('a tool that fails gives its code and words', async () => {
  const { code, stderr, stdout } = await kafka.tool('kafka-topics', ['--describe', '--topic', 'nowhere']);
  assert.equal(code, 1);
  assert.match(stdout + stderr, /nowhere/);
  assert.equal((await kafka.tool('kafka-nonsense', [])).code, 2);
});
