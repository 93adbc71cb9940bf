#!/usr/bin/env node
// Makes schema.sqlite.sql, schema.postgres.sql and schema.sqlserver.sql from columns.tsv and indexes.tsv.
//
//   node deploy/rms/generate.mjs           writes the files
//   node deploy/rms/generate.mjs --check   exit 1 and one line per file that is not current
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dialects } from './dialects.mjs';
import { seed } from './seed.mjs';

const here = (name) => new URL(name, import.meta.url);

/** Rows of a .tsv file beside this one, as arrays; lines that begin with # are comments. */
function readTable(name, width) {
  const lines = fs.readFileSync(here(name), 'utf8').split('\n').filter((line) => line && !line.startsWith('#'));
  return lines.map((line) => {
    const cells = line.split('\t');
    if (cells.length > width) throw new Error(`${name}: more than ${width} cells in "${line}"`);
    return [...cells, ...Array(width - cells.length).fill('')];
  });
}

/** Every column: {table, name, type, isNull, fallback, isKey}; fallback is the default. */
export function columns() {
  return readTable('columns.tsv', 6).map(([table, name, type, nulls, fallback, key]) => ({
    table, name, type, isNull: nulls === 'yes', fallback, isKey: key === 'pk' }));
}

/** Every index: {table, column, compare}. */
export function indexes() {
  return readTable('indexes.tsv', 4).map(([table, column, compare]) => ({ table, column, compare }));
}

function groupByTable(all) {
  const tables = new Map();
  for (const column of all) tables.set(column.table, [...(tables.get(column.table) ?? []), column]);
  return tables;
}

/** The whole schema as SQL text. */
export function schema(dialect) {
  const rules = dialects[dialect];
  const tables = [...groupByTable(columns())].map(([name, own]) => {
    const keys = rules.key ? own.filter((column) => column.isKey).map(rules.key) : [];
    const lines = [...own.map(rules.column), ...keys].map((line) => `  ${line}`);
    return `CREATE TABLE ${rules.table(name)} (\n${lines.join(',\n')}\n);\n`;
  });
  const header = '-- Made by generate.mjs from columns.tsv and indexes.tsv; do not edit.\n'
    + '-- The tables of Microsoft Dynamics RMS 2.0 that tillbridge reads or writes, in its own names.\n';
  return [header + rules.begin, ...tables, indexes().map(rules.index).join('\n')].join('\n') + '\n';
}

/** {file name: content} of everything generated. */
export function generated() {
  const files = Object.keys(dialects).map((dialect) => [`schema.${dialect}.sql`, schema(dialect)]);
  return Object.fromEntries([...files, ['seed.sql', seed()]]);
}

/** Names of the generated files whose content on disk is another. */
export function stale() {
  return Object.entries(generated())
    .filter(([name, text]) => !fs.existsSync(here(name)) || fs.readFileSync(here(name), 'utf8') !== text)
    .map(([name]) => name);
}

function main(args) {
  if (args[0] === '--check') {
    for (const name of stale()) console.error(`deploy/rms/${name} is not current: run node deploy/rms/generate.mjs`);
    process.exitCode = stale().length ? 1 : 0;
    return;
  }
  for (const [name, text] of Object.entries(generated())) fs.writeFileSync(here(name), text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
