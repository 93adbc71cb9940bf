// The mechanics of the stack over real Kafka, Redis and databases, with stubs in place of our programs:
// what tests/e2e relies on must hold before tillbridge itself is looked at.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { request } from './http.mjs';
import { inRoot } from './paths.mjs';
import { makeRunDir } from './rundir.mjs';
import { startStack } from './stack.mjs';

const programs = ['tillbridge-fetcher', 'tillbridge-reconciler', 'tillbridge-stats', 'tillctl'];
let dir;
let binDir;
let calls;
let stack;

const start = (options = {}) => startStack({
  binDir, shop: false, ...options, env: { STUB_CALLS: calls, ...options.env } });

before(async () => {
  dir = makeRunDir('stack-test');
  binDir = path.join(dir, 'bin');
  calls = path.join(dir, 'calls');
  fs.mkdirSync(binDir);
  for (const name of programs) {
    const script = `#!/bin/sh\nexec node '${inRoot('tests/support/stub_service.mjs')}' ${name} "$@"\n`;
    fs.writeFileSync(path.join(binDir, name), script, { mode: 0o755 });
  }
  process.env.LEAKED = 'a setting of the person who runs the tests';
  stack = await start({ reconcilers: 2, env: { STUB_EXTRA: 'all' }, fetcherEnv: { STUB_EXTRA: 'fetchers' } });
});
after(() => stack?.stop());

test('topics and tables are made before the services, on this broker and database', () => {
  const [topics, schema, ...more] = fs.readFileSync(calls, 'utf8').trim().split('\n');
  assert.equal(topics, `topics create ${stack.kafka.brokers} ${stack.rms.odbc}`);
  assert.match(schema, /^schema install /);
  assert.deepEqual(more, []);
});

test('every service is ready and has the settings of all, of its kind, and none of ours', async () => {
  const extras = await Promise.all(stack.services.map(async (service) => {
    const { json } = await request(`${service.url}/readyz`);
    return [service.name, json.extra];
  }));
  assert.deepEqual(extras, [['fetcher-1', 'fetchers'], ['reconciler-1', 'all'], ['reconciler-2', 'all'], ['stats', 'all']]);
  assert.equal(stack.api, stack.stats.url);
  assert.deepEqual(stack.reconciler.events().map(({ leaked }) => leaked), [null]);
});

test('the database is an RMS', async () => {
  assert.ok(fs.statSync(stack.rms.sqlite).size > 10_000);
});

test('a service killed and started again is another process on the same port', async () => {
  const service = stack.reconcilers[1];
  const pidOf = async () => (await request(`${service.url}/x`)).json.pid;
  const first = await pidOf();
  await service.kill9();
  await assert.rejects(pidOf(), /ECONNREFUSED/);
  await service.start();
  const second = await pidOf();
  await service.restart();
  assert.equal(new Set([first, second, await pidOf()]).size, 3);
});

test('one more worker can join', async () => {
  const service = await stack.startService('reconciler', { env: { STUB_EXTRA: 'third' } });
  assert.equal(service.name, 'reconciler-3');
  assert.equal((await request(`${service.url}/x`)).json.extra, 'third');
  await service.stop();
});

test('memory and processor time of everything that runs', () => {
  const usage = stack.usage();
  assert.deepEqual(Object.keys(usage).sort(),
    ['fetcher-1', 'kafka', 'reconciler-1', 'reconciler-2', 'redis', 'stats']);
  for (const [name, { rssKb }] of Object.entries(usage)) assert.ok(rssKb > 1000, `${name} ${rssKb}`);
});

for (const [what, env, message] of [
  ['an exit code', { STUB_ENDS_BADLY: 'tillbridge-reconciler' }, /reconciler-1 ended with exit code 99/],
  ['a sanitizer\'s report', { STUB_SAYS: 'x.c:3:1: runtime error: signed integer overflow' },
    /reconciler-1 was reported by a sanitizer[^]*signed integer overflow/],
]) {
  test(`a service that ends with ${what} fails its stop`, async () => {
    const service = stack.reconciler;
    const log = service.output();
    await service.stop();
    service.launch(env);
    await service.waitReady();
    await assert.rejects(service.stop(), message);
    fs.writeFileSync(service.log, log); // so that the next stop does not find it again
    await service.start();
  });
}

test('a service that does not hear SIGTERM fails its stop', async () => {
  const service = stack.fetcher;
  await service.stop();
  await service.start({ env: { STUB_DEAF: 'tillbridge-fetcher' } });
  await assert.rejects(service.stop({ graceMs: 200 }), /fetcher-1 did not end after SIGTERM/);
  await service.start();
});

for (const [what, env, message] of [
  ['topics', { STUB_TILLCTL_FAILS: 'topics create' }, /exit code 1\ntillctl: cannot topics create/],
  ['a service', { STUB_REFUSES: 'tillbridge-stats' }, /stats ended with exit code 2[^]*RMS_ODBC is not set/],
]) {
  test(`when ${what} cannot be had, the start fails with the words and leaves nothing running`, async () => {
    const before = childrenOf(process.pid);
    await assert.rejects(start({ env }), message);
    assert.deepEqual(childrenOf(process.pid), before);
  });
}

test('PostgreSQL as RMS', async () => {
  const other = await start({ rms: 'postgres', fetchers: 0, reconcilers: 0 });
  const items = await other.rms.server.sql('SELECT count(*) > 10 FROM "Item"', 'rms');
  assert.equal(items, 't');
  assert.ok(other.usage().postgres.rssKb > 1000);
  await other.stop();
  assert.equal(fs.existsSync(other.dir), false);
});

function childrenOf(pid) {
  return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).sort();
}
