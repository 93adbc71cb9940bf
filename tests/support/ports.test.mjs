import assert from 'node:assert/strict';
import net from 'node:net';
import test from 'node:test';
import { freePort, freePorts } from './ports.mjs';
import { inRoot } from './paths.mjs';
import { runOk } from './proc.mjs';

const listen = (port) => new Promise((resolve, reject) => {
  const server = net.createServer().once('error', reject);
  server.listen(port, '127.0.0.1', () => resolve(server));
});

test('ports differ, can be listened on, and lie below the range of outgoing connections', async () => {
  const ports = await freePorts(60); // more than one block
  assert.equal(new Set(ports).size, 60);
  for (const port of ports) {
    assert.ok(port >= 10_000 && port < 32_768, String(port));
    (await listen(port)).close();
  }
});

test('calls at the same time get different ports', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()));
  assert.equal(new Set(ports).size, 20);
});

test('a port that somebody listens on is passed over', async () => {
  const [port] = await freePorts(1);
  const server = await listen(port + 1);
  assert.notEqual(await freePort(), port + 1);
  server.close();
});

test('processes side by side get none twice', async () => {
  const code = `import { freePorts } from ${JSON.stringify(inRoot('tests/support/ports.mjs'))};
    console.log(JSON.stringify(await freePorts(30)));
    setTimeout(() => process.exit(), 1500);`;
  const command = [process.execPath, '--input-type=module', '-e', code];
  const runs = await Promise.all([1, 2, 3, 4].map(() => runOk(command)));
  const ports = runs.flatMap(({ stdout }) => JSON.parse(stdout));
  assert.equal(new Set(ports).size, 120);
});
