// The RMS-shaped schema: what is generated is current, and real databases made from it hold exactly the
// columns of columns.tsv, with their defaults, and refuse what SQL Server refuses.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { columns, indexes, schema, stale } from '../../deploy/rms/generate.mjs';
import { makeRunDir } from '../support/rundir.mjs';
import { postgresRms, sqliteRms } from './databases.mjs';

const all = columns();
const tables = [...new Set(all.map((column) => column.table))];
const columnsOf = (table) => all.filter((column) => column.table === table);

const bareType = (type) => type.replace(/\(.*/, '');
const width = (type) => type.match(/\((.*)\)/)?.[0] ?? '';

/** What a column's type is called in each dialect; written here once more, on purpose. */
const typeNames = {
  sqlite: (column) => {
    if (column.fallback === 'identity') return 'integer';
    return { money: 'decimal(19,4)', timestamp: 'blob' }[column.type] ?? column.type;
  },
  postgres: (column) => ({
    int: 'integer', bit: 'smallint', money: 'numeric(19,4)', float: 'double precision', ntext: 'text',
    nvarchar: `character varying${width(column.type)}`, varchar: `character varying${width(column.type)}`,
    datetime: 'timestamp(3) without time zone', timestamp: 'bytea' }[bareType(column.type)] ?? column.type),
};

test('columns.tsv holds the tables of RMS with their known number of columns', () => {
  const counts = Object.fromEntries(tables.map((table) => [table, columnsOf(table).length]));
  assert.deepEqual(counts, {
    Order: 29, OrderEntry: 23, OrderHistory: 10, Item: 84, Alias: 4, Customer: 61, ItemTax: 26, Tax: 12,
    Store: 29, Configuration: 27, Transaction: 17, TransactionEntry: 25 });
  assert.ok(all.every((column) => column.fallback !== ''), 'a default cell is empty');
  for (const table of tables) {
    assert.equal(columnsOf(table).filter((column) => column.isKey).length, 1, `${table}: one primary key`);
    const names = columnsOf(table).map((column) => column.name.toLowerCase());
    assert.equal(new Set(names).size, names.length, `${table}: names are unique`);
  }
});

test('the generated files are current', () => {
  assert.deepEqual(stale(), [], 'run: node deploy/rms/generate.mjs');
});

const cases = fs.readFileSync(new URL('values.tsv', import.meta.url), 'utf8').split('\n')
  .filter((line) => line && !line.startsWith('#')).map((line) => line.split('\t'));

/** A cell of values.tsv as SQL. */
function value(cell) {
  const [, what, count] = cell.match(/^(x|emoji)(\d+)$/) ?? [];
  return what ? `'${(what === 'x' ? 'x' : '😀').repeat(Number(count))}'` : cell;
}

/** The row's own key, where the server does not hand it out. */
const keyOf = (table) => columnsOf(table).filter((column) => column.isKey && column.fallback === '-');

function insert(table, more) {
  const row = { ...Object.fromEntries(keyOf(table).map((column) => [column.name, '4711'])), ...more };
  const names = Object.keys(row).map((name) => `"${name}"`);
  return names.length
    ? `INSERT INTO "${table}" (${names}) VALUES (${Object.values(row)});`
    : `INSERT INTO "${table}" DEFAULT VALUES;`;
}

/** What a column holds when an INSERT does not name it, as text of either database; '' is NULL or ''. */
function expectedDefault(column) {
  if (column.fallback === '-') return '';
  return column.fallback.replaceAll("'", '');
}

const asNumber = (text) => (/^-?\d+\.\d+$/.test(text) ? String(Number(text)) : text);

function localNow() {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().replace('T', ' ').slice(0, 23);
}

async function checkDefaults(rms, table) {
  const own = columnsOf(table).filter((column) => !column.isKey);
  const before = localNow();
  await rms.sql(insert(table, {}));
  const picked = own.map((column) => `"${column.name}"`).join(', ');
  const row = await rms.sql(`SELECT ${picked} FROM "${table}"`);
  const cells = row.split('|');
  assert.equal(cells.length, own.length);
  own.forEach((column, i) => {
    const where = `${table}.${column.name}`;
    if (column.fallback !== 'getdate()') assert.equal(asNumber(cells[i]), expectedDefault(column), where);
    else assert.ok(before.slice(0, 19) <= cells[i] && cells[i] <= localNow(), `${where}: ${cells[i]} is not now`);
  });
}

for (const make of [sqliteRms, postgresRms]) {
  describe(`the schema in ${make.name.replace('Rms', '')}`, () => {
    let rms;
    before(async () => { rms = await make(makeRunDir('rms'), ['--no-seed']); });
    after(async () => rms?.stop());

    test('columns, types, nullability and keys are those of columns.tsv', async () => {
      for (const table of tables) {
        const expected = columnsOf(table).map((column) => ({
          name: column.name, type: typeNames[rms.dialect](column), isNull: column.isNull, isKey: column.isKey }));
        assert.deepEqual(await rms.columns(table), expected, table);
      }
    });

    test('a row that names no column gets the defaults', async () => {
      for (const table of tables) await checkDefaults(rms, table);
    });

    test('numbers are handed out upwards and never again', async () => {
      const next = async () => {
        await rms.sql(insert('OrderEntry', {}));
        return Number(await rms.sql('SELECT max("ID") FROM "OrderEntry"'));
      };
      const first = await next();
      await rms.sql(`DELETE FROM "OrderEntry" WHERE "ID" = ${first}`);
      assert.equal(await next(), first + 1);
    });

    test('values are taken and refused as values.tsv says', async () => {
      for (const [table, column, verdict, cell, why] of cases) {
        const where = `${table}.${column} = ${cell}: ${why}`;
        const attempt = rms.sql(insert(table, { [column]: value(cell) }).replace('4711', String(Date.now() % 1e6)));
        if (verdict === 'takes') await assert.doesNotReject(attempt, where);
        else await assert.rejects(attempt, /CHECK constraint failed|NOT NULL|null value|violates|too long|out of range|invalid input|overflow/, where);
      }
    });

    test('amounts and texts come back as they went in', async () => {
      await rms.sql(insert('Order', { Total: '90071992547.0993', ReferenceNumber: "'round trip'", Comment: "'日本 ñ 😀'" }));
      const row = await rms.sql(`SELECT "Total", "Comment" FROM "Order" WHERE "ReferenceNumber" = 'round trip'`);
      assert.equal(row, '90071992547.0993|日本 ñ 😀');
    });
  });
}

/** The condition that an index is made for, and what to look for, in each dialect. */
const conditions = {
  sqlite: {
    exact: (name) => `${name} = 'a'`, case: (name) => `${name} = 'a' COLLATE NOCASE`,
    'case+blanks': (name) => `rtrim(${name}) = 'a' COLLATE NOCASE` },
  postgres: {
    exact: (name) => `${name} = '1'`, case: (name) => `lower(${name}) = lower('a')`,
    'case+blanks': (name) => `lower(rtrim(${name})) = lower(rtrim('a'))` },
};

test('each index is used for the comparison it is made for', async () => {
  const dir = makeRunDir('rms-indexes');
  for (const rms of [await sqliteRms(dir), await postgresRms(dir)]) {
    for (const { table, column, compare } of indexes()) {
      const query = `SELECT * FROM "${table}" WHERE ${conditions[rms.dialect][compare](`"${column}"`)}`;
      const plan = await rms.sql(rms.dialect === 'sqlite'
        ? `EXPLAIN QUERY PLAN ${query}` : `SET enable_seqscan = off; EXPLAIN ${query}`);
      assert.match(plan, new RegExp(`IX_${table}_${column}\\b`), `${rms.dialect}: ${query}`);
    }
    await rms.stop();
  }
});

test('the T-SQL holds every column once, with its type and a named default', () => {
  const text = schema('sqlserver');
  const bodies = [...text.matchAll(/^CREATE TABLE \[dbo\]\.\[(\w+)\] \(\n(.*?)\n\);$/gms)];
  assert.deepEqual(bodies.map(([, name]) => name), tables);
  for (const [, table, body] of bodies) {
    const lines = body.split(',\n');
    const [key] = columnsOf(table).filter((column) => column.isKey);
    assert.equal(lines.pop(), `  CONSTRAINT [PK_${table}] PRIMARY KEY NONCLUSTERED ([${key.name}])`);
    const found = lines.map((line) => line.match(
      /^ {2}\[(\w+)\] ([\w()]+?)( IDENTITY\(1,1\))? (NOT NULL|NULL)(?: CONSTRAINT \[(\w+)\] DEFAULT \((.*)\))?$/,
    ) ?? assert.fail(`${table}: "${line}"`));
    const expected = columnsOf(table).map((column) => [column.name, column.type, column.isNull, column.fallback]);
    assert.deepEqual(found.map(([, name, type, identity, nulls, label, fallback]) => {
      assert.equal(label, fallback === undefined ? undefined : `DF_OS_${table}_${name}`);
      return [name, type, nulls === 'NULL', identity ? 'identity' : fallback ?? '-'];
    }), expected, table);
  }
});

test('the T-SQL uses nothing newer than SQL Server 2008', () => {
  const text = schema('sqlserver').replace(/--.*/g, '');
  assert.equal(text.split('(').length, text.split(')').length, 'parentheses');
  assert.doesNotMatch(text, /\b(IF EXISTS|OR ALTER|OFFSET|FETCH|THROW|IIF|CONCAT|FORMAT|SEQUENCE|INCLUDE|GO)\b/i);
});
