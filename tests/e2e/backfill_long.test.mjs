// A long proof: 200,000 orders out of one bulk file, children far from their orders, the fetcher killed on the way.
// TILLBRIDGE_BACKFILL_ORDERS: another number. Peaks of memory mean something in a release build only.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { once } from 'node:events';
import { promisify } from 'node:util';
import test from 'node:test';
import { binary } from '../support/paths.mjs';
import { waitUntil } from '../support/wait.mjs';
import { ask, ended, progressOf } from './backfill_rig.mjs';
import { startRig } from './fetcher_rig.mjs';

const count = Number(process.env.TILLBRIDGE_BACKFILL_ORDERS ?? 200_000);
const updatedAt = '2026-01-15T10:00:00Z';
const firstId = 7_000_000_000_000;
const isLong = process.env.TILLBRIDGE_LONG || process.env.TILLBRIDGE_BACKFILL_ORDERS;
const limitKb = 64 * 1024;
const preset = process.env.TILLBRIDGE_PRESET ?? 'release';
const missing = !fs.existsSync(binary('tillbridge-fetcher', preset)) && 'there is no release build';

/** Lines of the bulk files of some orders that the shop made: [{order, children}]. */
function templates(rig) {
  rig.shop.random({ count: 40, seed: 5, linesMax: 6 });
  const { shop } = rig.shop;
  return shop.orders.map((order) => order.id);
}

async function templateLines(rig) {
  templates(rig);
  const id = await ask(rig); // the operation's file is what is wanted, not what is published
  await ended(rig, id);
  const lines = rig.shop.bulk.lines(1);
  const children = Map.groupBy ? Map.groupBy(lines, (l) => l.__parentId) : new Map();
  if (!Map.groupBy) for (const l of lines) children.set(l.__parentId, [...(children.get(l.__parentId) ?? []), l]);
  return lines.filter((l) => !l.__parentId).map((order) => ({ order, children: children.get(order.id) ?? [] }));
}

/** All orders first, then their children from the last to the first: none is near to its order. */
async function writeFile(file, found) {
  const out = fs.createWriteStream(file, { highWaterMark: 1 << 20 });
  const put = async (line) => { if (!out.write(`${JSON.stringify(line)}\n`)) await once(out, 'drain'); };
  const gid = (i) => `gid://shopify/Order/${firstId + i}`;
  let lines = 0;
  for (let i = 0; i < count; i++) {
    const { order } = found[i % found.length];
    await put({ ...order, id: gid(i), legacyResourceId: String(firstId + i), name: `#B${i}`, updatedAt });
  }
  for (let i = count - 1; i >= 0; i--) {
    for (const [n, child] of found[i % found.length].children.entries()) {
      const type = child.__typename;
      await put({ ...child, id: `gid://shopify/${type}/${firstId * 2 + i * 10 + n}`, __parentId: gid(i) });
      lines += 1;
    }
  }
  out.end();
  await once(out, 'finish');
  return { lines: lines + count, bytes: fs.statSync(file).size };
}

/** Keys of the topic and how often each is there. */
async function keysOf(rig) {
  const { stdout } = await promisify(execFile)('kcat', ['-b', rig.stack.kafka.brokers, '-C', '-t', 'shopify.orders', '-e', '-q',
    '-o', 'beginning', '-f', '%k\\n'], { maxBuffer: 64 << 20 });
  const keys = new Map();
  for (const key of stdout.trim().split('\n')) keys.set(key, (keys.get(key) ?? 0) + 1);
  return keys;
}

test(`${count} orders`, { skip: isLong ? missing : 'only with TILLBRIDGE_LONG' }, async () => {
  const rig = await startRig({ preset, fetcherEnv: { BACKFILL_ORDERS_PER_SECOND: '10000', LOG_LEVEL: 'info' } });
  try {
    await rig.stack.explaining(async () => {
      const file = path.join(rig.stack.dir, 'bulk.jsonl');
      const { lines, bytes } = await writeFile(file, await templateLines(rig));
      rig.shop.bulk.canned = { file, updatedAt, orders: count };
      const before = (await keysOf(rig)).size;
      const began = performance.now();
      const peaks = [];
      const id = await ask(rig, { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' });
      const killAt = async (what, reached) => {
        await waitUntil(async () => reached((await progressOf(rig, id)).at(-1)), { what, timeoutMs: 1_800_000, everyMs: 200 });
        peaks.push(rig.fetcher.usage().peakRssKb);
        await rig.fetcher.kill9();
        rig.fetcher.launch();
      };
      await killAt('a third', (p) => p?.seen > count / 3);
      await killAt('two thirds', (p) => p?.seen > (2 * count) / 3);
      const end = await ended(rig, id, 3_600_000);
      peaks.push(rig.fetcher.usage().peakRssKb);
      const seconds = Math.round((performance.now() - began) / 1000);
      const keys = await keysOf(rig);
      assert.equal(end.state, 'finished');
      assert.equal(end.step, 'publish');
      assert.equal(keys.size - before, count, 'orders left out');
      const twice = [...keys].filter(([key, n]) => n > 1 && Number(key.split('/')[1]) >= firstId).length;
      console.log(`${count} orders, ${lines} lines, ${Math.round(bytes / 1e6)} MB: ${seconds} s with two kills; peaks `
        + `${peaks.map((kb) => `${(kb / 1024).toFixed(1)} MB`).join(', ')}; ${twice} published twice`);
      if (preset.includes('rel')) { // sanitizers take their own
        assert.ok(Math.max(...peaks) < limitKb, `peak ${Math.max(...peaks)} KB`);
      }
    });
  } finally {
    await rig.stop();
  }
});
