// A reporter for node:test that says nothing of what passes, everything of what fails, and leaves the
// totals as "passed failed skipped" in the file that TILLBRIDGE_TOTALS names. tests/run adds them up.

import fs from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
const indent = (text) => text.split('\n').map((line) => `    ${line}`).join('\n');

function describe(error) {
  const real = error?.cause ?? error;
  return typeof real === 'string' ? real : inspect(real, { depth: 6 });
}

/** A suite fails because a test in it failed, which was told already, or on its own. */
const isEcho = ({ details }) => details.error?.failureType === 'subtestsFailed';

function failureText(data, trail) {
  const where = data.file ? `${path.relative(process.cwd(), data.file.replace(/^file:\/\//, ''))} > ` : '';
  const title = [...trail, data.name].join(' > ');
  return `  FAILED ${where}${title} (${seconds(data.details.duration_ms)})\n${indent(describe(data.details.error))}\n`;
}

/** Named, because a test that does not run proves nothing. */
function skippedText({ name, skip, todo }, trail) {
  const reason = [skip, todo].find((value) => typeof value === 'string' && value);
  return `  note: skipped: ${[...trail, name].join(' > ')}${reason ? ` (${reason})` : ''}\n`;
}

/** The runner ends with its own totals as diagnostics; anything else there is news. */
const isRoutine = (message) => /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /.test(message);

class Totals {
  passed = 0;
  failed = 0;
  skipped = 0;

  /** Returns text to print, or ''. */
  add(type, data, trail) {
    const isSuite = data.details.type === 'suite';
    if (data.skip !== undefined || data.todo !== undefined) {
      this.skipped++; // a skipped suite counts once: its tests are never heard of
      return skippedText(data, trail);
    }
    if (type === 'test:pass') {
      if (!isSuite) this.passed++;
      return '';
    }
    if (isSuite && isEcho(data)) return '';
    this.failed++;
    return isEcho(data) ? '' : failureText(data, trail);
  }

  save() {
    const file = process.env.TILLBRIDGE_TOTALS;
    if (file) fs.writeFileSync(file, `${this.passed} ${this.failed} ${this.skipped}\n`);
  }
}

export default async function* report(source) {
  const totals = new Totals();
  const trail = [];
  for await (const { type, data } of source) {
    if (type === 'test:start') {
      trail.length = data.nesting;
      trail[data.nesting] = data.name;
    } else if (type === 'test:pass' || type === 'test:fail') {
      yield totals.add(type, data, trail.slice(0, data.nesting));
    } else if (type === 'test:diagnostic' && !isRoutine(data.message)) {
      yield `  note: ${data.message}\n`;
    }
  }
  totals.save();
}
