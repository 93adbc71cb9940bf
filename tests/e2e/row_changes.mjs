// Two ways to the same list of what a poll changes in RMS: from the rows before and after, and from what a dry run
// said it would change. Times of writing and the numbers that the database hands out are left out.

const unforeseen = new Set(['LastUpdated', 'DBTimeStamp', 'ID', 'OrderID']);
const norm = (value) => (/^[-+]?\d+(\.\d+)?$/.test(String(value)) ? String(Number(value)) : String(value));
const foreseen = (row) => Object.entries(row).filter(([column]) => !unforeseen.has(column))
  .map(([column, value]) => `${column}=${norm(value)}`).sort().join(' | ');

const byId = (rows) => new Map(rows.map((row) => [String(row.ID), row]));

function changesOfRow(table, before, after) {
  return Object.keys(after).filter((column) => !unforeseen.has(column) && before[column] !== after[column])
    .map((column) => (table === 'Item'
      ? `Item ${after.ID} ${column} by ${norm(after[column] - before[column])}`
      : `${table} ${after.ID} ${column}: ${norm(before[column])} -> ${norm(after[column])}`));
}

/** before, after: of readTables; columns: table -> those that an inserted row is to be shown by. */
export function changesOfTables(before, after, columns) {
  const list = [];
  for (const table of Object.keys(before)) {
    const [old, now] = [byId(before[table]), byId(after[table])];
    for (const [id, row] of now) {
      if (old.has(id)) list.push(...changesOfRow(table, old.get(id), row));
      else list.push(`${table} new ${foreseen(Object.fromEntries(columns[table].map((c) => [c, row[c]])))}`);
    }
    for (const id of old.keys()) if (!now.has(id)) list.push(`${table} ${id} gone`);
  }
  return list.sort();
}

/** The same from the `diff` of dry-run results, and the columns of the rows that would be inserted. */
export function changesOfDiffs(results) {
  const list = [];
  const inserts = new Map();
  const stock = new Map();
  for (const { order, diff = [] } of results) {
    for (const { table, op, row, column, before, after } of diff) {
      if (op === 'delete') list.push(`${table} ${row} gone`);
      else if (op === 'insert') {
        const key = [order, table, row].join();
        inserts.set(key, { ...inserts.get(key), [column]: after });
      } else if (unforeseen.has(column)) continue;
      else if (table === 'Item') stock.set(row, (stock.get(row) ?? 0) + Number(after));
      else list.push(`${table} ${row} ${column}: ${norm(before)} -> ${norm(after)}`);
    }
  }
  for (const [row, delta] of stock) if (delta) list.push(`Item ${row} QuantityCommitted by ${norm(delta)}`);
  const columns = { Item: [] };
  for (const [key, row] of inserts) {
    const table = key.split(',')[1];
    columns[table] = Object.keys(row);
    list.push(`${table} new ${foreseen(row)}`);
  }
  return { changes: list.sort(), columns };
}
