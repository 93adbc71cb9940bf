// The dashboard in Chromium: what it shows and does, by mouse, by keyboard, on a phone, and without a backend.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { waitUntil } from '../support/wait.mjs';
import { Results } from './results.mjs';
import { at, counted, poll, result, token } from './stats_bench.mjs';
import { skip, startPageRig } from './stats_page_rig.mjs';

let rig;
let bench;
let api;
let page;
const appears = (selector, words) => rig.page.appears(selector, words);
const text = (selector) => rig.page.text(selector);

before(async () => {
  if (skip) return;
  rig = await startPageRig();
  ({ bench, api } = rig);
  rig.page = await rig.open({ viewport: { width: 1200, height: 900 } });
  ({ page } = rig.page);
});
after(() => rig?.stop());

describe('the page', { skip, concurrency: false }, () => {
  test('is whole before anything has happened', async () => {
    await appears('#health', 'needs attention');
    await appears('#trouble', 'no fetcher has spoken');
    await appears('#status', 'waiting for the fetcher');
    assert.ok(await page.locator('#open-none').isVisible());
  });

  test('shows numbers, polls and what needs a person, by itself', async () => {
    const recent = new Date().toISOString();
    await bench.polls([poll('p1', 'finished', 5, { orders: 4, complete: true, watermark: recent })]);
    await bench.results([
      result(1, 'created', { rmsOrder: '71' }), result(2, 'updated'), result(3, 'skipped', { reason: 'unchanged' }),
      result(4, 'error', { reason: 'unknown_sku', detail: 'SKU "<img src=x onerror=alert(1)>" is not in RMS' })]);
    await counted(api, { sync_errors: 1 });
    await appears('#health', 'healthy');
    await appears('#counters', '66.67 %');
    await appears('#open', 'add the item or an alias in RMS');
    assert.ok((await text('#open')).includes('<img src=x onerror=alert(1)>'), 'a text from outside stays text');
    assert.equal(await page.locator('#open img').count(), 0);
    await appears('#polls', 'finished');
    await appears('#events', 'created');
    const tile = (label) => page.locator('#counters > div', { has: page.locator(`dt:text-is("${label}")`) }).locator('dd').innerText();
    assert.equal(await tile('polled'), '5');
    assert.equal(await tile('in flight'), '1');
    assert.equal(await tile('already synced'), '1');
  });

  test("tells an order's story, found by its name and from a list", async () => {
    await page.getByLabel('Order name or Shopify id').fill('#1');
    await page.keyboard.press('Enter');
    await appears('#story', 'RMS order 71');
    await page.getByRole('button', { name: 'Show the story of order #4' }).first().click();
    await appears('#story', 'unknown sku');
    await page.getByLabel('Order name or Shopify id').fill('#nobody');
    await page.keyboard.press('Enter');
    await appears('#story', 'no decision on order #nobody');
  });

  test('asks for the token, then triggers a dry run and shows what came of it', async () => {
    await page.getByRole('button', { name: 'Dry run' }).click();
    await appears('#trigger-result', 'Authorization');
    await page.getByLabel('API token').fill(token);
    await page.getByLabel('look back').fill('30');
    await page.getByRole('button', { name: 'Dry run' }).click();
    const control = new Results(bench.kafka, 'tillbridge.control');
    const [trigger] = await waitUntil(async () => {
      const all = await control.read();
      return all.length && all;
    }, { what: 'the trigger' });
    assert.equal(trigger.dryRun, true);
    assert.equal(trigger.lookbackMinutes, 30);
    assert.ok(await page.getByRole('button', { name: 'Poll now' }).isDisabled());
    const more = { triggerId: trigger.id, kind: 'trigger', dryRun: true, orders: 1 };
    await bench.polls([poll('p2', 'finished', 5, more)]);
    await bench.results([result(5, 'created', { pollId: 'p2', dryRun: true, decidedAt: at(99) })]);
    await appears('#trigger-result', 'Dry run complete: 1/1 orders would be synced');
    assert.ok(await page.getByRole('button', { name: 'Poll now' }).isEnabled());
  });

  test('can be used by keyboard, and a refresh does not take the focus', async () => {
    const name = 'Show the story of order #4';
    await page.locator('#events').getByRole('button', { name }).focus();
    await bench.results([result(9, 'created', { decidedAt: at(200) })]);
    await appears('#events', '#9'); // the table was drawn anew
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), name);
    await page.keyboard.press('Enter');
    await appears('#story', '#4');
  });

  test('every control has a name and every table a heading', async () => {
    const nameless = await page.evaluate(() => [...document.querySelectorAll('button, input, select')]
      .filter((node) => node.checkVisibility() && !(node.innerText || node.getAttribute('aria-label') || node.labels?.length))
      .map((node) => node.outerHTML));
    assert.deepEqual(nameless, []);
    assert.equal(await page.locator('section:not([aria-labelledby])').count(), 0);
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
  });

  test('nothing was refused by the content policy, and no script failed', () => {
    rig.assertNoFaults(/status of 40[134]|status of 503/); // what the tests above asked for
  });

  test('says so when Redis is away, and when nothing answers', async () => {
    await bench.redis.kill9();
    await appears('#trouble', 'Redis');
    await appears('#health', 'needs attention');
    await bench.redis.start();
    await appears('#health', 'healthy');
    await api.kill9();
    await appears('#health', 'not reachable');
    await api.start();
    await appears('#health', 'healthy');
  });
});
