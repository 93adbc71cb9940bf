// The manual pages are well-formed, whole, and installed with the programs.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { spawnSync } from 'node:child_process';
import { binary, inRoot, preset } from '../support/paths.mjs';
import { runOk } from '../support/proc.mjs';
import { makeRunDir, removeRunDir } from '../support/rundir.mjs';

const pages = fs.readdirSync(inRoot('docs/man')).map((name) => inRoot('docs/man', name));
const groff = spawnSync('groff', ['--version']).status === 0;
const noGroff = groff ? false : 'groff is not here';
const shown = (page) => spawnSync('groff', ['-man', '-ww', '-Tascii', '-P-cbou', page], { encoding: 'utf8' });

test('there is one for each program', () => {
  assert.deepEqual(pages.map((page) => path.basename(page)).sort(),
    ['tillbridge-fetcher.8', 'tillbridge-reconciler.8', 'tillbridge-stats.8', 'tillctl.1']);
});

test('groff has nothing to warn of', { skip: noGroff }, () => {
  for (const page of pages) {
    const { status, stderr } = shown(page);
    assert.equal(`${status}${stderr}`, '0', page);
  }
});

test('they name every setting, command and option', { skip: noGroff }, async () => {
  for (const page of pages) {
    const text = shown(page).stdout;
    const program = path.basename(page).replace(/\.\d$/, '');
    if (program === 'tillctl') continue;
    const { stdout } = await runOk([binary(program), '--help']);
    const settings = [...stdout.matchAll(/^ {2}([A-Z][A-Z0-9_]{3,})/gm)].map(([, name]) => name);
    assert.ok(settings.length > 5);
    for (const name of settings) assert.match(text, new RegExp(`^ +${name}$`, 'm'), `${page}: ${name}`);
  }
  const text = shown(inRoot('docs/man/tillctl.1')).stdout;
  const { stdout } = await runOk([binary('tillctl'), '--help']);
  for (const [, command] of stdout.match(/\nCommands:\n(.*?)\n\n/s)[1].matchAll(/^ {2}(\w+(?: \w+)?) {2,}/gm)) {
    assert.match(text, new RegExp(`^ +tillctl ${command}( \\w+(?:[.]{3})?)?( \\[OPTIONS\\])?$`, 'm'), command);
    const help = (await runOk([binary('tillctl'), ...command.split(' '), '--help'])).stdout;
    for (const [, option] of help.matchAll(/^ {2}(--[\w-]+)/gm)) assert.ok(option === '--help' || text.includes(option), `${command} ${option}`);
  }
});

test('cmake installs programs, pages and completion', async () => {
  const dir = makeRunDir('install');
  await runOk(['cmake', '--install', inRoot('build', preset), '--prefix', dir]);
  for (const file of ['bin/tillbridge-fetcher', 'bin/tillbridge-reconciler', 'bin/tillbridge-stats', 'bin/tillctl',
    'share/man/man1/tillctl.1', 'share/man/man8/tillbridge-stats.8', 'share/bash-completion/completions/tillctl']) {
    assert.ok(fs.statSync(path.join(dir, file)).size > 500, file);
  }
  removeRunDir(dir);
});
