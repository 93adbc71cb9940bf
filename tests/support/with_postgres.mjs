// with_postgres.mjs COMMAND...: runs COMMAND beside a PostgreSQL of its own, whose ODBC connection string
// it finds in TB_TEST_POSTGRES, and ends with its exit code. For the C tests that want a real server.

import { spawn } from 'node:child_process';
import { startPostgres } from './postgres.mjs';
import { makeRunDir } from './rundir.mjs';

const [program, ...args] = process.argv.slice(2);
if (!program) {
  console.error('usage: node tests/support/with_postgres.mjs COMMAND [ARGUMENTS...]');
  process.exit(2);
}

const postgres = await startPostgres({ dir: makeRunDir('postgres') });
await postgres.createDatabase('tests');
const child = spawn(program, args, {
  stdio: 'inherit', env: { ...process.env, TB_TEST_POSTGRES: postgres.odbc('tests') } });
const code = await new Promise((resolve) => {
  child.once('error', (error) => { console.error(`${program}: ${error.message}`); resolve(127); });
  child.once('exit', (exit) => resolve(exit ?? 1));
});
await postgres.stop();
process.exitCode = code;
