// Secrets in docker-compose.yml: each may be a value or a file, and one that is not given is in nobody's way.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { binary, inRoot } from '../support/paths.mjs';
import { run } from '../support/proc.mjs';
import { makeRunDir, removeRunDir } from '../support/rundir.mjs';
import { compose, environment, programs, resolve } from './compose.mjs';

const table = fs.readFileSync(inRoot('common/io/settings.def'), 'utf8');
const secrets = [...table.matchAll(/^SETTING\(SECRET, \w+, "(\w+)"/gm)].map(([, name]) => name);
const plain = { SHOPIFY_SHOP: 'a.myshopify.com', RMS_DB_HOST: '127.0.0.1', RMS_DB_PORT: '1', RMS_DB_NAME: 'RMS', RMS_DB_USER: 'till', API_TOKEN: '' };
let dir;

before(() => { dir = makeRunDir('secrets'); });
after(() => removeRunDir(dir));

/** What --check-config says, the secrets where the service finds them: a path in the container is the file mounted there. */
async function check(service, given) {
  const mounted = (value) => value.replace(/^\/run\/secrets\/(\w+)$/, (all, name) => {
    assert.ok(compose.services[service].secrets.includes(name), `${service}: ${name} is not mounted`);
    return resolve(compose.secrets[name].file, given);
  });
  const env = Object.fromEntries(Object.entries(environment(service, given)).map(([name, value]) => [name, mounted(value)]));
  const { code, stderr } = await run([binary(programs[service]), '--check-config'], { env: { PATH: process.env.PATH, ...env } });
  return { code, faults: stderr.split('\n').filter((line) => /^[A-Z][A-Z0-9_]+: /.test(line) && !line.startsWith('RMS: ')) };
}

function write(name) {
  const file = path.join(dir, name);
  fs.writeFileSync(file, `${name}-hush\n`);
  return file;
}

test('every secret that a service can be given is one of a file, too', () => {
  assert.ok(secrets.length > 5, secrets);
  for (const [name, service] of Object.entries(compose.services)) {
    if (!service.image.startsWith('tillbridge:')) continue;
    const own = secrets.filter((secret) => secret in service.environment);
    assert.deepEqual([...service.secrets ?? []].sort(), own.map((secret) => secret.toLowerCase()).sort(), name);
    for (const secret of own) {
      assert.equal(service.environment[`${secret}_FILE`], `\${${secret}_FILE:+/run/secrets/${secret.toLowerCase()}}`, name);
    }
  }
  assert.deepEqual(Object.keys(compose.secrets).sort(), secrets.map((secret) => secret.toLowerCase()).sort());
});

test('one that is not given is an empty file of the checkout, which no service is pointed to', () => {
  for (const { file } of Object.values(compose.secrets)) {
    const there = fs.statSync(inRoot(resolve(file, {})));
    assert.ok(there.isFile() && there.size === 0, file);
  }
  for (const service of Object.keys(programs)) {
    const pointed = Object.entries(environment(service, plain)).filter(([name, value]) => name.endsWith('_FILE') && value);
    assert.deepEqual(pointed, [], service);
  }
});

test('the services take all their secrets from files, or from files and values', async () => {
  const files = { ...plain, SHOPIFY_ACCESS_TOKEN_FILE: write('token'), SHOPIFY_WEBHOOK_SECRET_FILE: write('webhook'),
    RMS_DB_PASSWORD_FILE: write('rms'), API_TOKEN_FILE: write('api') };
  const mixed = { ...files, SHOPIFY_WEBHOOK_SECRET_FILE: '', SHOPIFY_WEBHOOK_SECRET: 'hush' };
  for (const given of [files, mixed]) {
    for (const service of Object.keys(programs)) {
      const { code, faults } = await check(service, given);
      assert.deepEqual(faults, [], service);
      assert.ok(code === 0 || service === 'reconciler', service);
    }
  }
});

test('a secret by value and by file, or one that cannot be read, is one line', async () => {
  const file = write('token');
  const twice = await check('fetcher', { ...plain, SHOPIFY_ACCESS_TOKEN_FILE: file, SHOPIFY_ACCESS_TOKEN: 'hush' });
  assert.equal(twice.code, 2);
  assert.match(twice.faults.join('\n'), /^SHOPIFY_ACCESS_TOKEN: given twice, by SHOPIFY_ACCESS_TOKEN_FILE too.*$/);
  const absent = await check('fetcher', { ...plain, SHOPIFY_ACCESS_TOKEN_FILE: `${file}.absent` });
  assert.equal(absent.code, 2);
  assert.match(absent.faults.join('\n'), /^SHOPIFY_ACCESS_TOKEN_FILE: can't read .*token\.absent: No such file.*$/);
});
