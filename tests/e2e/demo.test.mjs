// deploy/demo as a person runs it: once through, and living on until Ctrl-C. It leaves nothing behind.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import test from 'node:test';
import { inRoot } from '../support/paths.mjs';
import { run } from '../support/proc.mjs';
import { makeRunDir } from '../support/rundir.mjs';
import { waitUntil } from '../support/wait.mjs';

const demo = inRoot('deploy/demo');

/** Processes whose TMPDIR is this folder: all that the demo started has it in its environment. */
function processesIn(dir) {
  return fs.readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
    try {
      return fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`TMPDIR=${dir}`);
    } catch {
      return false; // ended meanwhile, or another's
    }
  });
}

/** Starts the demo in a process group of its own, as a terminal does: {child, output(), ended, dir}. */
function startDemo(args) {
  const dir = makeRunDir('demo');
  let output = '';
  const child = spawn(demo, args, { env: { ...process.env, TMPDIR: dir }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (chunk) => { output += chunk; });
  child.stderr.on('data', (chunk) => { output += chunk; });
  const ended = new Promise((resolve) => { child.once('exit', (code, signal) => resolve(signal ?? code)); });
  return { child, dir, ended, output: () => output };
}

function assertNothingLeft(dir) {
  assert.deepEqual(processesIn(dir), [], 'processes left behind');
  assert.deepEqual(fs.readdirSync(dir), [], 'files left behind');
}

test('--once: shows every action, RMS equals the shop, exit code 0', { timeout: 240_000 }, async (t) => {
  const { dir, ended, output } = startDemo(['--once']);
  assert.equal(await ended, 0, output());
  for (const word of ['created', 'updated', 'cancelled', 'skipped', 'unknown_sku', 'financial_status', 'test_order']) {
    assert.match(output(), new RegExp(`\\b${word}\\b`));
  }
  assert.match(output(), /every one that belongs into RMS is there, line by line and to the cent; stock agrees/);
  assert.match(output(), /"total_polled": \d+/);
  t.diagnostic(/ready after [\d.]+ s/.exec(output())[0]);
  assertNothingLeft(dir);
});

/** Waits for words in what the demo prints. */
async function shows({ ended, output }, words) {
  let exit;
  ended.then((code) => { exit = code; });
  await waitUntil(() => words.test(output()), {
    what: () => `${words} in\n${output()}`, timeoutMs: 180_000, everyMs: 100,
    giveUp: () => (exit === undefined ? '' : `it ended with ${exit}`) });
}

/** Runs the lines that the demo offers for another terminal, as they stand there. */
async function pasteOffered(output) {
  const [, lines] = /In another terminal\n((?: {2}.*\n)+)/.exec(output);
  return run(['bash', '-ec', lines], { env: { PATH: process.env.PATH, HOME: process.env.HOME } });
}

test('until Ctrl-C: goes on with new orders, and ends in order', { timeout: 240_000 }, async () => {
  const demoRun = startDemo([]);
  const { child, dir, ended, output } = demoRun;
  await shows(demoRun, /Ctrl-C ends it/);
  const { code, stdout, stderr } = await pasteOffered(output());
  assert.equal(code, 0, `${stdout}${stderr}`);
  for (const words of [/^enabled +yes$/m, /refused: unknown_sku/, /sent again$/m, /^Usage: tillctl/m]) assert.match(stdout, words);
  assert.ok(processesIn(dir).length >= 5, 'the processes are found'); // else the last check would mean nothing
  const { index } = /Ctrl-C ends it/.exec(output());
  await waitUntil(() => /\bcreated\b/.test(output().slice(index)), { what: 'a new order', timeoutMs: 60_000 });
  process.kill(-child.pid, 'SIGINT');
  assert.equal(await ended, 130, output());
  assertNothingLeft(dir);
});

test('Ctrl-C within the tour: ends in order, without the logs of what was stopped', { timeout: 240_000 }, async () => {
  const demoRun = startDemo([]);
  await shows(demoRun, /1\. The shop opens/);
  process.kill(-demoRun.child.pid, 'SIGINT');
  assert.equal(await demoRun.ended, 130, demoRun.output());
  assert.doesNotMatch(demoRun.output(), /\.log:|Error/);
  assertNothingLeft(demoRun.dir);
});

test('an unknown option is refused', async () => {
  const { code, stdout, stderr } = await run([demo, '--twice']);
  assert.equal(code, 2);
  assert.match(stdout + stderr, /unknown option --twice/);
  assert.equal((await run([demo, '--help'])).code, 0);
});
