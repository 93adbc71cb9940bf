// An RMS-shaped database with its seed, made by deploy/rms/make-db: a SQLite file or one in our PostgreSQL.

import path from 'node:path';
import { inRoot } from './paths.mjs';
import { startPostgres } from './postgres.mjs';
import { runOk } from './proc.mjs';

const makeDb = inRoot('deploy/rms/make-db');

async function sqliteRms(dir) {
  const file = path.join(dir, 'rms.db');
  await runOk([makeDb, 'sqlite', file]);
  return { sqlite: file, odbc: `Driver=SQLite3;Database=${file}`, server: null };
}

async function postgresRms(dir, settings) {
  const server = await startPostgres({ dir, settings });
  await server.createDatabase('rms');
  const url = server.url('rms');
  await runOk([makeDb, 'postgres', url]);
  return { postgres: url, odbc: server.odbc('rms'), server };
}

/**
 * kind: 'sqlite' or 'postgres'. Resolves to {odbc, sqlite | postgres, server}: the connection string for
 * the services, the file or URL for looking at the rows, and the server, if there is one, to break.
 */
export function startRms({ dir, kind = 'sqlite', settings }) {
  if (kind === 'sqlite') return sqliteRms(dir);
  if (kind === 'postgres') return postgresRms(dir, settings);
  throw new RangeError(`rms must be sqlite or postgres, not ${kind}`);
}
