// Memory of each service, built for release, after 2,000 orders.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { binary } from '../support/paths.mjs';
import { startPipeline } from './pipeline.mjs';

const orderCount = 2000;
const limitMb = 32;
const services = ['fetcher', 'reconciler', 'stats'];
const missing = services.filter((name) => !fs.existsSync(binary(`tillbridge-${name}`, 'release')));

test(`each service stays under ${limitMb} MB over ${orderCount} orders`, {
  skip: missing.length ? 'there is no release build: cmake --preset release && cmake --build --preset release' : undefined }, async (t) => {
  const pipeline = await startPipeline({ preset: 'release', env: { LOG_LEVEL: 'warn' } });
  try {
    pipeline.shop.random({ count: orderCount, seed: 8, linesMax: 6, statuses: ['PAID'] });
    const { statistics } = await pipeline.poll({ batch_size: 250, max_pages: 50 });
    assert.equal(statistics.newly_synced, orderCount);
    await pipeline.checkRms();
    const usage = pipeline.stack.services.map((service) => [service.name, service.usage()]);
    t.diagnostic(usage.map(([name, { rssKb, peakRssKb, cpuMs }]) => `${name} ${(rssKb / 1024).toFixed(1)} MB, at most `
      + `${(peakRssKb / 1024).toFixed(1)} MB, ${(cpuMs / 1000).toFixed(1)} s of processor`).join('; '));
    for (const [name, { rssKb }] of usage) assert.ok(rssKb < limitMb * 1024, `${name} holds ${rssKb} kB`);
  } finally {
    await pipeline.stop();
  }
});
