// The rows of the RMS database as tests look at them: read with sqlite3 or psql, not with our own code.
import { runOk } from '../support/proc.mjs';

const QUERIES = {
  orders: 'SELECT "ID", "ReferenceNumber", "Closed", "Type", "Total", "Tax", "ShippingChargeOnOrder", "CustomerID",'
    + ' "Comment", "ShippingNotes", "Deposit", "StoreID", "ChannelType" FROM "Order" ORDER BY "ID"',
  entries: 'SELECT "ID", "OrderID", "ItemID", "Price", "FullPrice", "QuantityOnOrder", "QuantityRTD", "Description",'
    + ' "Comment" FROM "OrderEntry" ORDER BY "ID"',
  items: 'SELECT "ID", "ItemLookupCode", "QuantityCommitted", "ItemType", "Inactive" FROM "Item" ORDER BY "ID"',
  aliases: 'SELECT "ItemID", "Alias" FROM "Alias"',
  guards: 'SELECT order_id, shop, rms_order, action, reason, src_partition, src_offset FROM tillbridge_guard ORDER BY order_id',
};

async function query(database, sql) {
  if (database.sqlite) {
    const { stdout } = await runOk(['sqlite3', '-json', '-cmd', '.timeout 20000', database.sqlite, sql]);
    return stdout.trim() ? JSON.parse(stdout) : [];
  }
  const { stdout } = await runOk(['psql', '-X', '-A', '-t', '-q', '-d', database.postgres, '-c',
    `SELECT coalesce(json_agg(t), '[]') FROM (${sql}) t`]);
  return JSON.parse(stdout);
}

/** All columns of the tables that orders live in: {Order: [...], OrderEntry: [...], Item: [...]}. */
export async function readTables(database) {
  const tables = {};
  for (const name of ['Order', 'OrderEntry', 'Item']) tables[name] = await query(database, `SELECT * FROM "${name}"`);
  return tables;
}

/** Runs SQL that changes rows, as staff's programs do. */
export async function changeRms(database, sql) {
  await runOk(database.sqlite
    ? ['sqlite3', '-bail', '-cmd', '.timeout 20000', database.sqlite, sql]
    : ['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', database.postgres, '-c', sql]);
}

/**
 * Reads everything at once: {orders, entries, items, ordersOf(id), entriesOf(rmsId), itemOf(sku), shippingItem}.
 * shippingItem, miscItem: lookup codes; the latter's item is that of lines without a SKU.
 */
export async function readRms(database, { shippingItem, miscItem } = {}) {
  const rows = {};
  for (const [name, sql] of Object.entries(QUERIES)) rows[name] = await query(database, sql);
  const group = (list, key) => list.reduce((map, row) => map.set(row[key], [...(map.get(row[key]) ?? []), row]), new Map());
  const byReference = group(rows.orders, 'ReferenceNumber');
  const byOrder = group(rows.entries, 'OrderID');
  const codes = new Map(rows.items.map((i) => [i.ItemLookupCode.toUpperCase(), i.ID]));
  const aliases = new Map(rows.aliases.map((a) => [a.Alias.toUpperCase(), a.ItemID]));
  const key = (sku) => (sku?.trim() ? sku : miscItem)?.trimEnd().toUpperCase();
  const itemOf = (sku) => codes.get(key(sku)) ?? aliases.get(key(sku)) ?? `(${sku})`;
  return {
    ...rows, itemOf,
    ordersOf: (id) => byReference.get(`SHOPIFY-${id}`) ?? [],
    entriesOf: (id) => byOrder.get(id) ?? [],
    shippingItem: shippingItem ? itemOf(shippingItem) : null,
  };
}

/**
 * Every row of the database as text, to be compared as a whole. `withGuard`: also tillbridge's own tables, which
 * note every message that was looked at.
 */
export async function dumpRms(database, { withGuard = false } = {}) {
  const { stdout } = await runOk(database.sqlite
    ? ['sqlite3', '-cmd', '.timeout 20000', database.sqlite, '.dump']
    : ['pg_dump', '--data-only', '--inserts', '-d', database.postgres]);
  const rows = stdout.split('\n').filter((row) => row.startsWith('INSERT INTO'));
  return rows.filter((row) => withGuard || !/^INSERT INTO "?(public\.)?tillbridge_/.test(row));
}
