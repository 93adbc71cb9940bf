// Everything that may happen to an order: three polls carry all cases of change_cases.mjs, then each is looked at.

import assert from 'node:assert/strict';
import test, { after, before, describe } from 'node:test';
import { cases, groups } from './change_cases.mjs';
import { compareOrder, compareStock } from './compare.mjs';
import { explained, startPipeline, verdict } from './pipeline.mjs';

let pipeline;
const seen = cases.map((entry) => ({ entry })); // {entry, order, first, second, third, before, staffed, after}
let rms;

function stateOf(order) {
  const [held = null] = rms.ordersOf(order.id);
  return { held, entries: held ? rms.entriesOf(held.ID) : [] };
}

function makeOrders() {
  for (const at of seen) {
    at.order = pipeline.create(at.entry.order);
    if (at.entry.early) pipeline.change(at.entry.early[0], at.order, at.entry.early[1]);
  }
}

/** What happens in the shop and what staff do before a poll. */
async function changeAll(shopKey, staffKey) {
  for (const { entry, order } of seen) {
    const changes = typeof entry[shopKey] === 'function' ? entry[shopKey](pipeline.view(order)) : entry[shopKey];
    for (const [op, spec] of changes ?? []) pipeline.change(op, order, spec);
  }
  const sql = seen.filter(({ entry }) => entry[staffKey]).map(({ entry, before: { held } }) => entry[staffKey](held.ID));
  if (sql.length) await pipeline.changeRms(sql.join('\n'));
}

async function look(key) {
  rms = await pipeline.rms();
  for (const at of seen) at[key] = stateOf(at.order);
}

async function poll(key) {
  const { decisions } = await pipeline.poll();
  for (const at of seen) at[key] = decisions.get(at.order.name);
}

before(async () => {
  pipeline = await startPipeline();
  await pipeline.stack.explaining(async () => {
    makeOrders();
    await poll('first');
    await look('before');
    await changeAll('later', 'staff');
    await look('staffed');
    await poll('second');
    await changeAll('atThird', 'freed');
    await poll('third');
    await look('after');
  });
});
after(() => pipeline?.stop());

function checkVerdicts({ entry, first, second, third }) {
  assert.equal(verdict(first ?? {}), entry.first ?? 'created', `first poll: ${first?.detail}`);
  assert.equal(verdict(second ?? {}), entry.second, `second poll: ${second?.detail}`);
  if (entry.third) assert.equal(verdict(third ?? {}), entry.third, `third poll: ${third?.detail}`);
  else assert.equal(third?.action, 'skipped', `third poll: ${third?.detail}`);
}

function checkCase(at) {
  const { entry, order, first, second, third } = at;
  const view = pipeline.view(order);
  checkVerdicts(at);
  const isMade = [first, second, third].some(({ action }) => action === 'created');
  assert.equal(Boolean(at.after.held), isMade && !entry.isGone, 'RMS holds it');
  if (entry.keeps) assert.deepEqual(at.after, at.staffed);
  else if (!entry.isReopened) assert.deepEqual(compareOrder(view, rms, { mustExist: isMade }), []);
  entry.check?.({ ...at.after, before: at.before, result: second, rms, view });
}

for (const [group, entries] of Object.entries(groups)) {
  describe(group, () => {
    for (const entry of entries) {
      test(entry.what, { todo: entry.todo }, () => checkCase(seen.find((at) => at.entry === entry)));
    }
  });
}

test('stock is committed for what is open, and released once for what was closed', () => {
  assert.deepEqual(compareStock(rms), []);
});

test('a further poll finds nothing to do', explained(() => pipeline, async () => {
  const dump = await pipeline.dump();
  const { decisions, statistics } = await pipeline.poll();
  assert.deepEqual([...new Set([...decisions.values()].map(({ action }) => action))], ['skipped']);
  assert.equal(statistics.total_polled, cases.length);
  assert.deepEqual(await pipeline.dump(), dump);
}));
