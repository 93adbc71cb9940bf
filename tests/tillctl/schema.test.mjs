// tillctl schema on SQLite and PostgreSQL: installed, found again, checked, removed, printed.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { postgresRms, sqliteRms } from '../rms/databases.mjs';
import { freePort } from '../support/ports.mjs';
import { makeRunDir } from '../support/rundir.mjs';
import { tillctlWith } from './tillctl.mjs';

const ours = {
  sqlite: "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name LIKE 'tillbridge%'",
  postgres: "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname LIKE 'tillbridge%'",
};
const odbc = (rms) => (rms.dialect === 'sqlite' ? `Driver=SQLite3;Database=${rms.file}` : rms.server.odbc(rms.database));

for (const make of [sqliteRms, postgresRms]) {
  describe(`schema in ${make.name.replace('Rms', '')}`, () => {
    let rms;
    let tillctl;
    before(async () => {
      rms = await make(makeRunDir('tillctl-schema'));
      tillctl = tillctlWith({ RMS_ODBC: odbc(rms) });
    });
    after(() => rms?.stop());
    const count = async () => Number(await rms.sql(ours[rms.dialect]));

    test('check fails and says what to run while the tables are not there', async () => {
      const { code, stdout, stderr } = await tillctl('schema', 'check');
      assert.deepEqual([code, stderr], [1, '']);
      assert.match(stdout, /^missing +schema +tillbridge_meta +tillbridge's tables are not in this database: run "tillctl schema install"/m);
      assert.match(stdout, /^not in order: 1 missing; the reconciler does not start$/m);
    });

    test('install makes them once', async () => {
      assert.deepEqual(await tillctl('schema', 'install'), { code: 0, stdout: 'installed\n', stderr: '' });
      assert.ok(await count() >= 2);
      assert.deepEqual(await tillctl('schema', 'install'), { code: 0, stdout: 'already installed\n', stderr: '' });
      assert.deepEqual(await tillctl('schema', 'check', '--json'),
        { code: 0, stdout: '{"state":"in order","version":2,"missing":0,"findings":[]}\n', stderr: '' });
    });

    test('uninstall wants to be sure', async () => {
      const { code, stderr } = await tillctl('schema', 'uninstall');
      assert.equal(code, 2);
      assert.match(stderr, /--yes/);
      assert.ok(await count() >= 2);
      assert.deepEqual(await tillctl('schema', 'uninstall', '--yes'), { code: 0, stdout: 'removed\n', stderr: '' });
      assert.equal(await count(), 0);
      assert.equal(await rms.sql('SELECT count(*) FROM "Store"'), '1');
    });

    test('what --print shows can be run by another login instead', async () => {
      const { code, stdout } = await tillctlWith({})('schema', 'install', '--print', rms.dialect);
      assert.equal(code, 0);
      assert.equal(await count(), 0);
      await rms.sql(stdout);
      assert.equal((await tillctl('schema', 'check')).code, 0);
      await rms.sql((await tillctl('schema', 'uninstall', '--print', rms.dialect)).stdout);
      assert.equal(await count(), 0);
    });
  });
}

test('a newer schema is left alone', async () => {
  const rms = await sqliteRms(makeRunDir('tillctl-newer'));
  const tillctl = tillctlWith({ RMS_ODBC: odbc(rms) });
  await tillctl('schema', 'install');
  await rms.sql("UPDATE tillbridge_meta SET value = '99' WHERE name = 'schema_version'");
  const install = await tillctl('schema', 'install');
  assert.equal(install.code, 1);
  assert.match(install.stderr, /version 99.*run the newer release/);
  const check = await tillctl('schema', 'check', '--json');
  assert.equal(check.code, 1);
  const { state, missing, findings } = JSON.parse(check.stdout);
  assert.deepEqual([state, missing, findings.length], ['not in order', 1, 1]);
  assert.match(findings[0].what, /version 99/);
  assert.equal(findings[0].remedy, 'run the newer release');
});

test('what is wrong with the connection is said, and no secret', async () => {
  const dir = makeRunDir('tillctl-odbc');
  const port = await freePort();
  for (const [settings, expected, said] of [
    [{}, 2, /RMS_ODBC/],
    [{ RMS_ODBC: `Driver=SQLite3;Database=${dir}/no/rms.db` }, 1, /check the path/],
    [{ RMS_ODBC: `Driver=SQLite3;Database=${dir}/mistyped.db` }, 1, /check the path/],
    [{ RMS_ODBC: 'Driver=NoSuch;PWD=hunter2' }, 1, /NoSuch.*install the driver/],
    [{ RMS_DB_DRIVER: 'PostgreSQL Unicode', RMS_DB_HOST: '127.0.0.1', RMS_DB_PORT: String(port), RMS_DB_NAME: 'rms',
      RMS_DB_USER: 'till', RMS_DB_PASSWORD: 'hunter2' }, 3, new RegExp(`port ${port} failed: Connection refused`)],
    [{ RMS_DB_PORT: 'many' }, 2, /RMS_DB_PORT.*"many"/],
    [{ RMS_ODBC_FILE: path.join(dir, 'nothing') }, 2, /RMS_ODBC/]]) {
    const { code, stdout, stderr } = await tillctlWith(settings)('schema', 'check');
    assert.equal(code, expected, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, said);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    assert.doesNotMatch(stderr, /hunter2/);
  }
  assert.deepEqual(fs.readdirSync(dir), [], 'no file was made');
});
