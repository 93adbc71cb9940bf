// A redis-server of our own: own folder, own port, append-only file.

import net from 'node:net';
import path from 'node:path';
import { freePort } from './ports.mjs';
import { Proc, runOk } from './proc.mjs';
import { makeSubdir } from './rundir.mjs';

/** Sends one inline command and resolves to the first line of the answer. */
function ask(port, text) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    let answer = '';
    socket.setTimeout(2000, () => socket.destroy(new Error('no answer within 2 s')));
    socket.on('connect', () => socket.write(`${text}\r\n`));
    socket.on('data', (data) => {
      answer += data;
      if (!answer.includes('\r\n')) return;
      socket.destroy();
      resolve(answer.split('\r\n')[0]);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed without an answer')));
  });
}

class Redis {
  constructor(dir, port, settings) {
    this.dir = dir;
    this.port = port;
    this.settings = settings;
    this.url = `redis://127.0.0.1:${port}/0`;
  }

  /** Starts, or starts again on the data it had. Resolves when the data is loaded. */
  async start() {
    const settings = Object.entries(this.settings).flatMap(([name, value]) => [`--${name}`, value]);
    this.proc = new Proc({
      name: 'redis', log: path.join(this.dir, 'redis.log'),
      command: ['redis-server', '--port', String(this.port), ...settings] });
    await this.proc.waitReady(async () => (await ask(this.port, 'PING')) === '+PONG', { everyMs: 20 });
  }

  stop(options) { return this.proc.stop(options); }
  kill9() { return this.proc.kill9(); }

  /** redis-cli with these arguments; resolves to what it prints. */
  async cli(...args) {
    const { stdout } = await runOk(['redis-cli', '-p', String(this.port), ...args]);
    return stdout.trimEnd();
  }
}

/** options: {dir, settings = {}}; settings are redis.conf names and values. */
export async function startRedis({ dir, settings = {} }) {
  const own = makeSubdir(dir, 'redis');
  const defaults = {
    bind: '127.0.0.1', dir: own, appendonly: 'yes', appendfsync: 'everysec', save: '', daemonize: 'no' };
  const redis = new Redis(own, await freePort(), { ...defaults, ...settings });
  await redis.start();
  return redis;
}
