// Free loopback ports that stay free until they are used, also with other runs on the machine.
//
// A port from listen(0) lies in the range from which the system numbers outgoing connections. Between
// its discovery and its use, or while a broker under test is down, a client that keeps reconnecting can
// be given that very port as its own and connect to itself. So ports come from below that range, and a
// process owns a block of them for as long as it holds the block's first port open.

import fs from 'node:fs';
import net from 'node:net';

const blockSize = 50;
const lowest = 10_000;

function highest() {
  const range = fs.readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
  const start = Number(range.trim().split(/\s+/)[0]);
  return start - lowest >= 20 * blockSize ? start : 32_768;
}

/** Resolves to a server that listens on the port, or null when the port is taken. */
function hold(port) {
  return new Promise((resolve) => {
    const server = net.createServer((socket) => socket.destroy());
    server.once('error', () => resolve(null));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server.unref()));
  });
}

async function isFree(port) {
  const server = await hold(port);
  if (!server) return false;
  await new Promise((resolve) => server.close(resolve));
  return true;
}

let block;

async function claimBlock() {
  const blocks = Math.floor((highest() - lowest) / blockSize);
  const first = Math.floor(Math.random() * blocks);
  for (let i = 0; i < blocks; i++) {
    const base = lowest + ((first + i) % blocks) * blockSize;
    const guard = await hold(base);
    if (guard) return { guard, next: base + 1, end: base + blockSize };
  }
  throw new Error(`no block of ${blockSize} ports is free on 127.0.0.1 from ${lowest} on`);
}

async function nextPort() {
  block ??= await claimBlock();
  while (block.next < block.end) {
    const port = block.next++;
    if (await isFree(port)) return port;
  }
  block = await claimBlock(); // the old guard stays open: its ports are in use
  return nextPort();
}

let queue = Promise.resolve();

/** Resolves to `count` ports. Calls are answered one after the other, so none is given twice. */
export function freePorts(count) {
  const result = queue.then(async () => {
    const ports = [];
    while (ports.length < count) ports.push(await nextPort());
    return ports;
  });
  queue = result.catch(() => {});
  return result;
}

export const freePort = async () => (await freePorts(1))[0];
