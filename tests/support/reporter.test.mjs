// The reporter against a file of tests that end in every way: what it counts and what it prints.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { before } from 'node:test';
import { inRoot } from './paths.mjs';
import { run } from './proc.mjs';
import { makeRunDir } from './rundir.mjs';

const source = `
import test, { describe, it } from 'node:test';
test('passes', () => {});
test('fails', () => { throw new Error('the till is open'); });
test('is skipped', { skip: 'no printer' }, () => {});
test('is to do', { todo: true }, () => { throw new Error('later'); });
describe('a suite', () => {
  it('passes', () => {});
  describe('in a suite', () => { it('fails', () => { throw new Error('no change left'); }); });
});
describe('a skipped suite', { skip: 'no scanner' }, () => { it('never runs', () => {}); });
test('a parent', async (t) => { await t.test('child', () => {}); });
test('takes too long', { timeout: 20 }, () => new Promise((resolve) => setTimeout(resolve, 200)));
`;

let dir;
before(() => { dir = makeRunDir('reporter'); });

/** Runs a file of tests under the reporter: {code, stdout, totals}. */
async function report(text) {
  const file = path.join(dir, 'some.test.mjs');
  const totals = path.join(dir, 'totals');
  fs.writeFileSync(file, text);
  fs.rmSync(totals, { force: true });
  const env = { PATH: process.env.PATH, TILLBRIDGE_TOTALS: totals };
  const reporter = `--test-reporter=${inRoot('tests/support/reporter.mjs')}`;
  const command = [process.execPath, reporter, '--test-reporter-destination=stdout', file];
  const { code, stdout } = await run(command, { env, cwd: dir });
  return { code, stdout, totals: fs.existsSync(totals) ? fs.readFileSync(totals, 'utf8').trim() : null };
}

test('counts each test once, suites never, a skipped suite once', async () => {
  const { code, totals } = await report(source);
  assert.equal(code, 1);
  assert.equal(totals, '4 3 3'); // passed: two plain, child and its parent
});

test('prints each failure with its way there and its error, and names what was skipped', async () => {
  const { stdout } = await report(source);
  assert.match(stdout, /FAILED some\.test\.mjs > fails \(.*\)\n +Error: the till is open/);
  assert.match(stdout, /FAILED some\.test\.mjs > a suite > in a suite > fails .*\n +Error: no change left/);
  assert.match(stdout, /takes too long .*\n +test timed out after 20ms/);
  assert.match(stdout, /skipped: is skipped \(no printer\)\n/);
  assert.match(stdout, /skipped: a skipped suite \(no scanner\)\n/);
  assert.equal(stdout.match(/FAILED/g).length, 3);
});

test('is silent when all pass', async () => {
  assert.deepEqual(await report('import test from "node:test"; test("x", () => {});'),
    { code: 0, stdout: '', totals: '1 0 0' });
});

test('a file that breaks before its tests leaves no totals and a bad exit code', async () => {
  const { code, totals } = await report('import "./nowhere.mjs";');
  assert.deepEqual([code, totals], [1, null]);
});
