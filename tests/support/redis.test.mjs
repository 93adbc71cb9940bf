import assert from 'node:assert/strict';
import fs from 'node:fs';
import test, { after, before } from 'node:test';
import { startRedis } from './redis.mjs';
import { makeRunDir } from './rundir.mjs';

let redis;
let dir;

before(async () => {
  dir = makeRunDir('redis');
  redis = await startRedis({ dir, settings: { appendfsync: 'always' } });
});
after(() => redis?.stop());

test('is empty, answers, and has the settings asked for', async () => {
  assert.equal(await redis.cli('DBSIZE'), '0');
  assert.equal(await redis.cli('CONFIG', 'GET', 'appendfsync'), 'appendfsync\nalways');
});

test('keeps what was written over a restart and over kill -9', async () => {
  await redis.cli('SET', 'a', '1');
  assert.equal((await redis.stop()).code, 0);
  await redis.start();
  await redis.cli('INCR', 'a');
  await redis.kill9();
  await redis.start();
  assert.equal(await redis.cli('GET', 'a'), '2');
});

test('a second one beside it has its own data', async () => {
  const other = await startRedis({ dir: makeRunDir('redis') });
  assert.notEqual(other.port, redis.port);
  assert.equal(await other.cli('DBSIZE'), '0');
  await other.stop();
});

test('the words of a server that cannot start reach the error', async () => {
  fs.mkdirSync(`${dir}/x`);
  await assert.rejects(startRedis({ dir: `${dir}/x`, settings: { maxmemory: 'plenty' } }),
    /redis ended with exit code 1[^]*maxmemory/);
});
