// tillctl schema install on the tables of an earlier version: upgraded with the rows in them, or left as they were.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, beforeEach, describe, test } from 'node:test';
import { postgresRms, sqliteRms } from '../rms/databases.mjs';
import { binary } from '../support/paths.mjs';
import { run } from '../support/proc.mjs';
import { makeRunDir } from '../support/rundir.mjs';
import { tillctlWith } from './tillctl.mjs';

const versionOne = (dialect) => fs.readFileSync(new URL(`data/schema_v1.${dialect}.sql`, import.meta.url), 'utf8');
const odbc = (rms) => (rms.dialect === 'sqlite' ? `Driver=SQLite3;Database=${rms.file}` : rms.server.odbc(rms.database));

const rows = `
INSERT INTO tillbridge_guard VALUES (5001, 'a.myshopify.com', 12, 1772449200000, 1772449260000, 'abc', 'abc', 'created', '', '', 0,
  'n', 'shopify.orders', 3, 42, '{"a":"Ünï 😀"}', '11:5:7:20000');
INSERT INTO tillbridge_guard VALUES (5002, 'a.myshopify.com', 0, 9223372036854775807, 0, '', 'x', 'skipped', 'test_order', '', 1,
  '', 'shopify.orders', 0, 9223372036854775807, '', '');
INSERT INTO tillbridge_customer VALUES (9007199254740993, 'a.myshopify.com', 3);`;
const all = `SELECT * FROM tillbridge_guard ORDER BY order_id;
SELECT * FROM tillbridge_customer; SELECT * FROM tillbridge_meta WHERE name <> 'schema_version';`;
const version = "SELECT value FROM tillbridge_meta WHERE name = 'schema_version'";

/** Everything of ours but the rows: tables, columns, keys and indexes, one a line. */
const shape = {
  sqlite: `SELECT replace(sql, '"', '') FROM sqlite_master WHERE tbl_name LIKE 'tillbridge%' AND sql IS NOT NULL ORDER BY name`,
  postgres: `SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relname LIKE 'tillbridge%' AND c.relkind IN ('r', 'i') AND a.attnum > 0 ORDER BY 1, a.attnum`,
};

for (const make of [sqliteRms, postgresRms]) {
  describe(`an upgrade in ${make.name.replace('Rms', '')}`, () => {
    let rms;
    let tillctl;
    before(async () => {
      rms = await make(makeRunDir('tillctl-upgrade'));
      tillctl = tillctlWith({ RMS_ODBC: odbc(rms) });
    });
    beforeEach(async () => {
      await tillctl('schema', 'uninstall', '--yes');
      await rms.sql(versionOne(rms.dialect) + rows);
    });
    after(() => rms?.stop());

    test('an older version is refused by the reconciler and by check, which name the remedy', async () => {
      const check = await tillctl('schema', 'check');
      assert.equal(check.code, 1);
      assert.match(check.stdout, /^missing +schema +tillbridge_meta +.*of version 1, this program needs 2: run "tillctl schema install"/m);
      const env = { PATH: process.env.PATH, TZ: 'UTC', RMS_ODBC: odbc(rms) };
      const reconciler = await run([binary('tillbridge-reconciler'), '--check-config'], { env });
      assert.deepEqual([reconciler.code, reconciler.stdout], [1, '']);
      assert.match(reconciler.stderr, /^missing: schema tillbridge_meta: .*version 1.*"tillctl schema install"/m);
    });

    test('the rows stay as they are, and the tables become those of a new installation', async () => {
      const was = await rms.sql(all);
      assert.deepEqual(await tillctl('schema', 'install'), { code: 0, stdout: 'upgraded from version 1 to 2\n', stderr: '' });
      assert.equal(await rms.sql(all), was);
      assert.match(was, /Ünï 😀.*\n.*9223372036854775807/);
      assert.equal(await rms.sql(version), '2');
      assert.equal((await tillctl('schema', 'check')).stdout, 'in order\n');
      assert.equal((await tillctl('schema', 'install')).stdout, 'already installed\n');
      const upgraded = await rms.sql(shape[rms.dialect]);
      await tillctl('schema', 'uninstall', '--yes');
      await tillctl('schema', 'install');
      assert.equal(await rms.sql(shape[rms.dialect]), upgraded);
    });

    test('what --print --from shows can be run by another login instead', async () => {
      const { code, stdout } = await tillctl('schema', 'install', '--print', rms.dialect, '--from', '1');
      assert.equal(code, 0);
      assert.doesNotMatch(stdout, /CREATE TABLE/);
      await rms.sql(stdout);
      assert.equal((await tillctl('schema', 'check')).code, 0);
      assert.equal((await tillctl('schema', 'install', '--from', '1')).code, 2);
    });

    test('one that can not be finished leaves all as it was', async () => {
      await rms.sql('CREATE INDEX tillbridge_guard_rms_order ON tillbridge_guard (seen)');
      const was = await rms.sql(all);
      const { code, stdout, stderr } = await tillctl('schema', 'install');
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, /tillbridge_guard_rms_order.*already exists/);
      assert.equal(await rms.sql(version), '1');
      assert.equal(await rms.sql(all), was);
      await rms.sql('DROP INDEX tillbridge_guard_rms_order');
      assert.equal((await tillctl('schema', 'install')).code, 0);
    });

    test('tables that do not tell their version are left alone', async () => {
      for (const damage of ["DELETE FROM tillbridge_meta WHERE name = 'schema_version'",
        "INSERT INTO tillbridge_meta VALUES ('schema_version', 'two')"]) {
        await rms.sql(damage);
        const { code, stderr } = await tillctl('schema', 'install');
        assert.equal(code, 1);
        assert.match(stderr, /does not tell the version.*backup/);
      }
      await rms.sql('DROP TABLE tillbridge_meta; DROP TABLE tillbridge_guard; DROP TABLE tillbridge_customer');
    });
  });
}
