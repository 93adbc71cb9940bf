// Reads Prometheus' text format strictly: what breaks a rule of it throws, with the line. Used beside promtool,
// which is not everywhere.

import assert from 'node:assert/strict';

const label = /^([a-z_][a-z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/;
const suffixes = { histogram: ['_bucket', '_sum', '_count'] };

function labelsOf(text = '') {
  const labels = {};
  for (let rest = text; rest;) {
    const found = label.exec(rest);
    assert.ok(found, `labels: ${text}`);
    assert.ok(!(found[1] in labels), `label twice: ${text}`);
    labels[found[1]] = found[2].replace(/\\(.)/g, (all, c) => (c === 'n' ? '\n' : c));
    rest = rest.slice(found[0].length);
  }
  return labels;
}

function sampleOf(line) {
  const found = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (-?[0-9]+(?:\.[0-9]+)?)$/.exec(line);
  assert.ok(found, `no sample: ${line}`);
  return { name: found[1], labels: labelsOf(found[2]), value: Number(found[3]) };
}

const key = ({ name, labels }) => `${name}${JSON.stringify(Object.entries(labels).sort())}`;

function checkHistogram({ name, samples }) {
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
  const [count] = samples.filter((sample) => sample.name === `${name}_count`);
  const bounds = buckets.map(({ labels }) => (labels.le === '+Inf' ? Infinity : Number(labels.le)));
  assert.deepEqual(bounds, [...bounds].sort((a, b) => a - b), name);
  assert.equal(bounds.at(-1), Infinity, name);
  buckets.reduce((least, { value }) => { assert.ok(value >= least, name); return value; }, 0);
  assert.equal(buckets.at(-1).value, count.value, name);
  assert.ok(samples.some((sample) => sample.name === `${name}_sum`), name);
}

function checkFamily(family) {
  const { name, type, help, samples } = family;
  assert.ok(type && help, `${name}: no TYPE or HELP`);
  assert.equal(type === 'counter', name.endsWith('_total'), name);
  assert.equal(new Set(samples.map(key)).size, samples.length, `${name}: a sample twice`);
  for (const sample of samples) {
    assert.ok((suffixes[type] ?? ['']).some((suffix) => sample.name === name + suffix), `${sample.name} in ${name}`);
    if (type === 'counter') assert.ok(sample.value >= 0, name);
  }
  if (type === 'histogram') checkHistogram(family);
}

/** name -> {name, type, help, samples: [{name, labels, value}]}, of a whole answer of /metrics. */
export function parseExposition(text) {
  const families = new Map();
  let current;
  assert.ok(text.endsWith('\n'), 'the last line has its end');
  for (const line of text.slice(0, -1).split('\n')) {
    const [, word, name, rest] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (word === 'HELP') {
      assert.ok(!families.has(name), `${name} is there twice`);
      families.set(name, current = { name, help: rest, samples: [] });
    } else if (word === 'TYPE') {
      assert.equal(name, current?.name, line);
      current.type = rest;
    } else {
      current.samples.push(sampleOf(line));
    }
  }
  families.forEach(checkFamily);
  return families;
}

/** The sum of a metric's samples whose labels are among others these; histograms by "_count" and "_sum". */
export function sumOf(families, name, labels = {}) {
  const family = families.get(name) ?? families.get(name.replace(/_(count|sum)$/, ''));
  const matches = (sample) => sample.name === name && Object.entries(labels).every(([k, v]) => sample.labels[k] === v);
  return (family?.samples ?? []).filter(matches).reduce((sum, { value }) => sum + value, 0);
}
