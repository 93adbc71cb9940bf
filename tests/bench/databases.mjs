// The databases that the reconciler is measured on, and for each a limit: the rows of as many orders, in transactions
// of as many, written by the database's own tool in the quickest way it has.
import { startRms } from '../support/rms.mjs';
import { runOk } from '../support/proc.mjs';
import { orderOf } from './orders.mjs';

const ITEMS = 40;
const itemOf = (n) => 1 + (n % ITEMS);

/** Calls add(orders) for each transaction. */
function eachGroup(count, group, add) {
  for (let first = 1; first <= count; first += group) {
    const orders = [];
    for (let n = first; n < first + group && n <= count; n += 1) orders.push(orderOf(n));
    add(orders);
  }
}

function sqliteScript(count, group) {
  const sql = ['PRAGMA synchronous = FULL;'];
  eachGroup(count, group, (orders) => {
    sql.push('BEGIN IMMEDIATE;');
    for (const order of orders) {
      sql.push(`INSERT INTO "Order" ("ReferenceNumber","Comment","Total") VALUES ('LIMIT-${order.id}','Shopify ${order.name}, PAID',1);`);
      for (const line of order.lines) {
        sql.push(`INSERT INTO "OrderEntry" ("OrderID","ItemID","Price","QuantityOnOrder","Description") VALUES (last_insert_rowid(),1,${line.unitPrice},1,'x');`);
        sql.push(`UPDATE "Item" SET "QuantityCommitted" = "QuantityCommitted" + 1 WHERE "ID" = ${itemOf(Number(order.id))};`);
      }
    }
    sql.push('COMMIT;');
  });
  return sql.join('\n');
}

const copy = (table, columns, rows) => [`COPY "${table}" (${columns.map((c) => `"${c}"`).join(',')}) FROM STDIN;`,
  ...rows.map((row) => row.join('\t')), '\\.'];

function postgresScript(count, group) {
  const sql = [];
  eachGroup(count, group, (orders) => {
    const lines = orders.flatMap((order) => order.lines.map((line) => [order, line]));
    const used = [...new Set(orders.map((order) => itemOf(Number(order.id))))].sort((a, b) => a - b);
    sql.push('BEGIN;');
    sql.push(...copy('Order', ['ID', 'ReferenceNumber', 'Comment', 'Total'],
      orders.map((o) => [o.id, `LIMIT-${o.id}`, `Shopify ${o.name}, PAID`, 1])));
    sql.push(...copy('OrderEntry', ['OrderID', 'ItemID', 'Price', 'QuantityOnOrder', 'Description'],
      lines.map(([order, line]) => [order.id, itemOf(Number(order.id)), line.unitPrice, line.quantity, 'x'])));
    sql.push(`UPDATE "Item" SET "QuantityCommitted" = "QuantityCommitted" + 1 WHERE "ID" IN (${used.join(',')});`);
    sql.push('COMMIT;');
  });
  return sql.join('\n');
}

async function sqlite(dir) {
  const rms = await startRms({ dir });
  const shell = (text, options) => runOk(['sqlite3', '-bail', '-cmd', '.timeout 20000', rms.sqlite], { input: text, ...options });
  return { odbc: rms.odbc, stop: async () => {},
    ask: async (text) => (await shell(text)).stdout.trim().split('\n').at(-1),
    script: sqliteScript, run: (text) => shell(text, { timeoutMs: 600_000 }) };
}

async function postgres(dir) {
  const rms = await startRms({ dir, kind: 'postgres' });
  return { odbc: rms.odbc, stop: () => rms.server.stop(),
    ask: (text) => rms.server.sql(text, 'rms'),
    script: postgresScript, run: (text) => rms.server.sql(text, 'rms') };
}

/** What the figures are called, and what makes an empty RMS in a folder. */
export const databases = [
  { name: 'SQLite', tool: 'the sqlite3 shell, a statement a row', make: sqlite },
  { name: 'PostgreSQL', tool: 'psql, COPY', make: postgres },
];
