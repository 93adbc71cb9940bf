// deploy/Dockerfile is built elsewhere: here it is held to what the build's context holds and to who runs what is built.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { inRoot } from '../support/paths.mjs';

const lines = fs.readFileSync(inRoot('deploy/Dockerfile'), 'utf8').replaceAll('\\\n', ' ').split('\n')
  .filter((line) => line && !line.startsWith('#'));
const ignore = fs.readFileSync(inRoot('.dockerignore'), 'utf8').trim().split('\n');

/** { name: its instructions } of every stage. */
function stages() {
  const found = {};
  let stage;
  for (const line of lines) {
    const [, name] = /^FROM \S+ AS (\w+)$/.exec(line) ?? [];
    if (name) stage = found[name] = [];
    stage.push(line);
  }
  return found;
}

const copied = lines.filter((line) => /^COPY (?!--from)/.test(line)).flatMap((line) => line.split(/\s+/).slice(1, -1));

test('everything that is copied is there, and in the context', () => {
  assert.equal(ignore[0], '*');
  assert.ok(copied.length > 5, copied);
  for (const source of copied) {
    assert.ok(fs.existsSync(inRoot(source)), source);
    assert.ok(ignore.some((line) => line === `!${source}`), `.dockerignore keeps ${source} out`);
  }
});

test('the build reads nothing that is not copied', () => {
  const cmake = fs.readFileSync(inRoot('CMakeLists.txt'), 'utf8').split(/^if\(TB_TESTS/m)[0];
  for (const [, folder] of cmake.matchAll(/add_subdirectory\((\w+)/g)) assert.ok(copied.includes(folder), folder);
  for (const name of fs.readdirSync(inRoot('tests/shopify')).filter((file) => file.endsWith('.mjs') && !file.endsWith('.test.mjs'))) {
    if (name === 'test_support.mjs') continue;
    const text = fs.readFileSync(inRoot('tests/shopify', name), 'utf8');
    assert.doesNotMatch(text, /from '\.\.\//, `tests/shopify/${name} imports what the image lacks`);
  }
});

test('nothing runs as root, and the shop may be read by whom it runs as', () => {
  const { tillbridge, shop } = stages();
  const user = (stage) => stage.findLast((line) => line.startsWith('USER '))?.slice(5);
  const [, uid] = /useradd --uid (\d+)/.exec(tillbridge.join('\n'));
  assert.equal(user(tillbridge), `${uid}:${uid}`);
  assert.equal(user(shop), 'node');
  // What was fetched lies in a folder of root's own, and copies have the rights that they had in the checkout.
  const last = shop.findLast((line) => line.startsWith('RUN '));
  assert.match(last, /fetch_schema\.mjs.* && chmod -R a\+rX \.$/);
  assert.ok(shop.indexOf(last) < shop.findIndex((line) => line.startsWith('USER ')));
});

test('what a health check calls is installed', () => {
  const { tillbridge } = stages();
  const compose = fs.readFileSync(inRoot('docker-compose.yml'), 'utf8');
  assert.match(compose, /test: \["CMD", "curl"/);
  assert.match(tillbridge.join('\n'), /install[^&]*\bcurl\b/);
});

test('the programs copied are those that are built', () => {
  const [line] = stages().tillbridge.filter((text) => text.startsWith('COPY --from=build'));
  const names = line.split(/\s+/).slice(2, -1).map((file) => path.basename(file));
  assert.equal(names.length, 4);
  for (const name of names) {
    const folder = name.replace('tillbridge-', '');
    assert.match(fs.readFileSync(inRoot('services', folder, 'CMakeLists.txt'), 'utf8'), new RegExp(`add_executable\\(${name}\\b`));
  }
});
