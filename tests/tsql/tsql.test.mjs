// SQL Server is not at hand in every run: each text that it can be sent is at least parsed and checked.
import assert from 'node:assert/strict';
import test from 'node:test';
import { binary, inRoot } from '../support/paths.mjs';
import { run, runOk } from '../support/proc.mjs';
import { pythonOf } from '../support/python.mjs';

const check = (lines) => run([pythonOf('tests/tsql'), inRoot('tests/tsql/check.py')], { input: lines });

test('every T-SQL text parses, is known to SQL Server 2008 and writes one row', async () => {
  const { stdout: texts } = await runOk([binary('tsql-texts')]);
  const { code, stdout } = await check(texts);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^\d\d+ passed, 0 failed$/m);
});

test('a text that is newer than 2008 is found among the others', async () => {
  const { stdout: texts } = await runOk([binary('tsql-texts')]);
  const newer = JSON.stringify({ name: 'made up', text: 'SELECT IIF(1 = 1, 2, 3)' });
  const { code, stdout } = await check(`${texts}${newer}\n`);
  assert.equal(code, 1);
  assert.match(stdout, /made up: IIF\( is newer than SQL Server 2008/);
});
