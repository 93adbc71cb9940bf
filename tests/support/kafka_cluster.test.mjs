// Three nodes: what is acknowledged by two of them outlives the death of one.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { startKafka } from './kafka.mjs';
import { runOk } from './proc.mjs';
import { makeRunDir } from './rundir.mjs';

let kafka;

before(async () => { kafka = await startKafka({ dir: makeRunDir('cluster'), nodes: 3 }); });
after(() => kafka?.stop());

test('a node killed with -9 loses nothing, and comes back', async () => {
  await kafka.createTopics({ t: { partitions: 3 } });
  const send = (input) => runOk(['kcat', '-b', kafka.brokers, '-P', '-t', 't', '-K:', '-X', 'acks=all'], { input });
  await send('1:a\n2:b\n3:c\n');
  await kafka.nodes[0].kill9();
  await send('1:d\n2:e\n3:f\n');
  const { stdout } = await runOk(['kcat', '-b', kafka.brokers, '-q', '-C', '-t', 't', '-e']);
  assert.deepEqual(stdout.trim().split('\n').sort(), ['a', 'b', 'c', 'd', 'e', 'f']);
  await kafka.nodes[0].start();
  await kafka.nodes[0].ready(3);
});
