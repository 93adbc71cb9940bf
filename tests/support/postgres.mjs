// A PostgreSQL cluster of our own: own folder, own port, one superuser with a password.
// PostgreSQL refuses to run as root; then it runs as the user that Debian's package made for it.

import fs from 'node:fs';
import path from 'node:path';
import { freePort } from './ports.mjs';
import { Proc, runOk } from './proc.mjs';
import { makeSubdir } from './rundir.mjs';
import { sleep } from './wait.mjs';

const user = 'tillbridge';
const password = 'till bridge'; // with a blank: connection strings have to cope
const unprivileged = process.getuid() === 0 ? 'postgres' : null;

function programs() {
  const base = '/usr/lib/postgresql';
  const versions = fs.existsSync(base) ? fs.readdirSync(base).filter((v) => /^\d+$/.test(v)) : [];
  const newest = versions.map(Number).sort((a, b) => b - a)[0];
  if (!newest) throw new Error('PostgreSQL is not installed. Remedy: deploy/lib/install.sh test');
  return path.join(base, String(newest), 'bin');
}

const asUser = (command) => (unprivileged
  ? ['setpriv', '--reuid', unprivileged, '--regid', unprivileged, '--clear-groups', '--', ...command]
  : command);

async function makeCluster(dir) {
  const secret = path.join(dir, 'password');
  fs.writeFileSync(secret, `${password}\n`);
  if (unprivileged) await runOk(['chown', '-R', unprivileged, dir]);
  await runOk(asUser([path.join(programs(), 'initdb'), '-D', path.join(dir, 'data'), '-U', user,
    '-A', 'scram-sha-256', '--pwfile', secret, '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync',
    '--no-instructions']), { cwd: '/' });
}

/** Ids of a process's children, and theirs; none for a process that has just ended. */
function descendants(pid) {
  let children = [];
  try {
    const text = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    children = text.trim().split(/\s+/).filter(Boolean).map(Number);
  } catch (error) {
    if (!['ENOENT', 'ESRCH'].includes(error.code)) throw error;
  }
  return children.flatMap((child) => [child, ...descendants(child)]);
}

class Postgres {
  constructor(dir, port, settings) {
    Object.assign(this, { dir, port, settings, host: '127.0.0.1', user, password });
  }

  /** Starts, or starts again on the data it had. Resolves when it takes connections. */
  async start() {
    const settings = Object.entries(this.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    this.proc = new Proc({
      name: 'postgres', log: path.join(this.dir, 'postgres.log'), user: unprivileged, cwd: '/',
      command: [path.join(programs(), 'postgres'), '-D', path.join(this.dir, 'data'),
        '-p', String(this.port), ...settings] });
    await this.proc.waitReady(() => this.sql('SELECT 1', 'postgres'), { everyMs: 50 });
  }

  /** A fast shutdown: sessions are ended, work in hand is rolled back. */
  stop(options) { return this.proc.stop({ signal: 'SIGINT', ...options }); }

  /** As when the machine fails: the server and every session's process at once. */
  async kill9() {
    const all = descendants(this.proc.pid);
    this.proc.signal('SIGSTOP'); // so that it starts none while we count
    for (const pid of new Set([...all, ...descendants(this.proc.pid)])) killQuietly(pid);
    const exit = await this.proc.kill9();
    await sleep(50); // the killed sessions' hold on the shared memory ends with them
    return exit;
  }

  /** Runs SQL by psql; resolves to its rows as text, columns with | between. */
  async sql(text, database = 'postgres') {
    const command = ['psql', '-h', this.host, '-p', String(this.port), '-U', user, '-d', database,
      '-X', '-A', '-t', '-q', '-v', 'ON_ERROR_STOP=1', '-f', '-'];
    const env = { ...process.env, PGPASSWORD: password, PGCONNECT_TIMEOUT: '5' };
    const { stdout } = await runOk(command, { input: text, env });
    return stdout.trimEnd();
  }

  async createDatabase(name) {
    await this.sql(`CREATE DATABASE "${name}"`);
    return name;
  }

  url(database) {
    return `postgres://${user}:${encodeURIComponent(password)}@${this.host}:${this.port}/${database}`;
  }

  /** ODBC connection string. Protocol=7.4-0: an error leaves the transaction to us. */
  odbc(database) {
    return `Driver={PostgreSQL Unicode};Server=${this.host};Port=${this.port};Database=${database};`
      + `UID=${user};PWD={${password}};SSLmode=disable;Protocol=7.4-0;UseServerSidePrepare=1`;
  }
}

function killQuietly(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** options: {dir, settings = {}}; settings are postgresql.conf names and values. */
export async function startPostgres({ dir, settings = {} }) {
  const own = makeSubdir(dir, 'postgres');
  await makeCluster(own);
  const defaults = {
    listen_addresses: '127.0.0.1', unix_socket_directories: '', shared_buffers: '32MB', max_connections: 50 };
  const postgres = new Postgres(own, await freePort(), { ...defaults, ...settings });
  await postgres.start();
  return postgres;
}
