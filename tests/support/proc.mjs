// Processes under test: started with their output in a file, watched, measured, stopped, killed.
//
// Each child gets a session of its own (Ctrl-C reaches us alone, and we stop things in order) and the
// kernel's promise to kill it when we die (setpriv --pdeathsig): no run leaves a process behind, not
// even one that is killed with -9.

import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { waitUntil } from './wait.mjs';

const living = new Set();
const running = new Set(); // children of run()
const clockTicksPerSecond = 100; // USER_HZ, fixed by the kernel's ABI

/** The last `lines` lines of a file, indented; for error messages. */
export function tailOf(file, lines = 25) {
  let text = '';
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch {
    return '    (no output)';
  }
  const last = text.trimEnd().split('\n').slice(-lines);
  return last.map((line) => `    | ${line.slice(0, 600)}`).join('\n');
}

/** setpriv arguments that run the rest as `user` (a name), keeping no group of ours. */
const asUser = (user) => (user
  ? ['setpriv', '--reuid', user, '--regid', user, '--clear-groups', '--']
  : []);

export class Proc {
  #ended;

  /** spec: {name, command: [program, ...args], env, cwd, log, user}; env replaces the environment. */
  constructor(spec) {
    this.spec = spec;
    this.name = spec.name;
    this.log = spec.log;
    this.exit = null; // {code, signal} once ended
    const [program, ...args] = [
      ...asUser(spec.user), 'setpriv', '--pdeathsig', 'KILL', '--', ...spec.command];
    fs.mkdirSync(path.dirname(spec.log), { recursive: true });
    const out = fs.openSync(spec.log, 'a');
    this.child = spawn(program, args, {
      cwd: spec.cwd, env: spec.env ?? process.env, stdio: ['ignore', out, out], detached: true });
    fs.closeSync(out);
    this.pid = this.child.pid;
    this.#ended = new Promise((resolve) => this.#watch(resolve));
    this.child.unref(); // one that was forgotten must not keep us running: it is killed at our exit
    living.add(this);
  }

  /** Resolves to {code, signal}. Asking for it keeps us running until then. */
  get ended() {
    if (this.isAlive) this.child.ref();
    return this.#ended;
  }

  #watch(resolve) {
    const end = (code, signal) => {
      living.delete(this);
      this.exit = { code, signal };
      resolve(this.exit);
    };
    this.child.once('exit', end);
    this.child.once('error', (error) => {
      fs.appendFileSync(this.log, `${error.message}\n`);
      end(127, null);
    });
  }

  get isAlive() { return this.exit === null; }

  signal(name) {
    if (this.isAlive) this.child.kill(name);
  }

  /** Waits for `probe`; fails at once when the process has ended. */
  async waitReady(probe, { what, timeoutMs = 30_000, everyMs = 50 } = {}) {
    const giveUp = () => (this.isAlive ? '' : `${this.name} ended with ${describeExit(this.exit)}`);
    try {
      return await waitUntil(probe, { what: what ?? `${this.name} to be ready`, timeoutMs, everyMs, giveUp });
    } catch (error) {
      throw new Error(`${error.message}\n  end of ${this.log}:\n${tailOf(this.log)}`, { cause: error });
    }
  }

  /** SIGTERM (or `signal`), then SIGKILL after graceMs. Resolves to {code, signal, forced}. */
  async stop({ graceMs = 15_000, signal = 'SIGTERM' } = {}) {
    this.signal(signal);
    const timer = new AbortController();
    const late = delay(graceMs, timer.signal).then(() => 'late');
    const forced = (await Promise.race([this.ended, late])) === 'late';
    timer.abort();
    if (forced) this.signal('SIGKILL');
    return { ...(await this.ended), forced };
  }

  async kill9() {
    this.signal('SIGKILL');
    return this.ended;
  }

  /** Suspends the process, as a stalled machine would; SIGCONT by resume(). */
  pause() { this.signal('SIGSTOP'); }
  resume() { this.signal('SIGCONT'); }

  /** {rssKb, peakRssKb, cpuMs} now, from /proc. */
  usage() {
    const status = fs.readFileSync(`/proc/${this.pid}/status`, 'utf8');
    const kb = (key) => Number(status.match(new RegExp(`^${key}:\\s+(\\d+)`, 'm'))[1]);
    const stat = fs.readFileSync(`/proc/${this.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]); // utime, stime
    return { rssKb: kb('VmRSS'), peakRssKb: kb('VmHWM'), cpuMs: (ticks * 1000) / clockTicksPerSecond };
  }

  /** What it has written so far. */
  output() { return fs.readFileSync(this.log, 'utf8'); }
}

function delay(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => clearTimeout(timer));
  });
}

export function describeExit({ code, signal }) {
  return signal ? `signal ${signal}` : `exit code ${code}`;
}

/** Runs a command to its end: {code, stdout, stderr}. Does not throw on a non-zero code. */
export function run(command, { input, env, cwd, timeoutMs = 60_000 } = {}) {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const options = { env, cwd, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 256 << 20 };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error?.killed) reject(new Error(`${command.join(' ')}: killed after ${timeoutMs} ms\n${stderr}`));
      else if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: error?.code ?? 0, stdout, stderr });
    });
    running.add(child);
    child.once('close', () => running.delete(child));
    child.stdin.on('error', () => {}); // the program may end before it has read everything
    child.stdin.end(input ?? '');
  });
}

/** As run(), but anything but exit code 0 is an error with the output in it. */
export async function runOk(command, options) {
  const result = await run(command, options);
  if (result.code === 0) return result;
  throw new Error(`${command.join(' ')}: exit code ${result.code}\n${result.stdout}${result.stderr}`);
}

/** Ends everything that still runs. */
export const stopAll = (options) => Promise.all([...living].map((proc) => proc.stop(options)));

const shutdowns = new Set();

/** Registers an async function that stops things in their order when a signal ends us. */
export function onShutdown(fn) {
  shutdowns.add(fn);
  return () => shutdowns.delete(fn);
}

async function endBySignal(code) {
  const orderly = Promise.allSettled([...shutdowns].map((fn) => fn()));
  await Promise.race([orderly, delay(20_000)]);
  await stopAll({ graceMs: 3000 });
  process.exit(code);
}

for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) {
  process.once(signal, () => endBySignal(code)); // a second one ends us at once
}

// Last resort, also after an uncaught exception: nothing asynchronous can run here.
process.on('exit', () => {
  for (const proc of living) proc.signal('SIGKILL');
  for (const child of running) child.kill('SIGKILL');
});
