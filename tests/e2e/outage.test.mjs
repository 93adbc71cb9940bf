// The broker, Redis, the database and the aggregator ended and started again while orders are under way: the others wait,
// go on by themselves, and nothing is lost or counted twice.

import assert from 'node:assert/strict';
import test, { after, before, describe } from 'node:test';
import { freePorts } from '../support/ports.mjs';
import { sleep, waitUntil } from '../support/wait.mjs';
import { assertCounted } from './counting.mjs';
import { explained, startPipeline } from './pipeline.mjs';

const perOutage = 60;
const sessionMs = 3000;
const options = { rms: 'postgres', env: { KAFKA_SESSION_TIMEOUT_MS: String(sessionMs) } };
const changingIds = { fetcherEnv: { KAFKA_GROUP_INSTANCE_ID: '' },
  reconcilerEnv: { KAFKA_GROUP_INSTANCE_ID: '', BATCH_MAX_ORDERS: '8' } };
const fixedIds = { reconcilerEnv: { BATCH_MAX_ORDERS: '8' } };

const outages = {
  'the broker stopped and started': async ({ kafka: { nodes: [node] } }) => {
    await node.stop();
    await node.start();
  },
  'the broker killed': async ({ kafka: { nodes: [node] } }) => {
    await node.kill9();
    await node.start();
  },
  'the database stopped and started': async ({ rms: { server } }) => {
    await server.stop();
    await server.start();
  },
  'the database killed': async ({ rms: { server } }) => {
    await server.kill9();
    await server.start();
  },
  'the aggregator killed': async ({ stats }) => {
    await stats.kill9();
    await stats.start();
  },
  'Redis stopped and started': async ({ redis }) => {
    await redis.stop();
    await redis.start();
  },
  'Redis killed': async ({ redis }) => {
    await redis.kill9();
    await redis.start();
  },
  'Redis emptied: rebuilt from the topics': ({ redis }) => redis.cli('FLUSHALL'),
};

/** New orders, a poll, and `end(stack)` once a third of the poll is decided; in the end everything is as it should be. */
async function whileBusy(pipeline, end, seed) {
  const { reconciler } = pipeline.stack;
  const decided = () => reconciler.output().split('"order.decided"').length;
  const [from, total] = [decided(), pipeline.shop.counts().orders];
  pipeline.shop.random({ count: perOutage, seed, statuses: ['PAID'] });
  pipeline.poll({ batch_size: 250 }).catch(() => {}); // who answers may be the one that ends
  await waitUntil(() => decided() > from + (total + perOutage) / 3, {
    what: 'a third of the poll to be decided', timeoutMs: 30_000, everyMs: 5 });
  await end(pipeline.stack);
  let held;
  await waitUntil(async () => {
    held = (await pipeline.rms()).orders.length;
    return held === total + perOutage;
  }, { what: () => `${total + perOutage} orders in RMS, not ${held}`, timeoutMs: 40_000, everyMs: 200 });
  await assertCounted(pipeline);
  await pipeline.checkRms();
}

describe('members with changing ids', () => {
  let pipeline;
  before(async () => { pipeline = await startPipeline({ ...options, ...changingIds }); });
  after(() => pipeline?.stop());
  Object.entries(outages).forEach(([name, end], seed) => {
    test(name, explained(() => pipeline, () => whileBusy(pipeline, end, seed + 1)));
  });

  test('who waited said so, and is ready again', explained(() => pipeline, async () => {
    const { reconciler, fetcher, stats } = pipeline.stack;
    assert.ok(reconciler.events().some(({ event }) => event === 'batch.retry' || event === 'rms.away'), 'the reconciler');
    assert.ok(fetcher.events().some(({ event }) => event === 'fetcher.not_ready'), 'the fetcher');
    assert.ok(stats.events().some(({ event }) => event === 'redis.away'), 'the aggregator');
    await Promise.all(pipeline.stack.services.map((service) => service.waitReady()));
  }));
});

/** Two processes with one id fence each other: one of them must end and say why. */
async function twinsSayIt({ stack }) {
  const { reconciler } = stack;
  const [port] = await freePorts(1);
  const twin = stack.addService('reconciler', 'twin', port, { env: { KAFKA_GROUP_INSTANCE_ID: reconciler.name } });
  twin.launch();
  const ended = await waitUntil(() => [reconciler, twin].find(({ proc }) => !proc.isAlive), {
    what: 'a twin to end', timeoutMs: 60_000 });
  ended.wasKilled = true; // its exit is judged here
  assert.equal(ended.proc.exit.code, 1);
  assert.match(ended.output(), /another process has the id reconciler-1, too/);
}

/**
 * librdkafka 2.0.2 may commit offsets of the session that ran out; for a member with a fixed id the broker takes that for a
 * twin, and the client can't be used any more. The member then joins again with a new one, and its process goes on.
 */
test('members with fixed ids: the broker away for as long as a session lasts', async (t) => {
  const pipeline = await startPipeline({ ...options, ...fixedIds, rms: 'sqlite' });
  const { services } = pipeline.stack;
  try {
    await whileBusy(pipeline, async ({ kafka: { nodes: [node] } }) => {
      await node.stop();
      await sleep(500); // with the stop and the start some four seconds: just as the session has run out
      await node.start();
    }, 99);
    const fenced = services.filter((service) => service.events().some(({ event }) => event === 'kafka.fenced'));
    t.diagnostic(`fenced: ${fenced.map(({ name }) => name).join(', ') || 'none'}`);
    assert.deepEqual(services.filter(({ proc }) => !proc.isAlive).map(({ name }) => name), [], 'ended by themselves');
    await twinsSayIt(pipeline);
  } catch (error) {
    console.error(pipeline.stack.tails(8));
    throw error;
  } finally {
    await pipeline.stop();
  }
});
