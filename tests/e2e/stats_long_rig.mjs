// What stats_long.test.mjs sends, and how it counts: the topic's messages one by one, with a map of what was met,
// where the aggregators keep one offset a source partition.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { ask, partitions, result, stats } from './stats_bench.mjs';

const kinds = [['created'], ['updated'], ['cancelled'], ['skipped', 'unchanged'], ['skipped', 'stale'], ['conflict', 'tendered'],
  ['error', 'unknown_sku']];
const repeated = 300; // a reconciler that starts again reads so much twice
const hoursKept = 192;
const pendingFor = 200; // orders until one put aside is settled

function original(order) {
  const [action, reason] = kinds[order % kinds.length];
  const source = order % 53 === 0 ? 'replay' : ['poll', 'poll', 'trigger', 'backfill'][order % 4];
  return result(order, action, { source, ...(reason && { reason }), ...(order % 59 === 0 && { dryRun: true }) });
}

/** What a second reading decides: the same, or that there is nothing to do any more. */
const again = (event) => (event.order % 2 ? event : { ...event, action: 'skipped', reason: 'unchanged' });

/** The messages of order 1 to `orders` in batches: {events, live}; live: orders in it that polls announce. */
export function* storyOf(orders, size) {
  let batch = { events: [], live: 0 };
  const late = [];
  for (let order = 1; order <= orders; order++) {
    const event = original(order);
    batch.events.push(order % 97 === 0 ? { ...event, action: 'error', reason: 'unknown_sku', pending: true } : event);
    if (order % 97 === 0) late.push(order);
    if (late[0] <= order - pendingFor) batch.events.push(original(late.shift()));
    if (order % 11 === 0) batch.events.push(again(original(Math.max(1, order - (order % 7) * partitions))));
    if (!event.dryRun && event.source !== 'replay') batch.live += 1;
    if (order % 3000 === 0) for (let i = order - repeated; i < order; i++) if (i % 97) batch.events.push(again(original(i)));
    if (order % size === 0) {
      yield batch;
      batch = { events: [], live: 0 };
    }
  }
  yield { ...batch, events: [...batch.events, ...late.map(original)] };
}

const outcomeOf = ({ action, reason }) => {
  if (action === 'skipped') return reason === 'unchanged' ? 'already_synced' : 'skipped';
  return { created: 'newly_synced', conflict: 'conflicts', error: 'sync_errors' }[action] ?? action;
};
const prefixOf = ({ dryRun, source }) => (dryRun ? 'dry_run_' : source === 'replay' ? 'replayed_' : '');
const add = (to, name) => { to[name] = (to[name] ?? 0) + 1; };

/** The result events of the topic, partition by partition, in their order: a million of them are more than one text can hold. */
export async function* eventsOf(brokers, topic) {
  for (let p = 0; p < partitions; p += 1) {
    const kcat = spawn('kcat', ['-b', brokers, '-C', '-t', topic, '-p', String(p), '-e', '-q', '-o', 'beginning'],
      { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(kcat, 'close');
    for await (const line of readline.createInterface({ input: kcat.stdout })) yield JSON.parse(line);
    const [code] = await ended;
    if (code) throw new Error(`kcat ended with ${code}`);
  }
}

/** What must be shown after these events (each partition's in order), of which `published` orders were announced. */
export async function countResults(events, published) {
  const counters = { total_polled: published, in_flight: published, malformed_records: 0, expired_records: 0, duplicate_results: 0 };
  for (const prefix of ['', 'replayed_', 'dry_run_']) for (const kind of kinds) counters[prefix + outcomeOf({ action: kind[0], reason: kind[1] })] = 0;
  const [reasons, accounted, hours, met] = [{}, {}, {}, new Map()];
  let messages = 0;
  for await (const event of events) {
    messages += 1;
    const source = `${event.srcTopic}/${event.srcPartition}/${event.srcOffset}`;
    const known = met.get(source);
    if (known === 'settled' || (known && event.pending)) {
      counters.duplicate_results += 1;
      continue;
    }
    met.set(source, event.pending ? 'pending' : 'settled');
    const name = prefixOf(event) + outcomeOf(event);
    add(hours[event.decidedAt.slice(0, 13)] ??= {}, name);
    if (event.pending) continue;
    counters[name] += 1;
    if (prefixOf(event)) continue;
    add(accounted, event.source);
    if (event.reason) add(reasons, event.reason);
    counters.in_flight -= 1;
  }
  const newest = Object.entries(hours).sort(([a], [b]) => (a < b ? -1 : 1)).slice(-hoursKept);
  return { messages, wanted: { counters, reasons, accounted, hours: newest } };
}

const withoutZeros = (numbers) => Object.fromEntries(Object.entries(numbers).filter(([, value]) => value));

/** The same of an aggregator's answers. */
export async function shownBy(service, wanted) {
  const shown = await stats(service);
  const { json } = await ask(service, `history?by=hour&limit=${hoursKept}`);
  const names = Object.keys(wanted.counters);
  const hours = json.data.buckets.map((bucket) => [bucket.at.slice(0, 13),
    withoutZeros(Object.fromEntries(names.filter((name) => name in bucket).map((name) => [name, bucket[name]])))]);
  return {
    counters: Object.fromEntries(names.map((name) => [name, shown[name]])), reasons: withoutZeros(shown.reasons),
    accounted: Object.fromEntries(Object.keys(wanted.accounted).map((name) => [name, shown.completeness.sources[name].accounted])),
    hours: hours.sort(([a], [b]) => (a < b ? -1 : 1)) };
}

/**
 * Cuts about `bytes` off the end of Redis's file, as a power failure does to what was not synced; how many it cut.
 * It cuts behind a whole transaction: Redis 7.0 keeps the beginning of a torn one in the file and applies it at the
 * next start, together with the next transaction.
 */
export function cutEndOfFile(dir, bytes) {
  const folder = path.join(dir, 'appendonlydir');
  const number = (name) => Number(name.match(/\.(\d+)\.incr/)[1]);
  const last = fs.readdirSync(folder).filter((name) => name.endsWith('.incr.aof')).sort((a, b) => number(a) - number(b)).at(-1);
  const file = path.join(folder, last);
  const content = fs.readFileSync(file);
  const end = '\r\n*1\r\n$4\r\nEXEC\r\n';
  const at = content.lastIndexOf(end, content.length - Math.min(bytes, Math.floor(content.length / 2)));
  if (at < 0) return 0;
  fs.truncateSync(file, at + end.length);
  return content.length - at - end.length;
}
