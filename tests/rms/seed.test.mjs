// The seed, and make-db itself: the same rows in both databases, every way a SKU can end, and clear refusals.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { defaultCatalogue } from '../shopify/products.mjs';
import { makeRunDir } from '../support/rundir.mjs';
import { postgresRms, sqliteRms, sqliteSql, tryMakeDb } from './databases.mjs';

/** Ids of the items that a SKU means: by lookup code, or else by alias. */
const itemsOf = (sku) => `SELECT "ID" FROM "Item" WHERE "ItemLookupCode" = '${sku}'
  UNION ALL SELECT "ItemID" FROM "Alias" WHERE "Alias" = '${sku}'
  AND NOT EXISTS (SELECT 1 FROM "Item" WHERE "ItemLookupCode" = '${sku}')`;

const wholeSeed = `SELECT "ItemLookupCode", "Description", "Price", "Cost", "Taxable", "TaxID", "Quantity", "ItemType",
    "Inactive", "ExtendedDescription" FROM "Item" ORDER BY "ID";
  SELECT "ItemID", "Alias" FROM "Alias" ORDER BY "ID";
  SELECT "ID", "AccountNumber", "FirstName", "LastName", "EmailAddress", "PriceLevel" FROM "Customer" ORDER BY "ID";
  SELECT "ID", "Code", "TaxID01", "ShowOnReceipt01" FROM "ItemTax" ORDER BY "ID";
  SELECT "ID", "Code", "Percentage" FROM "Tax" ORDER BY "ID"; SELECT "ID", "Name" FROM "Store";
  SELECT "StoreID", "WorkOrderDueDays" FROM "Configuration";`;

const normal = (rows) => rows.replace(/(\d+\.\d*?)0+(?=\||$)/gm, '$1').replace(/\.(?=\||$)/gm, '');

describe('the seed', () => {
  let all;
  before(async () => {
    const dir = makeRunDir('rms-seed');
    all = [await sqliteRms(dir), await postgresRms(dir)];
  });
  after(async () => { for (const rms of all ?? []) await rms.stop(); });

  test('is the same in both databases', async () => {
    const [sqlite, postgres] = await Promise.all(all.map((rms) => rms.sql(wholeSeed)));
    assert.equal(normal(sqlite), normal(postgres));
    assert.match(sqlite, /^MUG-STONE-350\|Stoneware mug 350 ml\|14\.5\|8\.7\|1\|1\|100/);
  });

  test('has exactly one item for every SKU of the catalogue, some by alias only', async () => {
    const products = defaultCatalogue();
    for (const { sku, price, taxable } of products) {
      const found = await all[0].sql(`SELECT CAST(round("Price" * 10000) AS int), "Taxable" FROM "Item" WHERE "ID" IN (${itemsOf(sku)})`);
      assert.equal(found, `${Math.round(Number(price) * 10000)}|${taxable ? 1 : 0}`, sku);
    }
    const codes = (await all[0].sql('SELECT "ItemLookupCode" FROM "Item"')).split('\n');
    assert.equal(products.filter(({ sku }) => !codes.includes(sku)).length, 4);
  });

  test('has the SKUs that end otherwise', async () => {
    const count = async (sku) => (await all[0].sql(itemsOf(sku))).split('\n').filter(Boolean).length;
    assert.equal(await count('TWIN-1'), 2);
    assert.equal(await count('TWIN-2'), 2);
    assert.equal(await count('NOT-IN-RMS'), 0);
    const special = `SELECT "ItemLookupCode", "ItemType", "Inactive" FROM "Item"
      WHERE "ItemType" = 7 OR "Inactive" = 1 ORDER BY 1`;
    assert.equal(await all[0].sql(special), 'RETIRED-1|0|1\nSHIPPING|7|0\nWEB-MISC|7|0');
  });

  test('every item has its tax', async () => {
    const wrong = `SELECT "ItemLookupCode" FROM "Item" i WHERE NOT EXISTS (SELECT 1 FROM "ItemTax" t WHERE t."ID" = i."TaxID")`;
    assert.equal(await all[0].sql(wrong), '');
  });
});

test('make-db leaves a PostgreSQL database as it was when it can not make the tables', async () => {
  const { server, database, sql, stop } = await postgresRms(makeRunDir('make-db-postgres'));
  try {
    const refused = await tryMakeDb('postgres', server.url(database));
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /the database already holds the RMS tables\. Remedy: /);
    assert.equal((await tryMakeDb('--keep', 'postgres', server.url(database))).code, 0);
    assert.equal(await sql('SELECT count(*) FROM "Store"'), '1');

    const other = await server.createDatabase('other');
    await server.sql('CREATE TABLE "TransactionEntry" (x int)', other);
    const failed = await tryMakeDb('postgres', server.url(other));
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /relation "TransactionEntry" already exists[^]*Nothing was left in the database/);
    const left = `SELECT string_agg(relname, ',') FROM pg_class WHERE relnamespace = 'public'::regnamespace`;
    assert.equal(await server.sql(left, other), 'TransactionEntry');
  } finally {
    await stop();
  }
});

describe('make-db', () => {
  const dir = makeRunDir('make-db');
  const file = path.join(dir, 'rms.db');

  test('makes a SQLite file that readers share with a writer, in UTF-16', async () => {
    assert.deepEqual(await tryMakeDb('sqlite', file), { code: 0, stdout: '', stderr: '' });
    assert.equal(await sqliteSql(file, 'PRAGMA journal_mode; PRAGMA encoding; PRAGMA integrity_check;'), 'wal\nUTF-16le\nok');
    assert.deepEqual(fs.readdirSync(dir), ['rms.db']);
  });

  test('leaves what is there alone, and says so', async () => {
    await sqliteSql(file, `UPDATE "Store" SET "Name" = 'Mine'`);
    const refused = await tryMakeDb('sqlite', file);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /rms\.db already holds the RMS tables\. Remedy: /);
    assert.equal((await tryMakeDb('--keep', 'sqlite', file)).code, 0);
    assert.equal(await sqliteSql(file, 'SELECT "Name" FROM "Store"'), 'Mine');
  });

  test('refuses a file of another kind, --keep or not', async () => {
    const other = path.join(dir, 'other.txt');
    fs.writeFileSync(other, 'precious');
    for (const options of [[], ['--keep']]) {
      const refused = await tryMakeDb(...options, 'sqlite', other);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /other\.txt exists and is no RMS database/);
    }
    assert.equal(fs.readFileSync(other, 'utf8'), 'precious');
  });

  test('says what is wrong with the command line', async () => {
    for (const [args, said] of [
      [[], /expected sqlite FILE or postgres CONNECTION/],
      [['sqlite'], /expected sqlite FILE/],
      [['oracle', 'x'], /"oracle" is neither sqlite nor postgres/],
      [['--fast', 'sqlite', 'x'], /unknown option --fast/]]) {
      const refused = await tryMakeDb(...args);
      assert.equal(refused.code, 2, args.join(' '));
      assert.match(refused.stderr, said);
    }
    const help = await tryMakeDb('--help');
    assert.equal(help.code, 0);
    assert.match(help.stdout, /^Makes an RMS-shaped database/);
  });

  test('says where it can not write or connect', async () => {
    const folder = await tryMakeDb('sqlite', path.join(dir, 'no', 'such', 'rms.db'));
    assert.equal(folder.code, 1);
    assert.match(folder.stderr, /can't write to the folder of /);
    const server = await tryMakeDb('postgres', 'host=127.0.0.1 port=1 dbname=rms connect_timeout=2');
    assert.equal(server.code, 1);
    assert.match(server.stderr, /Remedy: check the connection/);
  });
});
