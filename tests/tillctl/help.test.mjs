// tillctl's help: every command has one, and names settings that exist and that tillctl reads.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { binary, inRoot } from '../support/paths.mjs';
import { run } from '../support/proc.mjs';
import { tillctlWith } from './tillctl.mjs';

const tillctl = tillctlWith({});

async function commands() {
  const { code, stdout } = await tillctl('--help');
  assert.equal(code, 0);
  const [, list] = stdout.match(/\nCommands:\n(.*?)\n\n/s);
  return [...list.matchAll(/^ {2}(\w+(?: \w+)?) {2,}/gm)].map(([, name]) => name);
}

/** Names of settings.def that tillctl reads. */
function ownSettings() {
  const text = fs.readFileSync(inRoot('common/io/settings.def'), 'utf8');
  const rows = [...text.matchAll(/^SETTING\(\w+, \w+, "(\w+)".*?, ([FRST |]+), "/gm)];
  return rows.filter(([, , services]) => services.includes('T')).map(([, name]) => name);
}

test('every command explains itself and names only settings that tillctl reads', async () => {
  const known = ownSettings();
  const all = await commands();
  assert.ok(known.includes('KAFKA_BROKERS') && all.includes('topics create') && all.includes('poll'));
  for (const command of all) {
    const { code, stdout, stderr } = await tillctl(...command.split(' '), '--help');
    assert.equal(code, 0, stderr);
    assert.ok(stdout.startsWith(`Usage: tillctl ${command}`), command);
    assert.match(stdout, /^ {2}3 {2}Kafka, RMS or the API could not be reached/m);
    const [, settings] = stdout.match(/\nSettings it reads: (.*?)\n\n/s);
    const names = settings.match(/[A-Z]+(_[A-Z]+)+/g) ?? [];
    assert.ok(names.length || settings === 'none', command);
    for (const name of names) assert.ok(known.includes(name), `${command}: ${name} is no setting of tillctl`);
    for (const line of stdout.split('\n')) assert.ok(line.length < 80, `${command}: "${line}" is too wide`);
  }
});

/** The words of a line as bash takes them, without the redirection that may end it. */
const wordsOf = (line) => line.replace(/ >.*/, '').split(' ').map((word) => word.replace(/^'(.*)'$/, '$1'));

test('every line that help shows is one that tillctl takes', async () => {
  const texts = await Promise.all([[], ...(await commands()).map((command) => command.split(' '))].map((words) => tillctl(...words, '--help')));
  const lines = texts.flatMap(({ stdout }) => [...stdout.matchAll(/^ {2}tillctl (.*)\n {6}\S/gm)].map(([, line]) => line));
  assert.ok(lines.length > 20, lines.join('\n'));
  for (const line of lines) {
    const { code, stdout, stderr } = await tillctl(...wordsOf(line.replace(/ \| .*/, '')), '--help');
    assert.equal(code, 0, `${line}: ${stderr}`);
    assert.ok(stdout.startsWith('Usage: tillctl '), line);
  }
});

test('every command has an example, and JSON for programs unless it prints nothing else', async () => {
  for (const command of await commands()) {
    const { stdout } = await tillctl(...command.split(' '), '--help');
    assert.match(stdout, /\nExamples:\n {2}tillctl /, command);
    if (!['completion', 'dlq export'].includes(command)) assert.match(stdout, /^ {2}--json /m, command);
  }
});

test('explain plans by the same settings as the reconciler', () => {
  const text = fs.readFileSync(inRoot('common/io/settings.def'), 'utf8');
  const groups = text.split(/^GROUP\("/m).filter((group) => /^(Orders|RMS|RMS database)"/.test(group));
  assert.equal(groups.length, 3);
  const rows = [...groups.join('').matchAll(/^SETTING\(\w+, \w+, "(\w+)".*?, ([FRST |]+), "/gm)];
  assert.ok(rows.length > 20);
  const missing = rows.filter(([, , services]) => services.includes('R') && !services.includes('T'));
  assert.deepEqual(missing.map(([, name]) => name), []);
});

test('a full standard output is a failure', async () => {
  const { code, stderr } = await run(['bash', '-c', `exec ${binary('tillctl')} --help >/dev/full`]);
  assert.equal(code, 1);
  assert.match(stderr, /No space left on device/);
});

test('faults of the settings are one line each, and no secret is shown', async () => {
  const { code, stdout, stderr } = await tillctlWith({ KAFKA_PARTITIONS: '0', API_URL: 'ftp://x', RMS_ODBC: 'x'.repeat(5000) })('status');
  assert.equal(code, 2);
  assert.equal(stdout, '');
  const lines = stderr.trimEnd().split('\n');
  assert.equal(lines.length, 3, stderr);
  for (const name of ['KAFKA_PARTITIONS', 'API_URL', 'RMS_ODBC']) {
    assert.ok(lines.some((line) => line.startsWith(`tillctl: ${name}: `)), stderr);
  }
  assert.doesNotMatch(stderr, /xxxx/);
});
