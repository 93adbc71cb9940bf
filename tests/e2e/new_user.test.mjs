// Somebody who has nothing but `tillctl --help` finds in it, and runs as they stand there, the lines that poll
// without writing, say why order #1003 was not created, and take it again after its SKU was added.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { plainEnv } from '../support/service.mjs';
import { run } from '../support/proc.mjs';
import { waitUntil } from '../support/wait.mjs';
import { explained, startPipeline } from './pipeline.mjs';

let pipeline;
let help;

/** Runs, in bash, the line that --help shows for what `wish` says. */
async function doAsHelpSays(wish) {
  const found = [...help.matchAll(/^ {2}(tillctl .*)\n {6}(.*)$/gm)].filter(([, , what]) => wish.test(what));
  assert.equal(found.length, 1, `${wish}:\n${help}`);
  const { stack } = pipeline;
  const env = { ...plainEnv(), ...stack.env };
  env.PATH = `${stack.binDir}:${env.PATH}`;
  return run(['bash', '-c', found[0][1]], { env, timeoutMs: 120_000 });
}

const inRms = async () => (await pipeline.rms()).orders.length;

before(async () => {
  pipeline = await startPipeline({ env: { ENABLE_ORDER_POLLING: 'false' } });
  for (const sku of [pipeline.sku(1), pipeline.sku(2), 'NEW-THIS-WEEK']) {
    pipeline.create({ lines: [{ sku, quantity: 1, price: '9.00' }] });
  }
  help = (await pipeline.stack.tillctlOk(['--help'])).stdout;
});
after(() => pipeline?.stop());

test('poll now without writing', explained(() => pipeline, async () => {
  const { code, stdout, stderr } = await doAsHelpSays(/write nothing/);
  assert.equal(code, 0, stderr);
  for (const text of ['#1001', '#1002', '#1003', 'unknown_sku']) assert.ok(stdout.includes(text), `${text}:\n${stdout}`);
  assert.equal(await inRms(), 0);
}));

test('poll now', explained(() => pipeline, async () => {
  const { code, stderr } = await doAsHelpSays(/^Poll now/);
  assert.equal(code, 0, stderr);
  assert.equal(await inRms(), 2);
}));

test('see why order #1003 was not created', explained(() => pipeline, async () => {
  const { stdout } = await doAsHelpSays(/#1003, and why it was not created/);
  for (const text of ['#1003', 'NEW-THIS-WEEK', 'unknown_sku', 'redrive']) assert.ok(stdout.includes(text), `${text}:\n${stdout}`);
}));

test('take it again after the SKU was added', explained(() => pipeline, async () => {
  await pipeline.changeRms(`UPDATE Item SET ItemLookupCode = 'NEW-THIS-WEEK' WHERE ItemLookupCode = '${pipeline.sku(3)}'`);
  const { code, stdout, stderr } = await doAsHelpSays(/after its SKU was added/);
  assert.equal(code, 0, `${stdout}${stderr}`);
  await waitUntil(async () => await inRms() === 3, { what: 'the order to be in RMS' });
}));
