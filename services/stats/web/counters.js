// What was counted since the last reset, whether it balances, and how long orders took.

import { byId, draw, el, setText } from './dom.js';
import { inWords, number, when } from './words.js';

const tiles = [
  ['total_polled', 'polled'], ['already_synced', 'already synced'], ['newly_synced', 'created'],
  ['updated', 'updated'], ['cancelled', 'cancelled'], ['skipped', 'skipped'], ['conflicts', 'conflicts', 'warn'],
  ['sync_errors', 'errors', 'bad'], ['in_flight', 'in flight']];

const tile = (label, value, kind) => (
  el('div', {}, el('dt', {}, label), el('dd', { class: kind || null }, value)));

function balance({ closed, history_cut: cut, unannounced_results: results, alarm }) {
  if (alarm) return alarm;
  if (closed) return 'Every polled order is accounted for: polled = the sum of the outcomes and those in flight.';
  if (cut) return 'Older results had expired in Kafka when these numbers were rebuilt; orders in flight are not known yet.';
  return `${number(results)} results belong to no poll that is known of.`;
}

const within = (seconds) => (seconds === null ? 'more than the longest range' : inWords(seconds));

function latency({ count, half_within_seconds: half, most_within_seconds: most }) {
  return count === 0 ? ''
    : `From the change in the shop to RMS: half of ${number(count)} within ${within(half)}, 95 % within ${within(most)}.`;
}

export function showCounters(stats) {
  draw('counters', stats, () => [
    ...tiles.map(([name, label, kind]) => tile(label, number(stats[name]), stats[name] > 0 && kind)),
    tile('success rate', `${stats.success_rate} %`)]);
  draw('since', stats.counting_since, (since) => (since ? ['since the reset ', when(since)] : []));
  byId('equation').className = stats.completeness.closed && !stats.completeness.alarm ? 'quiet' : 'bad';
  setText(byId('equation'), balance(stats.completeness));
  setText(byId('latency'), latency(stats.latency));
}
