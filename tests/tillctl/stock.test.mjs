// tillctl stock on SQLite and PostgreSQL: what counts, what does not, and that it only reads.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { postgresRms, sqliteRms } from '../rms/databases.mjs';
import { makeRunDir } from '../support/rundir.mjs';
import { rowsOf, tillctlWith } from './tillctl.mjs';

const odbc = (rms) => (rms.dialect === 'sqlite' ? `Driver=SQLite3;Database=${rms.file}` : rms.server.odbc(rms.database));
const order = (id, { type = 2, closed = 0 } = {}) =>
  `INSERT INTO "Order" ("ID", "Type", "Closed") VALUES (${id}, ${type}, ${closed});`;
const entry = (orderId, item, quantity, rtd = 0) =>
  `INSERT INTO "OrderEntry" ("OrderID", "ItemID", "QuantityOnOrder", "QuantityRTD") VALUES (${orderId}, ${item}, ${quantity}, ${rtd});`;
const commit = (item, quantity) => `UPDATE "Item" SET "QuantityCommitted" = ${quantity} WHERE "ID" = ${item};`;

for (const make of [sqliteRms, postgresRms]) {
  describe(`stock in ${make.name.replace('Rms', '')}`, () => {
    let rms;
    let tillctl;
    let items;
    let service; // a non-inventory item
    before(async () => {
      rms = await make(makeRunDir('tillctl-stock'));
      tillctl = tillctlWith({ RMS_ODBC: odbc(rms) });
      items = Number(await rms.sql('SELECT count(*) FROM "Item" WHERE "ItemType" <> 7'));
      service = Number(await rms.sql('SELECT min("ID") FROM "Item" WHERE "ItemType" = 7'));
    });
    after(() => rms?.stop());
    const clear = () => rms.sql('DELETE FROM "OrderEntry"; DELETE FROM "Order"; UPDATE "Item" SET "QuantityCommitted" = 0;');
    const json = async () => JSON.parse((await tillctl('stock', '--json')).stdout);

    test('without any order nothing is committed', async () => {
      assert.deepEqual(await tillctl('stock'),
        { code: 0, stdout: `${items} items, each committed as the open work orders say\n`, stderr: '' });
      assert.deepEqual(await json(), { differences: [], items });
    });

    test('open work orders count; closed ones, quotes and non-inventory items do not', async () => {
      await clear();
      await rms.sql([
        order(1), entry(1, 1, 2), entry(1, 2, 3), entry(1, 1, 1), entry(1, service, 1),
        order(2), entry(2, 1, 4, 1),
        order(3, { closed: 1 }), entry(3, 1, 100),
        order(4, { type: 3 }), entry(4, 2, 100),
        commit(1, 7), commit(2, 3), commit(service, 9)].join('\n'));
      const { code, stdout } = await tillctl('stock');
      assert.equal(code, 0, stdout);
    });

    test('every difference is told, with its size', async () => {
      await clear();
      await rms.sql([order(1), entry(1, 1, 1), entry(1, 1, 1), entry(1, 2, 3), order(2), entry(2, 1, 4), commit(1, 5), commit(3, '0.5')].join('\n'));
      const { code, stdout, stderr } = await tillctl('stock');
      assert.equal(code, 1, stderr);
      assert.deepEqual(rowsOf(stdout), [
        ['ITEM', 'CODE', 'DESCRIPTION', 'COMMITTED', 'ON ORDER', 'ORDERS', 'DIFFERENCE'],
        ['1', 'MUG-STONE-350', 'Stoneware mug 350 ml', '5', '6', '2', '-1'],
        ['2', 'MUG-ENAMEL-WHT', 'Enamel mug white', '0', '3', '1', '-3'],
        ['3', 'PLATE-DIN-27', 'Dinner plate 27 cm', '0.50', '0', '0', '+0.50'],
        [`3 of ${items} items differ`]]);
      const { differences } = await json();
      assert.deepEqual(differences[0], {
        item: 1, code: 'MUG-STONE-350', description: 'Stoneware mug 350 ml', committed: '5.00', ordered: '6.00',
        difference: '-1.00', orders: 2 });
      assert.deepEqual(differences.map((row) => row.difference), ['-1.00', '-3.00', '0.50']);
    });

    test('sums of tenths are no difference', async () => {
      await clear();
      await rms.sql([order(1), ...Array(10).fill(entry(1, 1, '0.1')), commit(1, 1), entry(1, 2, '0.1'), entry(1, 2, '0.2'),
        commit(2, '0.3'), commit(3, '0.00001')].join('\n'));
      const { code, stdout } = await tillctl('stock');
      assert.equal(code, 0, stdout);
      await rms.sql(commit(1, '1.0001'));
      assert.deepEqual((await json()).differences.map((row) => row.difference), ['0.0001']);
    });

    test('many differences are cut short for people, not for programs', async () => {
      await clear();
      const ids = Array.from({ length: 300 }, (_, i) => 10_000 + i);
      await rms.sql(ids.map((id) =>
        `INSERT INTO "Item" ("ID", "ItemLookupCode", "QuantityCommitted") VALUES (${id}, 'ROW-${id}', 1);`).join('\n'));
      const { code, stdout } = await tillctl('stock');
      assert.equal(code, 1);
      assert.equal(rowsOf(stdout).length, 1 + 200 + 2);
      assert.match(stdout, new RegExp(`^100 more are left out; --json has them all\n300 of ${items + 300} items differ$`, 'm'));
      assert.equal((await json()).differences.length, 300);
    });
  });
}

test('without a database it says so', async () => {
  assert.equal((await tillctlWith({})('stock')).code, 2);
  const { code, stderr } = await tillctlWith({ RMS_ODBC: 'Driver=SQLite3;Database=/no/such/rms.db' })('stock');
  assert.equal(code, 1);
  assert.match(stderr, /check the path/);
});
