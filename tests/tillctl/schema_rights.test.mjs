// tillctl schema rights: the same list for people, programs, databases and the documents.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { inRoot } from '../support/paths.mjs';
import { rowsOf, tillctlWith } from './tillctl.mjs';

const list = async (settings = {}) => JSON.parse((await tillctlWith(settings)('schema', 'rights', '--json')).stdout);
const printed = async (settings, ...args) => (await tillctlWith(settings)('schema', 'rights', '--print', ...args)).stdout;

test('people and documents see the list that programs do', async () => {
  const all = await list();
  assert.ok(all.length > 12);
  const [head, ...rows] = rowsOf((await tillctlWith({})('schema', 'rights')).stdout);
  assert.deepEqual(head, ['ON', 'RIGHTS', 'NEEDED', 'FOR']);
  assert.deepEqual(rows.map(([on, rights, , why]) => [on, rights, why]), all.map((r) => [r.table, r.rights, r.for]));
  const documented = fs.readFileSync(inRoot('docs/operations.md'), 'utf8').match(/<!-- rights: [^]*?<!-- \/rights -->/)[0];
  const cells = documented.split('\n').filter((line) => line.startsWith('| `')).map((line) => line.replaceAll('`', '').split(' | '));
  assert.deepEqual(cells.map(([on, rights]) => [on.slice(2), rights]), all.map((r) => [r.table, r.rights]));
});

test('only what the settings ask for is granted', async () => {
  const few = await printed({ RMS_COMMIT_STOCK: 'false' }, 'sqlserver');
  assert.doesNotMatch(few, /UPDATE ON \[Item\]|ON \[SalesRep\]|(INSERT|UPDATE) ON \[Customer\]/);
  assert.match(few, /^GRANT SELECT ON \[Item\] TO \[tillbridge\];$/m);
  const many = await printed({ RMS_CREATE_CUSTOMERS: 'true', RMS_UPDATE_CUSTOMERS: 'empty', RMS_SALES_REP_ID: '5' }, 'sqlserver');
  for (const grant of ['UPDATE ON [Item]', 'INSERT ON [Customer]', 'UPDATE ON [Customer]', 'SELECT ON [SalesRep]']) {
    assert.ok(many.includes(`GRANT ${grant} TO [tillbridge];\n`), grant);
  }
});

test('names are quoted as each kind of database does', async () => {
  assert.match(await printed({}, 'sqlserver', '--login', 'a]b'), /^GRANT SELECT, INSERT, UPDATE ON \[Order\] TO \[a\]\]b\];$/m);
  const postgres = await printed({ RMS_DB_USER: 'a"b' }, 'postgres');
  assert.match(postgres, /^GRANT SELECT, INSERT, UPDATE ON "Order" TO "a""b";$/m);
  assert.match(postgres, /^GRANT USAGE ON SEQUENCE "OrderEntry_ID_seq" TO "a""b";$/m);
  assert.match(await printed({}, 'sqlite'), /^-- SQLite knows no logins/);
});
