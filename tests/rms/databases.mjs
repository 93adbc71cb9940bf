// RMS-shaped databases for these tests, made by deploy/rms/make-db: SQLite through its command line,
// PostgreSQL on a cluster of our own. Both are asked in the same way.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '../support/postgres.mjs';
import { run, runOk } from '../support/proc.mjs';

export const makeDb = fileURLToPath(new URL('../../deploy/rms/make-db', import.meta.url));

/** Runs SQL on a SQLite file; resolves to its rows as text, columns with | between. */
export async function sqliteSql(file, text) {
  const { stdout } = await runOk(['sqlite3', '-batch', '-bail', file], { input: text });
  return stdout.trimEnd();
}

/** A SQLite database in `dir`: {dialect, sql, columns}. */
export async function sqliteRms(dir, options = []) {
  const file = path.join(dir, 'rms.db');
  await runOk([makeDb, ...options, 'sqlite', file]);
  const sql = (text) => sqliteSql(file, text);
  return { dialect: 'sqlite', file, sql, columns: async (table) => sqliteColumns(sql, table), stop: async () => {} };
}

async function sqliteColumns(sql, table) {
  const rows = await sql(`SELECT name, lower(type), "notnull" OR pk, pk FROM pragma_table_info('${table}')`);
  return rows.split('\n').map((row) => {
    const [name, type, isRequired, key] = row.split('|');
    return { name, type, isNull: isRequired === '0', isKey: key !== '0' };
  });
}

/** A PostgreSQL database on a new cluster in `dir`: {dialect, sql, columns, stop}. */
export async function postgresRms(dir, options = []) {
  const server = await startPostgres({ dir, settings: { fsync: 'off' } });
  const database = await server.createDatabase('rms');
  await runOk([makeDb, ...options, 'postgres', server.url(database)]);
  const sql = (text) => server.sql(text, database);
  return {
    dialect: 'postgres', server, database, sql, columns: async (table) => postgresColumns(sql, table),
    stop: () => server.stop() };
}

async function postgresColumns(sql, table) {
  const rows = await sql(`SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, i.indrelid IS NOT NULL
    FROM pg_attribute a LEFT JOIN pg_index i
      ON i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey)
    WHERE a.attrelid = '"${table}"'::regclass AND a.attnum > 0 ORDER BY a.attnum`);
  return rows.split('\n').map((row) => {
    const [name, type, isRequired, isKey] = row.split('|');
    return { name, type, isNull: isRequired === 'f', isKey: isKey === 't' };
  });
}

/** Runs make-db and resolves to {code, stdout, stderr}, whatever the code. */
export const tryMakeDb = (...args) => run([makeDb, ...args]);
