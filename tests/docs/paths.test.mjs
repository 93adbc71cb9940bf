// Every file that the documentation links to or names is there.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { inRoot, root } from '../support/paths.mjs';

const skipped = new Set(['node_modules', 'build', '.git', '.cache']);

function markdownFiles(dir = root) {
  return fs.readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const file = path.join(dir, entry.name);
    if (entry.isDirectory()) return markdownFiles(file);
    return entry.name.endsWith('.md') ? [file] : [];
  });
}

const topLevel = new Set(fs.readdirSync(root));

/** Targets of links, relative to the file's own folder; addresses and anchors in the page are left out. */
function links(text) {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1].split('#')[0]);
  return targets.filter((target) => target && !/^[a-z]+:/.test(target));
}

/** Words between backticks that are paths of this tree: they begin with one of its folders. */
function namedPaths(text) {
  const words = [...text.matchAll(/`([\w./-]+\/[\w./-]*)`/g)].map((match) => match[1]);
  return words.filter((word) => topLevel.has(word.split('/')[0]) && !word.startsWith('build/'));
}

const files = markdownFiles();

test('there is documentation', () => {
  assert.ok(files.includes(inRoot('README.md')));
  assert.ok(files.some((file) => file.startsWith(inRoot('docs'))));
});

for (const file of files) {
  test(`${path.relative(root, file)} names only files that exist`, () => {
    const text = fs.readFileSync(file, 'utf8');
    const lost = [
      ...links(text).filter((target) => !fs.existsSync(path.resolve(path.dirname(file), target))),
      ...namedPaths(text).filter((target) => !fs.existsSync(inRoot(target)))];
    assert.deepEqual(lost, []);
  });
}
