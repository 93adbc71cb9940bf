import assert from 'node:assert/strict';
import fs from 'node:fs';
import test, { after, before } from 'node:test';
import { startPostgres } from './postgres.mjs';
import { run, runOk } from './proc.mjs';
import { makeRunDir } from './rundir.mjs';

let postgres;

before(async () => { postgres = await startPostgres({ dir: makeRunDir('postgres') }); });
after(() => postgres?.stop());

test('runs without root, with a password, on loopback alone', async () => {
  assert.notEqual(fs.statSync(`/proc/${postgres.proc.pid}`).uid, 0);
  assert.equal(await postgres.sql('SHOW listen_addresses'), '127.0.0.1');
  const wrong = await run(['psql', '-h', '127.0.0.1', '-p', String(postgres.port), '-U', postgres.user,
    '-d', 'postgres', '-c', 'SELECT 1'], { env: { ...process.env, PGPASSWORD: 'wrong' } });
  assert.match(wrong.stderr, /password authentication failed/);
});

test('its ODBC connection string works through unixODBC', async () => {
  await postgres.createDatabase('rms');
  const command = ['isql', '-b', '-k', '-d|', postgres.odbc('rms')];
  const { stdout } = await runOk(command, { input: 'SELECT current_database(), 1+1\n' });
  assert.match(stdout, /rms\|2/);
});

test('committed rows are there after a restart and after kill -9', async () => {
  await postgres.sql('CREATE TABLE t (id int)');
  await postgres.sql('INSERT INTO t VALUES (1)');
  assert.deepEqual(await postgres.stop(), { code: 0, signal: null, forced: false });
  await postgres.start();
  await postgres.sql('INSERT INTO t VALUES (2)');
  await postgres.kill9();
  await postgres.start();
  assert.equal(await postgres.sql('SELECT id FROM t ORDER BY id'), '1\n2');
});

test('a statement that fails is an error with the server\'s words', async () => {
  await assert.rejects(postgres.sql('SELECT * FROM nowhere'), /relation "nowhere" does not exist/);
});
