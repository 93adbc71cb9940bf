// One of tillbridge's own services as a process that can be started, stopped, killed and started again.

import fs from 'node:fs';
import path from 'node:path';
import { request } from './http.mjs';
import { Proc, describeExit, tailOf } from './proc.mjs';

const complaints = /ERROR: (Address|Leak|Undefined|Thread)\w*Sanitizer|runtime error: |Assertion .* failed/;

/** What a service gets besides its settings: none of the settings of whoever runs the tests. */
export function plainEnv() {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'ODBCSYSINI', 'ASAN_OPTIONS', 'LSAN_OPTIONS', 'UBSAN_OPTIONS'];
  const env = Object.fromEntries(kept.filter((name) => process.env[name]).map((name) => [name, process.env[name]]));
  return { UBSAN_OPTIONS: 'print_stacktrace=1', LANG: 'C.UTF-8', ...env };
}

export class Service {
  /**
   * spec: {name, program, env, dir, url, ready}: env are its settings, url is where its HTTP
   * listener is, ready the path that answers 200 when it is ready
   * (/readyz).
   */
  constructor(spec) {
    Object.assign(this, spec);
    this.ready ??= '/readyz';
    this.log = path.join(spec.dir, `${spec.name}.log`);
    this.wasKilled = false;
  }

  /** Starts with its settings, and `env` over them until the next start. */
  launch(env = {}) {
    if (this.proc?.isAlive) throw new Error(`${this.name} runs already`);
    if (!fs.existsSync(this.program)) {
      throw new Error(`${this.program} is missing. Remedy: tests/run build`);
    }
    this.wasKilled = false;
    this.proc = new Proc({
      name: this.name, command: [this.program], log: this.log, cwd: this.dir,
      env: { ...plainEnv(), ...this.env, ...env } });
  }

  async start({ env = {}, timeoutMs = 30_000 } = {}) {
    this.launch(env);
    await this.waitReady(timeoutMs);
  }

  waitReady(timeoutMs = 30_000) {
    let last = 'no answer yet';
    return this.proc.waitReady(async () => {
      const { status, text } = await request(`${this.url}${this.ready}`, { timeoutMs: 2000 });
      last = `${status} ${text.trim().slice(0, 300)}`;
      return status === 200;
    }, { timeoutMs, what: () => `${this.name} to be ready (${this.ready}: ${last})` });
  }

  /** Stops it and throws unless it ended well: exit code 0, in time, no sanitizer's report. */
  async stop(options) {
    if (!this.proc || this.wasKilled) return;
    const exit = await this.proc.stop(options);
    const fault = this.fault(exit);
    if (fault) throw new Error(`${this.name} ${fault}; end of ${this.log}:\n${tailOf(this.log, 60)}`);
  }

  fault(exit) {
    if (exit.forced) return 'did not end after SIGTERM and was killed';
    const found = this.output().match(complaints);
    if (found) return `was reported by a sanitizer or an assertion: ${found[0]}`;
    return exit.code === 0 ? '' : `ended with ${describeExit(exit)}`;
  }

  async restart(options = {}) {
    await this.stop(options);
    await this.start(options);
  }

  async kill9() {
    this.wasKilled = true;
    await this.proc.kill9();
  }

  usage() { return this.proc.usage(); }
  output() { return fs.existsSync(this.log) ? fs.readFileSync(this.log, 'utf8') : ''; }

  /** Its log lines (JSON) as objects; other lines are left out. */
  events() {
    return this.output().split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  }
}
