// The completion script in a real bash.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { binary } from '../support/paths.mjs';
import { run } from '../support/proc.mjs';
import { makeRunDir, removeRunDir } from '../support/rundir.mjs';

/** What bash offers for the last of `words`, sorted. */
async function offered(...words) {
  const script = `source <("$0" completion bash) && complete -p tillctl >/dev/null && COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) &&
    _tillctl tillctl && printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { code, stdout, stderr } = await run(['bash', '--norc', '--noprofile', '-c', script, binary('tillctl'), 'tillctl', ...words]);
  assert.equal(code, 0, stderr);
  return stdout.split('\n').filter(Boolean).sort();
}

/** The left column of a part of --help. */
async function listed(title, ...words) {
  const { stdout } = await run([binary('tillctl'), ...words, '--help']);
  const [, list] = stdout.match(new RegExp(`\\n${title}:\\n(.*?)\\n\\n`, 's'));
  return [...list.matchAll(/^ {2}(\S+(?: \S+)?)(?: {2,}|$)/gm)].map(([, name]) => name);
}

test('commands, of two words one after the other', async () => {
  const commands = await listed('Commands');
  const first = new Set(commands.map((name) => name.split(' ')[0]));
  assert.deepEqual(await offered(''), [...first, '--help', '--version'].sort());
  assert.deepEqual(await offered('sta'), ['stats', 'status']);
  assert.deepEqual(await offered('topics', ''), ['--help', 'check', 'create']);
  assert.deepEqual(await offered('schema', 'un'), ['uninstall']);
  assert.deepEqual(await offered('nothing', ''), []);
});

test('options of each command, all of them', async () => {
  for (const command of await listed('Commands')) {
    const options = (await listed('Options', ...command.split(' '))).filter((name) => name.startsWith('--')).map((name) => name.split(' ')[0]);
    assert.deepEqual(await offered(...command.split(' '), '--'), options.sort(), command);
  }
});

test('values of an option, where they are words', async () => {
  assert.deepEqual(await offered('schema', 'install', '--print', ''), ['postgres', 'sqlite', 'sqlserver']);
  assert.deepEqual(await offered('schema', 'install', '--print', '=', 'sqls'), ['sqlserver']);
  assert.deepEqual(await offered('schema', 'install', '--print', '='), ['postgres', 'sqlite', 'sqlserver']);
  assert.deepEqual(await offered('config', '--enabled', 't'), ['true']);
  assert.deepEqual(await offered('poll', '--lookback', ''), []);
  assert.deepEqual(await offered('completion', 'b'), ['bash']);
});

test('shellcheck has nothing to say, and another shell is refused', async () => {
  const { stdout } = await run([binary('tillctl'), 'completion', 'bash']);
  const dir = makeRunDir('completion');
  const file = path.join(dir, 'tillctl.bash');
  fs.writeFileSync(file, stdout);
  const checked = await run(['shellcheck', '-s', 'bash', file]);
  assert.equal(checked.code, 0, checked.stdout);
  removeRunDir(dir);
  const { code, stderr } = await run([binary('tillctl'), 'completion', 'tcsh']);
  assert.equal(code, 2);
  assert.match(stderr, /expected bash/);
});
