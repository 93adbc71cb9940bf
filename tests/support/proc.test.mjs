import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test, { before } from 'node:test';
import { inRoot } from './paths.mjs';
import { Proc, run, runOk } from './proc.mjs';
import { makeRunDir } from './rundir.mjs';
import { sleep, waitUntil } from './wait.mjs';

let dir;
before(() => { dir = makeRunDir('proc'); });

const start = (name, script, more = {}) => new Proc({
  name, command: ['bash', '-c', script], log: path.join(dir, `${name}.log`), ...more });

const exists = (pid) => fs.existsSync(`/proc/${pid}`)
  && !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));

test('output of both kinds goes to the log, and a second run is appended', async () => {
  await start('out', 'echo one; echo two >&2').ended;
  await start('out', 'echo three').ended;
  assert.equal(fs.readFileSync(path.join(dir, 'out.log'), 'utf8'), 'one\ntwo\nthree\n');
});

test('a stop is SIGTERM and tells the exit code', async () => {
  const proc = start('term', 'trap "exit 7" TERM; while :; do sleep 0.01; done');
  await sleep(100);
  assert.deepEqual(await proc.stop(), { code: 7, signal: null, forced: false });
  assert.equal(proc.isAlive, false);
});

test('who does not hear SIGTERM is killed, and the result says so', async () => {
  const proc = start('deaf', 'trap "" TERM; while :; do sleep 0.05; done');
  await sleep(100);
  assert.deepEqual(await proc.stop({ graceMs: 200 }), { code: null, signal: 'SIGKILL', forced: true });
});

test('kill9 ends it, a second stop is harmless', async () => {
  const proc = start('kill', 'sleep 60');
  assert.deepEqual(await proc.kill9(), { code: null, signal: 'SIGKILL' });
  assert.deepEqual(await proc.stop(), { code: null, signal: 'SIGKILL', forced: false });
});

test('waiting for the readiness of a process that ended fails at once with its output', async () => {
  const proc = start('dies', 'echo "cannot open the till" >&2; exit 3');
  const begun = performance.now();
  await assert.rejects(proc.waitReady(() => false), /dies ended with exit code 3[^]*cannot open the till/);
  assert.ok(performance.now() - begun < 2000);
});

test('a program that does not exist is an exit, with words in the log', async () => {
  const proc = new Proc({ name: 'none', command: ['/no/such/program'], log: path.join(dir, 'none.log') });
  assert.equal((await proc.ended).code, 127);
  assert.match(proc.output(), /no\/such\/program/);
});

test('memory and processor time are those of the process', async () => {
  const script = 'const b = Buffer.alloc(64 << 20, 1);'
    + 'while (process.cpuUsage().user < 400000); console.log("busy"); setTimeout(() => b, 60000)';
  const proc = new Proc({ name: 'use', command: [process.execPath, '-e', script], log: path.join(dir, 'use.log') });
  await proc.waitReady(() => proc.output().includes('busy'));
  const { rssKb, peakRssKb, cpuMs } = proc.usage();
  assert.ok(rssKb > 64 << 10 && peakRssKb >= rssKb && rssKb < 400 << 10, `${rssKb} kB`);
  assert.ok(cpuMs >= 300 && cpuMs < 5000, `${cpuMs} ms`);
  await proc.stop();
});

test('a paused process does nothing until it is resumed', async () => {
  const proc = start('pause', 'while :; do echo x; sleep 0.01; done');
  await proc.waitReady(() => proc.output().length > 0);
  proc.pause();
  await sleep(50);
  const then = proc.output().length;
  await sleep(150);
  assert.equal(proc.output().length, then);
  proc.resume();
  await waitUntil(() => proc.output().length > then);
  await proc.stop();
});

/** A node process that starts `sleep 300` by Proc and prints its pid. */
function parentOf(then) {
  const code = `import { Proc } from ${JSON.stringify(inRoot('tests/support/proc.mjs'))};
    const p = new Proc({ name: 's', command: ['sleep', '300'], log: ${JSON.stringify(path.join(dir, 's.log'))} });
    console.log(p.pid); ${then}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((resolve) => child.once('exit', (exit, signal) => resolve({ exit, signal })));
  const pid = new Promise((resolve) => child.stdout.once('data', (data) => resolve(Number(data))));
  return { child, ended, pid };
}

for (const [how, then, signal, exit] of [
  ['SIGTERM', 'setInterval(() => {}, 1000)', 'SIGTERM', 143],
  ['Ctrl-C', 'setInterval(() => {}, 1000)', 'SIGINT', 130],
  ['kill -9', 'setInterval(() => {}, 1000)', 'SIGKILL', null],
  ['an uncaught error', 'setTimeout(() => { throw new Error("x"); }, 300)', null, 1],
  ['having nothing more to do', 'setTimeout(() => {}, 300)', null, 0],
  ['process.exit', 'setTimeout(() => process.exit(5), 300)', null, 5],
]) {
  test(`no child outlives its parent that ends by ${how}`, async () => {
    const { child, ended, pid } = parentOf(then);
    const id = await pid;
    await sleep(50); // let setpriv become sleep
    assert.ok(exists(id));
    if (signal) child.kill(signal);
    assert.equal((await ended).exit, exit);
    await waitUntil(() => !exists(id), { what: `process ${id} to be gone`, timeoutMs: 3000 });
  });
}

test('nor does a child of run', async () => {
  const file = path.join(dir, 'run.pid');
  const code = `import { run } from ${JSON.stringify(inRoot('tests/support/proc.mjs'))};
    run(['bash', '-c', 'echo $$ >"$0"; exec sleep 300', ${JSON.stringify(file)}]);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await waitUntil(() => fs.existsSync(file) && fs.readFileSync(file, 'utf8').endsWith('\n'), { what: 'the child' });
  child.kill('SIGINT');
  assert.equal(await ended, 130);
  const id = Number(fs.readFileSync(file, 'utf8'));
  await waitUntil(() => !exists(id), { what: `process ${id} to be gone` });
});

test('run gives code and output, takes input, and kills what takes too long', async () => {
  assert.deepEqual(await run(['bash', '-c', 'cat; echo err >&2; exit 4'], { input: 'hello' }),
    { code: 4, stdout: 'hello', stderr: 'err\n' });
  await assert.rejects(runOk(['bash', '-c', 'echo why; exit 2']), /exit code 2\nwhy/);
  await assert.rejects(run(['sleep', '30'], { timeoutMs: 100 }), /killed after 100 ms/);
  await assert.rejects(run(['/no/such/program']), /ENOENT/);
});
