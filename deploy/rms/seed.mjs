// The rows an empty RMS-shaped database starts with, as one SQL text that SQLite and PostgreSQL both read:
// the items of the simulated shop's catalogue, and one of each case that the look-up of a SKU can meet.
import fs from 'node:fs';

const catalogueFile = new URL('../../tests/shopify/catalogue.json', import.meta.url);
const specialsFile = new URL('seed.json', import.meta.url);

const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));

/** SQL that stands for itself, not for a text. */
const raw = (sql) => ({ sql });

function literal(value) {
  if (typeof value === 'object') return value.sql;
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}

function insert(table, row) {
  const names = Object.keys(row).map((name) => `"${name}"`);
  return `INSERT INTO "${table}" (${names.join(', ')})\n  VALUES (${Object.values(row).map(literal).join(', ')});`;
}

/** The row's number, looked up by what is unique about it: the server hands the numbers out. */
const idOf = (table, column, value) =>
  raw(`(SELECT max("ID") FROM "${table}" WHERE "${column}" = ${literal(value)})`);

/** "12.5" -> 125000. Amounts are whole ten-thousandths here too. */
function tenThousandths(text) {
  const [, units, decimals = ''] = text.match(/^(\d+)(?:\.(\d{1,4}))?$/);
  return Number(units) * 10000 + Number(decimals.padEnd(4, '0'));
}

function amount(e4) {
  const text = (e4 / 10000).toFixed(4);
  return raw(text.replace(/0{1,2}$/, ''));
}

const costPercent = 60;

function item({ code, title, price, taxable, more = {} }) {
  const e4 = tenThousandths(price);
  return insert('Item', {
    ItemLookupCode: code, Description: title.slice(0, 30), ExtendedDescription: title,
    Price: amount(e4), Cost: amount(Math.round((e4 * costPercent) / 100 / 100) * 100),
    Taxable: taxable ? 1 : 0, TaxID: idOf('ItemTax', 'Code', taxable ? 'TAXED' : 'EXEMPT'), Quantity: 100, ...more });
}

const alias = (code, text) => insert('Alias', { ItemID: idOf('Item', 'ItemLookupCode', code), Alias: text });

/** RMS's own code of the items that carry the shop's SKU only as an alias. */
const aliasedCode = (sku) => `POS-${sku}`;

function catalogueItem(product, byAlias) {
  const isAliased = byAlias.includes(product.sku);
  const code = isAliased ? aliasedCode(product.sku) : product.sku;
  const rows = [item({ ...product, code, more: { WebItem: 1 } })];
  if (isAliased) rows.push(alias(code, product.sku));
  if (product.barcode) rows.push(alias(code, product.barcode));
  return rows;
}

function taxes({ percentage }) {
  return [
    insert('Tax', { Code: 'VAT', Description: `VAT ${percentage} %`, Percentage: percentage }),
    insert('ItemTax', {
      Code: 'TAXED', Description: `VAT ${percentage} %`, TaxID01: idOf('Tax', 'Code', 'VAT'), ShowOnReceipt01: 1 }),
    insert('ItemTax', { Code: 'EXEMPT', Description: 'No tax' }),
  ];
}

/** The whole seed as SQL text. */
export function seed() {
  const { products } = readJson(catalogueFile);
  const special = readJson(specialsFile);
  const statements = [
    insert('Store', special.store), insert('Configuration', special.configuration), ...taxes(special.tax),
    ...products.flatMap((product) => catalogueItem(product, special.byAlias)), ...special.items.map(item),
    ...special.aliases.map(([code, text]) => alias(code, text)),
    ...special.customers.map((row) => insert('Customer', row))];
  return `-- Made by generate.mjs from tests/shopify/catalogue.json and seed.json; do not edit.\n\n${statements.join('\n')}\n`;
}
