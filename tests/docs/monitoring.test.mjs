// The alert rules and the dashboard speak of metrics, labels and jobs that there are.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { parse } from 'yaml';
import { binary, inRoot } from '../support/paths.mjs';
import { runOk } from '../support/proc.mjs';
import { noPromtool, promtool } from '../support/promtool.mjs';
import { makeRunDir, removeRunDir } from '../support/rundir.mjs';

const folder = inRoot('deploy/prometheus');
const read = (...parts) => fs.readFileSync(inRoot('deploy', ...parts), 'utf8');
const rules = parse(read('prometheus/alerts.yml')).groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('grafana/tillbridge.json'));
const compose = parse(fs.readFileSync(inRoot('docker-compose.yml'), 'utf8'), { merge: true });
const targets = dashboard.panels.flatMap((panel) => panel.targets.map((target) => ({ ...target, title: panel.title })));
const queries = [
  ...rules.map(({ alert, expr }) => ({ where: alert, expr })),
  ...targets.map(({ title, expr }) => ({ where: title, expr }))];

/** name -> labels that its samples may have. */
async function table() {
  const { stdout } = await runOk([binary('tillbridge-docs'), 'metric-names']);
  const known = new Map([['up', []]]);
  for (const [name, kind, labels] of stdout.trimEnd().split('\n').map((line) => line.split('\t'))) {
    const own = labels ? labels.split(',') : [];
    if (kind === 'histogram') for (const end of ['_sum', '_count']) known.set(name + end, own);
    known.set(kind === 'histogram' ? `${name}_bucket` : name, kind === 'histogram' ? [...own, 'le'] : own);
  }
  return known;
}

const metricsOf = (expr) => [...expr.matchAll(/\b((?:tillbridge|process)_\w+|up)\b(?:\{([^}]*)\})?/g)]
  .map(([, name, selector = '']) => ({ name, labels: [...selector.matchAll(/(\w+)\s*[=!]~?\s*"/g)].map((m) => m[1]) }));
const groupedBy = (expr) => [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names]) => names.split(',').map((n) => n.trim()));

test('every metric and label they name is in the table', async () => {
  const known = await table();
  for (const { where, expr } of queries) {
    const metrics = metricsOf(expr);
    assert.ok(metrics.length > 0, `${where}: ${expr}`);
    const there = new Set(['job', 'instance']);
    for (const { name, labels } of metrics) {
      assert.ok(known.has(name), `${where}: there is no ${name}`);
      known.get(name).forEach((label) => there.add(label));
      for (const label of labels) assert.ok([...known.get(name), 'job', 'instance'].includes(label), `${where}: ${name} has no ${label}`);
    }
    for (const label of groupedBy(expr)) assert.ok(there.has(label), `${where}: by ${label}`);
  }
});

test('every metric of ours is used by a rule or on the dashboard, or is one of these', async () => {
  const used = new Set(queries.flatMap(({ expr }) => metricsOf(expr).map(({ name }) => name)));
  const unused = [...await table()].map(([name]) => name).filter((name) => !used.has(name) && !/_(sum|count)$/.test(name));
  assert.deepEqual(unused, ['tillbridge_build_info', 'process_max_fds',
    'tillbridge_last_good_poll_timestamp_seconds', 'tillbridge_page_orders_bucket', 'tillbridge_orders_published_total',
    'tillbridge_batch_orders_bucket', 'tillbridge_orders_polled_total', 'tillbridge_duplicate_results_total']);
});

test('each rule says what is wrong and what to do', () => {
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
  for (const { alert, labels, annotations } of rules) {
    assert.match(labels.severity, /^(page|ticket)$/, alert);
    assert.ok(annotations.summary && annotations.remedy, alert);
  }
});

test('each rule is tested: when it is heard, and when not', () => {
  const tests = parse(read('prometheus/alerts.test.yml')).tests;
  assert.deepEqual(tests.map(({ name }) => name), rules.map(({ alert }) => alert));
  for (const { name, alert_rule_test: quiet, promql_expr_test: heard } of tests) {
    assert.ok(quiet.length === 1 && quiet[0].alertname === name && quiet[0].exp_alerts.length === 0, name);
    assert.ok(heard.length === 1 && heard[0].exp_samples.length === 1 && heard[0].expr.includes(`"${name}"`), name);
  }
});

test('promtool: the rules, their tests, the scrape configuration', { skip: noPromtool }, () => {
  for (const args of [['check', 'rules', 'alerts.yml'], ['check', 'config', 'prometheus.yml'], ['test', 'rules', 'alerts.test.yml']]) {
    const { code, output } = promtool(args, { cwd: folder });
    assert.equal(code, 0, `${args.join(' ')}: ${output}`);
  }
});

test('promtool understands the dashboard\'s queries', { skip: noPromtool }, () => {
  const dir = makeRunDir('queries');
  const check = (expr) => {
    fs.writeFileSync(path.join(dir, 'q.yml'), JSON.stringify({ groups: [{ name: 'q', rules: [{ record: 'q', expr }] }] }));
    return promtool(['check', 'rules', path.join(dir, 'q.yml')]);
  };
  for (const { title, expr } of targets) assert.equal(check(expr).code, 0, `${title}: ${check(expr).output}`);
  assert.notEqual(check('sum by (').code, 0);
  removeRunDir(dir);
});

test('what is scraped is there, under the names that the rules ask for', () => {
  const { scrape_configs: jobs } = parse(read('prometheus/prometheus.yml'));
  const scraped = jobs.flatMap(({ static_configs: fixed = [], dns_sd_configs: found = [] }) => [
    ...fixed.flatMap((entry) => entry.targets),
    ...found.flatMap(({ names, port }) => names.map((name) => `${name}:${port}`))]);
  const listening = ['fetcher', 'reconciler', 'stats'].map((name) => {
    const { HEALTH_LISTEN: health, API_LISTEN: api } = compose.services[name].environment;
    return `${name}:${(health ?? api).split(':').at(-1)}`;
  });
  assert.deepEqual(scraped.sort(), listening.sort());
  // Of a fixed name that several containers have, each scrape would reach another one.
  const alone = jobs.filter(({ static_configs: fixed }) => fixed).map(({ job_name: name }) => name);
  assert.deepEqual(alone, ['tillbridge-stats']);
  assert.deepEqual(jobs.map(({ job_name: name }) => name), ['tillbridge-fetcher', 'tillbridge-reconciler', 'tillbridge-stats']);
  for (const { where, expr } of queries) {
    for (const [, job] of expr.matchAll(/job="([^"]*)"/g)) assert.ok(jobs.some(({ job_name: name }) => name === job), `${where}: ${job}`);
  }
});

test('the panels do not cover each other, and ask the data source that is set up', () => {
  const { datasources: [source] } = parse(read('grafana/provisioning/datasources/prometheus.yml'));
  const taken = new Set();
  for (const { id, title, gridPos: { x, y, w, h }, datasource } of dashboard.panels) {
    assert.equal(datasource.uid, source.uid, title);
    assert.ok(x + w <= 24, title);
    for (let cell = 0; cell < w * h; cell++) {
      const at = `${x + (cell % w)},${y + Math.floor(cell / w)}`;
      assert.ok(!taken.has(at), `${title} (${id}) at ${at}`);
      taken.add(at);
    }
  }
  assert.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length);
});
