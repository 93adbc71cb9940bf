// What was counted, worked out apart from the aggregator: from the messages of the topics.

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { waitUntil } from '../support/wait.mjs';
import { assertAddsUp } from './pipeline.mjs';

/** The results by their source, the first of each that settles it: what counts. Throws when the topic's order says otherwise. */
export function firstResults(messages) {
  const first = new Map();
  for (const { value, partition, offset } of messages) {
    const result = JSON.parse(value);
    if (result.pending) continue;
    const source = `${result.srcTopic}/${result.srcPartition}/${result.srcOffset}`;
    const known = first.get(source);
    if (!known || (known.partition === partition && known.offset > offset)) first.set(source, { partition, offset, result });
  }
  return [...first.values()].map(({ result }) => result);
}

const counterOf = ({ action, reason }) => {
  if (action === 'skipped') return reason === 'unchanged' ? 'already_synced' : 'skipped';
  return { created: 'newly_synced', conflict: 'conflicts', error: 'sync_errors' }[action] ?? action;
};

/** The counters as they follow from the topics alone. */
export async function countersOfTopics(pipeline) {
  const counters = { total_polled: (await pipeline.orders.messages()).length };
  for (const name of ['already_synced', 'newly_synced', 'updated', 'cancelled', 'skipped', 'conflicts', 'sync_errors']) {
    counters[name] = 0;
  }
  for (const result of firstResults(await pipeline.results.messages())) counters[counterOf(result)] += 1;
  return counters;
}

/** Waits for the counters to be those of the topics, which may still grow; the last ones must add up too. */
export async function assertCounted(pipeline) {
  let stats;
  let wanted;
  const shown = () => Object.fromEntries(Object.keys(wanted).map((name) => [name, stats[name]]));
  await waitUntil(async () => {
    [wanted, stats] = [await countersOfTopics(pipeline), await pipeline.stats()];
    return stats.in_flight === 0 && isDeepStrictEqual(shown(), wanted);
  }, { what: 'the counters', timeoutMs: 30_000, everyMs: 200 }).catch((error) => {
    if (!wanted || !stats) throw error;
    assert.deepEqual(shown(), wanted);
    throw error;
  });
  assertAddsUp(stats);
}
