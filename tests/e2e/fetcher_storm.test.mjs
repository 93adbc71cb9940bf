// Two thousand orders read while Shopify fails in every way it can: none missing, none in part.

import assert from 'node:assert/strict';
import test from 'node:test';
import { startRig } from './fetcher_rig.mjs';

// kind, its parameters, and whether it ends the poll that meets it.
const faults = [
  ['throttled', { requested: 300, available: 250 }], ['http', { status: 429, retryAfter: '0.2' }],
  ['http', { status: 500 }], ['http', { status: 503, retryAfter: '0.2' }], ['internal', {}], ['partial', {}],
  ['nonjson', {}], ['empty', {}], ['reset', { times: 2 }], ['truncate', { bytes: 3000 }], ['hang', {}],
  ['drip', { delayMs: 3000 }], ['max_cost', {}], ['version', {}],
  ['http', { status: 402 }, true], ['http', { status: 403 }, true], ['http', { status: 404 }, true],
  ['http', { status: 423 }, true], ['http', { status: 430 }, true], ['http', { status: 302 }, true],
  ['http', { status: 401, times: 2 }, true], ['access_denied', {}, true], ['search_warning', {}, true],
  ['errors_string', {}, true], ['partial', { code: 'undefinedField' }, true],
];

test('2,000 orders while every fault of Shopify strikes: 0 missing, 0 in part', async () => {
  const rig = await startRig({ fetcherEnv: { SHOPIFY_TIMEOUT_MS: '1500', SHOPIFY_LINES_PAGE: '5' } });
  try {
    await rig.stack.explaining(async () => {
      rig.shop.random({ count: 2000, seed: 21, linesMax: 8 });
      let failed = 0;
      let watermark = '';
      for (const [kind, spec, ends] of faults) {
        rig.shop.clearFaults();
        rig.shop.random({ count: 4, seed: 100 + failed, linesMax: 3 }); // the shop goes on
        rig.fault(kind, { skip: 1, ...spec }); // the second page meets it
        const record = await rig.poll({ maxPages: 3, batchSize: 20 });
        assert.equal(record.state, ends ? 'failed' : 'finished', `${kind} ${JSON.stringify(spec)}: ${record.error}`);
        assert.ok(record.watermark >= watermark, 'the watermark fell');
        ({ watermark } = record);
        failed += ends ? 1 : 0;
      }
      rig.shop.clearFaults();
      await rig.pollToTheEnd({ maxPages: 50, batchSize: 100 });
      await rig.pollToTheEnd({ maxPages: 50, batchSize: 100 });
      const count = await rig.assertAllThere();
      assert.ok(count >= 2000, `${count} orders`);
      console.log(`${count} orders, ${faults.length} faults, ${failed} polls failed; ${
        (await rig.orders.messages()).length} messages, 0 missing`);
    });
  } finally {
    await rig.stop();
  }
});
