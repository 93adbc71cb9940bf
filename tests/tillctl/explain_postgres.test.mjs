// tillctl explain and stock where RMS is a server: the plan's transaction is rolled back and locks are given back.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { explained, startPipeline } from '../e2e/pipeline.mjs';

let pipeline;
before(async () => { pipeline = await startPipeline({ rms: 'postgres' }); });
after(() => pipeline?.stop());
const check = (name, fn) => test(name, explained(() => pipeline, fn));
const run = (...args) => pipeline.stack.tillctl(args, { env: { LOG_LEVEL: 'error' } });

check('what would change is told, and the worker then does it', async () => {
  const order = pipeline.create({ tax: { rate: '0.13' }, lines: [{ sku: pipeline.sku(0), quantity: 2 }, { sku: 'NOT-IN-RMS', quantity: 1, price: '3.00' }] });
  await pipeline.poll();
  assert.match((await run('explain', order.name)).stdout, /\n {2}refused: unknown_sku\n/);
  await pipeline.changeRms('INSERT INTO "Alias" ("ItemID", "Alias") VALUES (12, \'NOT-IN-RMS\')');
  const dump = await pipeline.dump({ withGuard: true });
  const { code, stdout } = await run('explain', order.name);
  assert.equal(code, 0);
  assert.match(stdout, /\n {2}RMS is behind: now it would be created\n/);
  assert.match(stdout, /\n {2}Item 12 +QuantityCommitted +\+1\.00\n/);
  assert.deepEqual(await pipeline.dump({ withGuard: true }), dump);
  assert.deepEqual(await pipeline.verdicts([order]), ['created']);
  assert.match((await run('explain', String(order.id))).stdout, /\n {2}RMS holds what the shop says\n/);
  assert.equal((await run('stock')).code, 0);
});
