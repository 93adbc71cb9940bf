// The programs and their settings, by the table in settings.def: what is missing, malformed or out of range, secrets in
// files, and what is not there yet when they start.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { describe } from 'node:test';
import { request } from '../support/http.mjs';
import { binary, inRoot } from '../support/paths.mjs';
import { freePorts } from '../support/ports.mjs';
import { run, runOk } from '../support/proc.mjs';
import { makeRunDir } from '../support/rundir.mjs';
import { plainEnv } from '../support/service.mjs';
import { startRms } from '../support/rms.mjs';
import { waitUntil } from '../support/wait.mjs';
import { startPipeline } from './pipeline.mjs';

/** Rows of settings.def: {kind, name, min, max, flags, services, example}. */
const settings = [...fs.readFileSync(inRoot('common/io/settings.def'), 'utf8').matchAll(
  /^SETTING\((\w+), \w+, "(\w+)", "[^"]*", (-?\d+), (\d+), (\w+), ([FRST |]+), "([^"]*)"/gm)]
  .map(([, kind, name, min, max, flags, services, example]) => ({
    kind, name, min: Number(min), max: Number(max), flags, services, example }));

const programs = {
  'tillbridge-fetcher': { letter: 'F', missing: ['SHOPIFY_SHOP', 'SHOPIFY_ACCESS_TOKEN'],
    enough: { SHOPIFY_SHOP: 'a.myshopify.com', SHOPIFY_ACCESS_TOKEN: 'shpat_hush' } },
  'tillbridge-reconciler': { letter: 'R', missing: ['RMS_ODBC'] },
  'tillbridge-stats': { letter: 'S', missing: [], enough: {} },
};

const start = (program, env, args = []) => run([binary(program), ...args], { env: { ...plainEnv(), ...env }, timeoutMs: 20_000 });
const settingsOf = (letter) => settings.filter(({ services }) => services.includes(letter));

const malformed = {
  BROKERS: 'nohost', URL: 'ftp://x', CHOICE: 'nonsense', CHOICES: 'PAID,nonsense', LISTEN: 'nowhere', SHOP: 'https://x.example.com',
  VERSION: 'latest', TIMEZONE: 'Mars/Olympus_Mons', PAIRS: 'novalue', IDS: 'Standard=two', INT: '12x', BOOL: 'maybe' };
const badValue = ({ kind, max }) => malformed[kind] ?? (kind === 'SECRET' ? 'hush' : 'long').repeat(max / 4 + 1);

async function assertFaults(program, faults) {
  const { code, stdout, stderr } = await start(program, faults);
  const lines = stderr.trimEnd().split('\n');
  assert.equal(code, 2, stderr);
  assert.equal(stdout, '');
  for (const { name, kind, example } of settingsOf(programs[program].letter).filter((s) => faults[s.name] !== undefined)) {
    const own = lines.filter((line) => line.startsWith(`${name}: `));
    assert.equal(own.length, 1, `${name}: ${own.length} lines`);
    assert.ok(own[0].includes(kind.startsWith('CHOICE') ? `(known: ${example})` : `(example: ${example})`), own[0]);
  }
  const told = new Set(lines.map((line) => line.split(': ')[0]));
  assert.equal(told.size, lines.length, `one line for each: ${stderr}`);
  return stderr;
}

describe('settings', () => {
  for (const [program, { letter, missing, enough }] of Object.entries(programs)) {
    const own = settingsOf(letter);
    const ints = own.filter(({ kind }) => kind === 'INT');
    const each = (list, value) => Object.fromEntries(list.map((setting) => [setting.name, String(value(setting))]));

    test(`${program}: every setting malformed at once`, async () => {
      assert.ok(own.length > 8);
      const stderr = await assertFaults(program, each(own, badValue));
      assert.doesNotMatch(stderr, /hush/, 'a secret is not shown');
    });

    test(`${program}: every number out of range, and none`, async () => {
      await assertFaults(program, each(ints.filter(({ min }) => min > 0), ({ min }) => min - 1));
      await assertFaults(program, each(ints, ({ max }) => max + 1));
      await assertFaults(program, each(ints, () => '1.5'));
      await assertFaults(program, each(ints, () => '99999999999999999999'));
    });

    if (missing.length) test(`${program}: what is missing is named`, async () => {
      const { code, stderr } = await start(program, {});
      assert.equal(code, 2);
      assert.deepEqual(stderr.trimEnd().split('\n').map((line) => line.split(':')[0]), missing);
    });

    test(`${program}: help, version, check of the settings`, async () => {
      const help = await start(program, {}, ['--help']);
      assert.equal(help.code, 0);
      const listed = [...help.stdout.matchAll(/^ {2}([A-Z][A-Z0-9_]+)(?==|$)/gm)].map(([, name]) => name);
      assert.deepEqual(listed, own.map(({ name }) => name));
      const version = await start(program, {}, ['--version']);
      assert.deepEqual([version.code, /^tillbridge \w+ \d+\.\d+\.\d+\n$/.test(version.stdout)], [0, true], version.stdout);
      assert.equal((await start(program, enough, ['--nonsense'])).code, 2);
      if (!enough) return;
      const check = await start(program, enough, ['--check-config']);
      assert.deepEqual([check.code, check.stdout], [0, 'settings are in order\n'], check.stderr);
      assert.equal((await start(program, { ...enough, LOG_LEVEL: 'loud' }, ['--check-config'])).code, 2);
    });
  }

  test('values that may hold a password are not shown', async () => {
    const cases = { KAFKA_CONF: 'sasl.password=open,hush', REDIS_URL: 'http://:hush@redis:6379', SHOPIFY_API_URL: 'ftp://user:hush@x' };
    for (const [program, names] of [['tillbridge-stats', ['KAFKA_CONF', 'REDIS_URL']], ['tillbridge-fetcher', ['SHOPIFY_API_URL']]]) {
      const stderr = await assertFaults(program, Object.fromEntries(names.map((name) => [name, cases[name]])));
      assert.doesNotMatch(stderr, /hush/);
    }
  });

  test('a secret in a file: read, told when it can not be, and not given twice', async () => {
    const dir = makeRunDir('secrets');
    const file = path.join(dir, 'token');
    fs.writeFileSync(file, 'shpat_hush\n');
    const check = (env) => start('tillbridge-fetcher', { SHOPIFY_SHOP: 'a.myshopify.com', ...env }, ['--check-config']);
    assert.equal((await check({ SHOPIFY_ACCESS_TOKEN_FILE: file })).code, 0);
    const absent = await check({ SHOPIFY_ACCESS_TOKEN_FILE: `${file}.absent` });
    assert.equal(absent.code, 2);
    assert.match(absent.stderr, /^SHOPIFY_ACCESS_TOKEN_FILE: .*token\.absent: No such file or directory/m);
    const twice = await check({ SHOPIFY_ACCESS_TOKEN_FILE: file, SHOPIFY_ACCESS_TOKEN: 'shpat_hush' });
    assert.equal(twice.code, 2);
    assert.doesNotMatch(twice.stderr, /hush/);
  });
});

describe('an RMS that does not fit', () => {
  const reconciler = (odbc, args, env = {}) => start('tillbridge-reconciler',
    { RMS_ODBC: odbc, KAFKA_BROKERS: '127.0.0.1:1', HEALTH_LISTEN: '', ...env }, args);
  const change = (rms, sql) => runOk(['sqlite3', '-bail', rms.sqlite, sql]);
  const install = (rms) => runOk([binary('tillctl'), 'schema', 'install'], { env: { ...plainEnv(), RMS_ODBC: rms.odbc } });

  for (const [name, sql, words] of [
    ['tillbridge\'s tables are missing', 'DROP TABLE tillbridge_guard', [/tillbridge_guard.*tillctl schema install/]],
    ['a table of RMS is missing', 'DROP TABLE OrderEntry', [/OrderEntry/]],
    ['two columns and a setting\'s item are missing', `ALTER TABLE "Customer" RENAME COLUMN "EmailAddress" TO "Mail";
      ALTER TABLE "Order" RENAME COLUMN "Deposit" TO "Advance"; DELETE FROM "Item" WHERE "ItemLookupCode" = 'SHIPPING'`,
    [/Order\.Deposit/, /Customer\.EmailAddress/, /RMS_SHIPPING_ITEM.*SHIPPING/]],
  ]) {
    test(`${name}: a clear line for each, and the end`, async () => {
      const rms = await startRms({ dir: makeRunDir('rms') });
      const env = { RMS_SHIPPING_ITEM: 'SHIPPING' };
      await install(rms);
      const good = await reconciler(rms.odbc, ['--check-config'], env);
      assert.deepEqual([good.code, good.stdout], [0, 'settings and database are in order\n'], good.stderr);
      await change(rms, sql);
      const check = await reconciler(rms.odbc, ['--check-config'], env);
      assert.deepEqual([check.code, check.stdout], [1, '']);
      const found = check.stderr.trimEnd().split('\n').filter((line) => line.startsWith('missing: '));
      const { code, stderr } = await reconciler(rms.odbc, [], env);
      assert.equal(code, 1, stderr);
      const told = stderr.trimEnd().split('\n').filter((line) => line.includes('"event":"rms.missing"'));
      for (const lines of [found, told]) {
        assert.equal(lines.length, words.length, lines.join('\n'));
        words.forEach((word) => assert.equal(lines.filter((line) => word.test(line)).length, 1, `${word}: ${lines.join('\n')}`));
      }
      assert.match(stderr.trimEnd().split('\n').at(-1), /stopped|"event":"reconciler.failed"/);
    });
  }

  test('lists that are not understood: one line each, before the database is asked', async () => {
    const lists = { RMS_SHOPS: 'a.myshopify.com=store:1,stores:2', RMS_SHIPPING_SERVICES: 'Standard=1,Standard=2' };
    for (const args of [[], ['--check-config']]) {
      const { code, stdout, stderr } = await reconciler('Driver=SQLite3;Database=/nonexistent/rms.db', args, lists);
      const lines = stderr.trimEnd().split('\n');
      assert.deepEqual([code, stdout, lines.length], [2, '', 2], stderr);
      assert.match(lines[0], /^RMS_SHOPS: a\.myshopify\.com: "stores:2" is none of store, rep.*: write for example a\.myshopify/);
      assert.match(lines[1], /^RMS_SHIPPING_SERVICES: "Standard=2" .*, for example Standard=1,Express=2/);
    }
  });

  test('a database that is not to be had: the check says what to look at', async () => {
    const { code, stderr } = await reconciler('Driver=SQLite3;Database=/nonexistent/rms.db', ['--check-config']);
    assert.equal(code, 1);
    assert.match(stderr, /check the path/);
  });
});

test('broker, Redis and RMS away at the start: each waits and says for what, then all works', async () => {
  const pipeline = await startPipeline({ rms: 'postgres', fetchers: 0, reconcilers: 0, stats: false });
  const { stack } = pipeline;
  try {
    await Promise.all([stack.kafka.stop(), stack.redis.stop(), stack.rms.server.stop()]);
    const secret = path.join(stack.dir, 'secret');
    fs.writeFileSync(secret, stack.env.RMS_ODBC);
    const [first, second] = await freePorts(2);
    stack.addService('stats', 'stats', Number(new URL(stack.api).port));
    stack.addService('reconciler', 'reconciler-1', first, { env: { RMS_ODBC: '', RMS_ODBC_FILE: secret } });
    stack.addService('fetcher', 'fetcher-1', second);
    for (const service of stack.services) service.launch();
    const says = (service, words) => waitUntil(async () => {
      const { status, text } = await request(`${service.url}/readyz`);
      return status === 503 && words.test(text);
    }, { what: `${service.name} to say ${words}`, timeoutMs: 20_000, giveUp: () => (service.proc.isAlive ? '' : 'it ended') });
    await says(stack.reconciler, new RegExp(`${stack.rms.server.port}.*Connection refused`));
    await says(stack.stats, new RegExp(`${stack.redis.port}: Connection refused`));
    await stack.redis.start();
    await says(stack.stats, /are the brokers in KAFKA_BROKERS up/);
    await says(stack.fetcher, new RegExp(`${stack.kafka.nodes[0].port}|group of the control topic`));
    await stack.kafka.nodes[0].start();
    await stack.rms.server.start();
    await Promise.all(stack.services.map((service) => service.waitReady()));
    pipeline.create({ lines: [{ sku: pipeline.sku(0) }] });
    assert.equal((await pipeline.poll()).statistics.newly_synced, 1);
    await pipeline.checkRms();
  } catch (error) {
    console.error(stack.tails());
    throw error;
  } finally {
    await pipeline.stop();
  }
});
