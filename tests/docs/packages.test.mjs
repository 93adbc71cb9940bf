// The tables of Debian packages agree: what the image is built with, the install script installs too.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { inRoot } from '../support/paths.mjs';
import { runOk } from '../support/proc.mjs';

const read = (file) => fs.readFileSync(inRoot(file), 'utf8');

function installTable() {
  const rows = [...read('deploy/lib/install.sh').matchAll(/^ {4}"(\w+)\|([\w.+-]+)\|/gm)];
  return rows.map(([, purpose, name]) => ({ purpose, name }));
}

/** The packages of a stage of the Dockerfile: from "install" to the next "&&". */
function imagePackages(stage) {
  const text = read('deploy/Dockerfile').replaceAll('\\\n', ' ');
  const part = text.slice(text.indexOf(` AS ${stage}`));
  const [, words] = part.match(/--no-install-recommends([^&]*)&&/);
  return words.trim().split(/\s+/);
}

test('what the image is built with is installed for building', () => {
  const build = installTable().filter(({ purpose }) => purpose === 'build').map(({ name }) => name);
  assert.ok(build.length > 8);
  assert.deepEqual(imagePackages('build').filter((name) => !build.includes(name)), []);
});

test('no package is listed twice', () => {
  const names = installTable().map(({ name }) => name);
  assert.deepEqual(names.filter((name, i) => names.indexOf(name) !== i), []);
});

test('where the tests run nothing is missing, so every probe understands its tool', async () => {
  const { stdout } = await runOk(['bash', inRoot('deploy/lib/install.sh'), '--print', 'build', 'run', 'test']);
  assert.equal(stdout, '');
});
