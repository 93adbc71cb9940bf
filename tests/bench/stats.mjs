// The aggregator: how long it takes to count everything again from the topics, how fast /status answers while 5,000
// results a second are folded, what it holds in memory, and 200 streams of events at once.
//
//   node tests/bench/stats.mjs [RESULTS] [SECONDS]      default 1000000 and 30; needs the release build
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { partitions, startBench, stats } from '../e2e/stats_bench.mjs';
import { inRoot } from '../support/paths.mjs';
import { Proc, run, runOk } from '../support/proc.mjs';
import { waitUntil } from '../support/wait.mjs';
import { resultLine } from './stats_feed.mjs';

const count = Number(process.argv[2] ?? 1_000_000);
const seconds = Number(process.argv[3] ?? 30);
const rate = 5000;
const streamsMost = 200;
const statusPath = '/api/v1/orders/polling/status';

const say = (text) => process.stdout.write(`${text}\n`);
const percentile = (sorted, percent) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * percent / 100))];
const took = (since) => (performance.now() - since) / 1000;

const peak = (service) => service.proc.usage().peakRssKb / 1024;

/** Keeps what else this machine does out of the figures, where that is allowed. */
async function first(...pids) {
  const results = await Promise.all(pids.map((pid) => run(['chrt', '-a', '-r', '-p', '1', String(pid)])));
  return results.every(({ code }) => code === 0);
}

async function fill(bench) {
  for (let p = 0; p < partitions; p += 1) {
    const file = path.join(bench.dir, `results-${p}`);
    const out = fs.createWriteStream(file);
    for (let n = p; n < count; n += partitions) {
      if (!out.write(`${resultLine(n)}\n`)) await new Promise((r) => { out.once('drain', r); });
    }
    await new Promise((r) => { out.end(r); });
    await runOk(['kcat', '-b', bench.kafka.brokers, '-P', '-t', 'rms.results', '-p', String(p), '-K', '\t', '-z', 'lz4',
      '-l', file], { timeoutMs: 600_000 });
    fs.rmSync(file);
  }
}

const counted = async (api) => {
  const { newly_synced: made, updated, already_synced: same } = await stats(api);
  return made + updated + same;
};

const allCounted = (api, want) => waitUntil(async () => await counted(api) >= want,
  { what: `${want} results to be counted`, timeoutMs: 1_800_000, everyMs: 50 });

/** One request on a connection that is kept: [status, milliseconds]. */
function timed(api, agent) {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    http.get(api.url + statusPath, { agent }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve([answer.statusCode, performance.now() - begun]));
    }).on('error', reject);
  });
}

/** Asks every 10 ms for so long and says how long answers took. */
async function measure(api, what) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const times = [];
  const before = await counted(api);
  const begun = performance.now();
  while (took(begun) < seconds) {
    const [status, ms] = await timed(api, agent);
    if (status !== 200) throw new Error(`/status answered ${status}`);
    times.push(ms);
    await new Promise((r) => { setTimeout(r, 10); });
  }
  const folded = (await counted(api) - before) / took(begun);
  agent.destroy();
  times.sort((a, b) => a - b);
  say(`${what}: ${folded.toFixed(0)} results/s folded; /status ${times.length} times: median ${percentile(times, 50).toFixed(2)} ms, `
    + `p99 ${percentile(times, 99).toFixed(2)} ms, worst ${times.at(-1).toFixed(2)} ms; peak ${peak(api).toFixed(1)} MB resident`);
}

/** Opens a stream of events: {status, events()}. */
function open(api) {
  return new Promise((resolve, reject) => {
    const call = http.get(`${api.url}/api/v1/events`, { agent: false }, (answer) => {
      const stream = { status: answer.statusCode, events: 0, end: () => call.destroy() };
      answer.on('data', (chunk) => { stream.events += chunk.toString().split('\nevent: ').length - 1; });
      answer.on('error', () => {});
      resolve(stream);
    });
    call.on('error', reject);
  });
}

async function crowd(api) {
  const streams = await Promise.all(Array.from({ length: streamsMost }, () => open(api)));
  const refused = await open(api);
  await measure(api, `with ${streamsMost} streams`);
  const served = streams.filter(({ status, events }) => status === 200 && events > 0);
  say(`streams: ${served.length} of ${streamsMost} served, the next one got ${refused.status}`);
  streams.forEach((stream) => stream.end());
}

const bench = await startBench();
try {
  await fill(bench);
  const begun = performance.now();
  const api = await bench.aggregator({ preset: 'release', env: { LOG_LEVEL: 'warn' } });
  await allCounted(api, count);
  say(`counted again: ${count} results in ${took(begun).toFixed(1)} s, process start included; `
    + `peak ${peak(api).toFixed(1)} MB resident`);
  const alone = await first(api.proc.pid, bench.redis.proc.pid, process.pid);
  say(`real-time priority for stats, Redis and the one who asks: ${alone ? 'yes' : 'no'}`);
  await measure(api, 'at rest');
  const feed = new Proc({ name: 'feed', log: path.join(bench.dir, 'feed.log'), env: process.env, command: ['node',
    inRoot('tests/bench/stats_feed.mjs'), bench.kafka.brokers, String(rate), String(count)] });
  await allCounted(api, count + rate);
  await measure(api, 'under load');
  await crowd(api);
  await feed.stop();
} finally {
  await bench.stop();
}
