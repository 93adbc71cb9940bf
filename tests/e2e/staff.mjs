// Somebody else at work on the RMS database: a session with an open transaction that holds what it touched.

import { spawn } from 'node:child_process';
import { once } from 'node:events';

const sign = 'the rows are held';

function shellOf(database) {
  return database.sqlite
    ? { command: ['sqlite3', '-bail', '-cmd', '.timeout 60000', database.sqlite], begin: 'BEGIN IMMEDIATE' }
    : { command: ['psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', database.postgres], begin: 'BEGIN' };
}

/**
 * Begins a transaction, runs `sql` in it and keeps it open. Resolves, once it holds what it asked for, to
 * {commit(sql), rollback()}; a test must call one of them.
 */
export async function holdRms(database, sql = '') {
  const { command: [program, ...args], begin } = shellOf(database);
  const shell = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = once(shell, 'exit');
  let said = '';
  const held = new Promise((resolve, reject) => {
    for (const stream of [shell.stdout, shell.stderr]) {
      stream.on('data', (bytes) => { said += bytes; if (said.includes(sign)) resolve(); });
    }
    exited.then(([code]) => reject(new Error(`${program} ended with ${code}: ${said}`)));
  });
  shell.stdin.on('error', () => {}); // its end is told above
  shell.stdin.write(`${begin};\n${sql};\nSELECT '${sign}';\n`);
  await held;
  const end = async (text) => {
    shell.stdin.end(`${text};\n`);
    const [code] = await exited;
    if (code !== 0) throw new Error(`${program} ended with ${code}: ${said}`);
  };
  return { commit: (more = '') => end(`${more};\nCOMMIT`), rollback: () => end('ROLLBACK') };
}
