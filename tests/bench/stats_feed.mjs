// Result events for tests/bench/stats.mjs; run by itself it produces them at a steady rate until it is ended.
//
//   node tests/bench/stats_feed.mjs BROKERS RATE FIRST
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { partitions, result, shop } from '../e2e/stats_bench.mjs';

const tickMs = 50;
const actions = [['created', {}], ['updated', { linesChanged: 2, columns: ['Total'] }], ['skipped', { reason: 'unchanged' }]];
const begin = Date.parse('2026-11-01T00:00:00Z');

/** "key TAB value" of the n-th result: of 50,000 orders, each decided on again and again. */
export function resultLine(n) {
  const time = new Date(begin + n * 100).toISOString();
  const order = 1 + n % 50_000;
  const [action, more] = actions[n % actions.length];
  const value = result(order, action, { ...more, srcPartition: n % partitions, srcOffset: n, publishedAt: time,
    decidedAt: time, updatedAt: time, pollId: `p${Math.floor(n / 1000)}` });
  return `${shop}/${order}\t${JSON.stringify(value)}`;
}

function start(brokers, rate, first) {
  const producers = Array.from({ length: partitions }, (_, p) => spawn('kcat', ['-b', brokers, '-P', '-t', 'rms.results',
    '-p', String(p), '-K', '\t', '-X', 'linger.ms=5'], { stdio: ['pipe', 'inherit', 'inherit'] }));
  let n = first;
  const begun = performance.now();
  setInterval(() => {
    const due = first + Math.floor((performance.now() - begun) * rate / 1000);
    for (; n < due; n += 1) producers[n % partitions].stdin.write(`${resultLine(n)}\n`);
  }, tickMs);
  process.on('SIGTERM', () => {
    producers.forEach((producer) => producer.kill());
    process.exit(0);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) start(process.argv[2], Number(process.argv[3]), Number(process.argv[4]));
