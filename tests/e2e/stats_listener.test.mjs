// The listener of the stats service among clients that send what is no HTTP, send it slowly, or come in crowds.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { binary } from '../support/paths.mjs';
import { waitUntil } from '../support/wait.mjs';
import { malformed } from './malformed.mjs';
import { Results } from './results.mjs';
import { ask, startBench, token } from './stats_bench.mjs';

const long = Boolean(process.env.TILLBRIDGE_LONG);
const seed = 20261122;
const atOnce = 40;
const crowd = 300; // more than the service lets in
let bench;
let api;

before(async () => {
  bench = await startBench();
  api = await bench.aggregator({ env: { TRIGGER_WAIT_S: '3' } });
});
after(() => bench?.stop());

const portOf = (service) => Number(new URL(service.url).port);

/** A connection with some text sent over it. */
function connect(service, text) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(portOf(service), '127.0.0.1', () => socket.write(text, 'latin1', () => resolve(socket)));
    socket.once('error', reject);
    socket.on('error', () => {});
  });
}

/** The statuses of answers, one behind the other. libmicrohttpd 0.9.75 sends the head of its own errors twice, the
 *  second one as the beginning of the body, so lengths are heeded. */
function statuses(text) {
  const found = [];
  for (let rest = text; ;) {
    const head = rest.match(/^HTTP\/1\.[01] (\d{3}) [^]*?\r\n\r\n/);
    if (!head) return found;
    found.push(Number(head[1]));
    rest = rest.slice(head[0].length + Number(head[0].match(/^content-length: (\d+)/im)?.[1] ?? 0));
  }
}

/** Sends a request and resolves to the statuses that came until the service closed the connection. */
function exchange(service, { text, slow }) {
  return new Promise((resolve) => {
    let answer = '';
    const socket = net.connect({ port: portOf(service), host: '127.0.0.1', allowHalfOpen: true }, () => {
      if (slow) socket.write(text, 'latin1');
      else socket.end(text, 'latin1');
    });
    socket.on('data', (bytes) => { answer += bytes.toString('latin1'); });
    socket.on('end', () => socket.end());
    socket.on('error', () => {}); // closed with bytes of ours unread
    socket.on('close', () => resolve(statuses(answer)));
    socket.setTimeout(60_000, () => socket.destroy(new Error('nothing came for a minute')));
  });
}

const isRight = ({ want, wantAll }, got) => (wantAll
  ? got.length <= wantAll.length && got.every((status, i) => status === wantAll[i])
  : (got.length === 0 ? want.includes('closed') : got.length === 1 && want.includes(got[0])));

/** Sends all, some at once, and resolves to those that were answered wrongly. */
async function sendAll(service, requests) {
  const wrong = [];
  const queue = requests.entries();
  const slow = requests.filter((request) => request.slow).length;
  const worker = async () => {
    for (const [i, request] of queue) {
      const got = await exchange(service, request);
      if (!isRight(request, got)) wrong.push(`${i} ${request.kind} ${JSON.stringify(request.text.slice(0, 120))}: ${got}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce + Math.min(slow, 100) }, worker));
  return wrong;
}

describe('crowds', { concurrency: false }, () => {
  test('heads that never end keep nobody out', async () => {
    const sockets = await Promise.all(Array.from({ length: crowd }, () => connect(api, 'GET /healthz HTTP/1.1\r\nHos')));
    assert.equal((await ask(api, '/healthz', { timeoutMs: 8000 })).status, 200);
    assert.equal((await ask(api, 'status', { timeoutMs: 8000 })).status, 200);
    for (const socket of sockets) socket.destroy();
    assert.equal((await ask(api, '/healthz', { timeoutMs: 8000 })).status, 200);
  });

  test('nor do connections that say nothing, nor many that leave at once', async () => {
    for (let round = 0; round < 3; round++) {
      const sockets = await Promise.all(Array.from({ length: crowd }, () => connect(api, '')));
      for (const socket of sockets) socket.resetAndDestroy();
      assert.equal((await ask(api, '/healthz', { timeoutMs: 8000 })).status, 200);
    }
  });

  test('who waits for an answer is not sent away for them', async () => {
    const waiting = ask(api, 'trigger', { method: 'POST', timeoutMs: 120_000 }); // nobody answers it
    const known = async () => (await new Results(bench.kafka, 'tillbridge.control').messages()).length > 0;
    await waitUntil(known, { what: 'the trigger in tillbridge.control' });
    const sockets = await Promise.all(Array.from({ length: crowd }, () => connect(api, 'GET /')));
    assert.equal((await waiting).status, 202);
    for (const socket of sockets) socket.destroy();
  });
});

describe('malformed requests', { concurrency: false }, () => {
  const count = long ? 10_000 : 500;

  test(`${count} of them get a right status or a closed connection`, async () => {
    const written = async () => (await new Results(bench.kafka, 'tillbridge.control').messages()).length;
    const before = await written();
    assert.deepEqual(await sendAll(api, malformed(seed, count, token)), []);
    assert.equal((await ask(api, '/healthz')).status, 200);
    assert.equal((await ask(api, '/readyz')).status, 200);
    assert.equal(await written(), before, 'none of them triggered anything');
  });

  const released = fs.existsSync(binary('tillbridge-stats', 'release'));
  const skip = !long ? 'only with --long' : released ? false : 'there is no release build';
  test('memory stays as it was after the first of them', { skip }, async (t) => {
    const service = await bench.aggregator({ preset: 'release' });
    assert.deepEqual(await sendAll(service, malformed(1, 2000, token)), []);
    const { rssKb: first } = service.usage();
    assert.deepEqual(await sendAll(service, malformed(2, 10_000, token)), []);
    const { rssKb } = service.usage();
    t.diagnostic(`${first} kB after 2,000, ${rssKb} kB after 12,000`);
    assert.ok(rssKb < first + 2048, `${first} kB grew to ${rssKb} kB`);
    await service.stop();
  });
});
