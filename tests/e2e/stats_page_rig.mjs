// The dashboard in Chromium over a real service, for its tests: what the browser complains about is collected, and what
// the tests wait for is said.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { waitUntil } from '../support/wait.mjs';
import { partitions, shop, startBench } from './stats_bench.mjs';

const program = '/usr/bin/chromium';
export const skip = existsSync(program) ? false : `${program} is missing. Remedy: deploy/lib/install.sh browser`;

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A page that is open; text, appears and axe take a selector or nothing. */
class Page {
  constructor(page, faults) {
    this.page = page;
    this.faults = faults;
  }

  at(selector) { return this.page.locator(selector); }

  text(selector) { return this.at(selector).innerText(); }

  appears(selector, words, timeoutMs = 30_000) {
    const has = (text) => (words instanceof RegExp ? words.test(text) : text.includes(words));
    return waitUntil(async () => has(await this.text(selector)),
      { timeoutMs, what: async () => `${selector} to show ${words}; it shows ${await this.text(selector)}` });
  }

  /** What axe finds wrong with the page as it is now, in short. */
  async violations() {
    if (!await this.page.evaluate(() => 'axe' in window)) await this.page.evaluate(axe); // not by a script tag: the policy forbids it
    const { violations } = await this.page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`);
  }

  /** How far the page is wider than the screen, in px. */
  overflow() {
    return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  }

  close() { return this.page.close(); }
}

class PageRig {
  constructor(parts) {
    Object.assign(this, parts);
    this.faults = [];
  }

  /** Opens the dashboard; url: another way to it. */
  async open({ url = this.api.url, ...options } = {}) {
    const page = await this.browser.newPage(options);
    page.on('pageerror', (error) => this.faults.push(error.message));
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && this.faults.push(`${message.text()} ${message.location().url ?? ''}`));
    await page.goto(url);
    return new Page(page, this.faults);
  }

  /** Fails when the browser complained about anything but `expected`: the content policy, a script, a file. */
  assertNoFaults(expected = /(?!)/) {
    assert.deepEqual(this.faults.filter((fault) => !expected.test(fault)), []);
  }

  async stop() {
    await this.browser.close();
    await this.bench.stop();
  }
}

export async function startPageRig({ env = {} } = {}) {
  const bench = await startBench();
  const [api, browser] = await Promise.all([
    bench.aggregator({ env: { TRIGGER_WAIT_S: '10', ...env } }),
    chromium.launch({ executablePath: program, args: ['--no-sandbox'] })]);
  return new PageRig({ bench, api, browser });
}

/** A dead letter as a reconciler leaves it. */
export function letter(order, { reason = 'unknown_sku', detail = `SKU "TEE-${order}" is not in RMS`, name = `#${order}`, minutesAgo = 1, headers = {} } = {}) {
  return {
    partition: order % partitions, key: `${shop}/${order}`, value: JSON.stringify({ v: 1, shop, id: String(order), name }), headers: {
      'dlq.topic': 'shopify.orders', 'dlq.partition': String(order % partitions), 'dlq.offset': String(1000 + order), 'dlq.reason': reason,
      'dlq.detail': detail, 'dlq.failed_at': new Date(Date.now() - minutesAgo * 60_000).toISOString(), 'dlq.worker': 'w1', ...headers } };
}
