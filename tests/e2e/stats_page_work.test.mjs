// Working with the dashboard: dead letters sent again and parked, settings changed, a poll after its dry run, the plot, and
// all of it by keyboard alone.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { waitUntil } from '../support/wait.mjs';
import { Results } from './results.mjs';
import { ask, counted, poll, result, token } from './stats_bench.mjs';
import { letter, skip, startPageRig } from './stats_page_rig.mjs';

const dlq = 'shopify.orders.dlq';
const hourMs = 3_600_000;
let rig;
let bench;
let api;
let view;
let page;
let orders;
let control;

const recently = (msAgo = 0) => new Date(Date.now() - msAgo).toISOString();
const button = (name, place = page) => place.getByRole('button', { name, exact: true });
const ofLetter = (action, order) => page.locator('#letters').getByRole('button', { name: `${action} the dead letter of order #${order}`, exact: true });
const ofOpen = (order) => page.getByRole('button', { name: `Seen to: take order #${order} off this list`, exact: true });
const dismissals = async () => (await control.messages()).map(({ key }) => key).filter((key) => key.startsWith('dismissal/'));
const letters = async (query = '') => (await ask(api, `/api/v1/dlq${query}`)).json.data;
const isOpen = () => page.locator('#confirm').evaluate((dialog) => dialog.open);
const dialogSays = (words) => view.appears('#confirm', words);
const focused = () => page.evaluate(() => {
  const { id, name, value, dataset, textContent } = document.activeElement;
  return id || dataset.key || name || value || textContent.trim();
});

before(async () => {
  if (skip) return;
  rig = await startPageRig({ env: { DLQ_REDRIVES_MAX: '2' } });
  ({ bench, api } = rig);
  orders = new Results(bench.kafka, 'shopify.orders');
  control = new Results(bench.kafka, 'tillbridge.control');
  await bench.polls([poll('p1', 'finished', 8, { complete: true, orders: 8, watermark: recently() })]);
  await bench.results([
    ...[1, 2, 3].map((n) => result(n, 'created', { decidedAt: recently() })), result(4, 'updated', { decidedAt: recently(2 * hourMs) }),
    result(5, 'skipped', { reason: 'unchanged', decidedAt: recently(2 * hourMs) }), result(6, 'conflict', { reason: 'tendered', decidedAt: recently() }),
    result(7, 'error', { reason: 'unknown_sku', decidedAt: recently() }), result(8, 'conflict', { reason: 'deleted_in_shop', decidedAt: recently(80 * hourMs) })]);
  await bench.send(dlq, [letter(7), letter(11), letter(12, { reason: 'missing_sku' }), letter(13, { reason: 'missing_sku' }),
    letter(14, { headers: { 'dlq.redrives': '2' } }), letter(15, { headers: { 'dlq.left_out': 'too large' } })]);
  await counted(api, { newly_synced: 3, conflicts: 2 });
  await waitUntil(async () => (await letters()).open === 6, { what: 'the letters' });
  view = await rig.open({ viewport: { width: 1200, height: 900 } });
  ({ page } = view);
  await view.appears('#letters-count', '6 open');
  await view.appears('#updated', 'live');
});
after(() => rig?.stop());

describe('dead letters', { skip, concurrency: false }, () => {
  test('are listed with why and what to do', async () => {
    const row = page.locator('#letters tr', { hasText: '#12' });
    assert.match(await row.innerText(), /#12.*missing sku.*SKU "TEE-12" is not in RMS.*set RMS_MISC_ITEM/s);
    assert.equal(await page.locator('#letters tr').count(), 6);
  });

  test('are sent again with the token, after a dry run, when it is wanted', async () => {
    await ofLetter('Send again', 11).click();
    await view.appears('#letters-result', 'Authorization');
    assert.equal(await focused(), 'token');
    await page.keyboard.type(token);
    await page.keyboard.press('Enter');
    assert.match(await focused(), /^redrive /, 'back where it was refused');
    await page.keyboard.press('Enter');
    await dialogSays('1 letter would be sent again');
    assert.equal(await focused(), 'confirm-no', 'the harmless answer is the near one');
    await page.keyboard.press('Escape');
    await view.appears('#letters-result', 'Nothing was done');
    assert.match(await focused(), /^redrive /);
    assert.deepEqual(await orders.messages(), []);
    await ofLetter('Send again', 11).click();
    await dialogSays('would be');
    await button('Send again', page.locator('#confirm')).click();
    await view.appears('#letters-result', '1 letter sent again');
    assert.deepEqual((await orders.messages()).map(({ key }) => key.split('/')[1]), ['11']);
    await view.appears('#letters-count', '5 open, 0 parked, 1 sent again');
  });

  test('say why not, and are forced only when told so', async () => {
    await ofLetter('Send again', 15).click();
    await view.appears('#letters-result', 'too large for a letter');
    assert.equal(await isOpen(), false);
    await ofLetter('Send again', 14).click();
    await dialogSays('after 2 redrives');
    await button('Force it …').click();
    await dialogSays('1 letter would be sent again');
    await button('Send again', page.locator('#confirm')).click();
    await view.appears('#letters-count', '4 open, 0 parked, 2 sent again');
  });

  test('are parked and taken back', async () => {
    await ofLetter('Park', 7).click();
    await dialogSays('1 letter would be parked');
    await button('Park', page.locator('#confirm')).click();
    await view.appears('#letters-count', '3 open, 1 parked');
    await page.locator('#letters-filter select').selectOption('parked');
    await ofLetter('Take back', 7).click();
    await dialogSays('would be taken back');
    await button('Take back', page.locator('#confirm')).click();
    await view.appears('#letters-none', 'None is parked.');
    await page.locator('#letters-filter select').selectOption('open');
    await view.appears('#letters', '#7');
  });

  test('all of a reason at once', async () => {
    await page.getByRole('textbox', { name: 'reason' }).fill('missing_sku');
    await button('Find').click();
    await waitUntil(async () => await page.locator('#letters tr').count() === 2, { what: 'two letters' });
    await button('Send all these again').click();
    await dialogSays('2 letters would be sent again');
    await button('Send again', page.locator('#confirm')).click();
    await view.appears('#letters-result', '2 letters sent again');
    await view.appears('#letters-none', 'None fits.');
    assert.deepEqual((await letters('?state=redriven')).letters.map(({ order }) => order).sort(), ['11', '12', '13', '14']);
    await page.getByRole('textbox', { name: 'reason' }).fill('');
    await button('Find').click();
    await view.appears('#letters', '#15');
  });
});

describe('the rest', { skip, concurrency: false }, () => {
  test('what needs a person is narrowed by its reason', async () => {
    await view.appears('#open-count', '3');
    await view.appears('#open', 'close it there by hand');
    await button('deleted in shop 1').click();
    assert.equal(await page.locator('#open tr').count(), 1);
    assert.equal(await button('deleted in shop 1').getAttribute('aria-pressed'), 'true');
    await button('all 3').click();
    assert.equal(await page.locator('#open tr').count(), 3);
  });

  test('what was seen to leaves the list when it is wanted', async () => {
    const seen = ofOpen(8);
    await seen.focus();
    await page.keyboard.press('Enter');
    await dialogSays('a later conflict puts the order here again');
    assert.equal(await focused(), 'confirm-no', 'the harmless answer is the near one');
    assert.deepEqual(await view.violations(), []);
    await page.keyboard.press('Escape');
    await view.appears('#open-result', 'Nothing was done');
    assert.match(await focused(), /^seen .*\/8$/);
    assert.deepEqual(await dismissals(), []);
    await seen.click();
    await dialogSays('deleted in shop');
    await button('Seen to', page.locator('#confirm')).click();
    await view.appears('#open-result', '#8 was taken off this list');
    await view.appears('#open-count', '2');
    assert.equal(await ofOpen(8).count(), 0);
    assert.deepEqual((await dismissals()).map((key) => key.split('/').at(-1)), ['8']);
    assert.deepEqual(await view.violations(), []);
    await ask(api, 'conflicts', { method: 'POST', json: { action: 'dismiss', orders: ['#6'] } }); // by somebody else
    await ofOpen(6).click();
    await view.appears('#open-result', 'not among what needs a person');
    assert.equal(await isOpen(), false);
    await waitUntil(async () => await ofOpen(6).count() === 0, { what: 'the page to follow', timeoutMs: 30_000 });
  });

  test('the plot is told in a sentence and in a table', async () => {
    await view.appears('#plot-text', /Last 24 hours: 4 done, 1 nothing to do, 1 in conflict, 1 refused\./);
    assert.equal(await page.locator('#plot svg[role=img]').getAttribute('aria-labelledby'), 'plot-text');
    const kinds = await page.locator('#plot .bar').evaluateAll((bars) => [...new Set(bars.map((bar) => bar.classList[1]))].sort());
    assert.deepEqual(kinds, ['conflict', 'done', 'error', 'same']);
    assert.equal(await page.locator('#plot-rows tr').count(), 24);
    await page.getByRole('radio', { name: 'last 30 days' }).check();
    await view.appears('#plot-text', /Last 30 days: 4 done, 1 nothing to do, 2 in conflict, 1 refused\./);
    await page.getByText('The same as a table').click();
    assert.equal(await page.locator('#plot-rows tr').count(), 30);
    const cells = await page.locator('#plot-rows td:nth-child(4)').allInnerTexts();
    assert.equal(cells.reduce((sum, text) => sum + Number(text), 0), 2);
  });

  test('a setting that is wrong is said beside its field; a right one is kept', async () => {
    const interval = page.getByLabel('Minutes between polls');
    assert.equal(await interval.inputValue(), String((await ask(api, 'status')).json.data.interval_minutes));
    await view.appears('#set-interval-range', '1 to 1440'); // as the interface describes itself
    for (const [wrong, words] of [['0', 'from 1 to 1440'], ['', 'whole number'], ['2.5', 'whole number']]) {
      await interval.fill(wrong);
      await button('Save').click();
      await view.appears('#set-interval-error', words);
      assert.deepEqual([await interval.getAttribute('aria-invalid'), await focused()], ['true', 'set-interval']);
    }
    await bench.results([result(21, 'created', { decidedAt: recently() })]);
    await view.appears('#events', '#21');
    assert.equal(await interval.inputValue(), '2.5', 'a refresh leaves what is being written');
    await button('Undo').click();
    assert.notEqual(await interval.inputValue(), '2.5');
    await interval.fill('7');
    await page.getByLabel('Timer polls').uncheck();
    await button('Save').click();
    await view.appears('#settings-result', 'Saved');
    assert.equal(await view.text('#set-interval-error'), '');
    const { interval_minutes: minutes, enabled } = (await ask(api, 'status')).json.data;
    assert.deepEqual([minutes, enabled], [7, false]);
    await view.appears('#status', 'switched off');
    await ask(api, 'config', { method: 'PUT', json: { enabled: true } }); // by somebody else
    await waitUntil(() => page.getByLabel('Timer polls').isChecked(), { what: 'the page to follow', timeoutMs: 30_000 });
  });

  test('a poll in earnest comes after its dry run, and what came of it is told', async () => {
    const triggers = async () => (await control.messages()).filter(({ key }) => key.startsWith('trigger/')).map(({ value }) => JSON.parse(value));
    const nth = (n) => waitUntil(async () => (await triggers())[n], { what: `trigger ${n}` });
    await button('Poll now').click();
    const first = await nth(0);
    assert.equal(first.dryRun, true);
    await bench.polls([poll('t1', 'finished', 9, { kind: 'trigger', triggerId: first.id, dryRun: true, orders: 0 })]);
    await dialogSays('Dry run complete');
    await button('Poll now', page.locator('#confirm')).click();
    const second = await nth(1);
    assert.ok(!second.dryRun);
    await bench.polls([poll('t2', 'finished', 10, { kind: 'trigger', triggerId: second.id, orders: 1 })]);
    await bench.results([result(31, 'created', { pollId: 't2', source: 'trigger', decidedAt: recently() })]);
    await view.appears('#trigger-result', /Polling complete: 1\/1 orders synced.* 1 created/);
    assert.equal((await triggers()).length, 2);
  });

  test('the keyboard alone reaches and works everything', async () => {
    const fresh = await rig.open({ viewport: { width: 1200, height: 900 } });
    await fresh.appears('#letters-count', 'open');
    await fresh.appears('#events', '#31');
    const wanted = await fresh.page.evaluate(() => {
      const all = [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')].filter((node) => node.checkVisibility());
      all.forEach((node, i) => { node.dataset.walk = i; });
      return all.filter((node) => node.type !== 'radio' || node.checked).map((node) => node.dataset.walk);
    });
    const met = new Set();
    for (let i = 0; i < wanted.length + 5; i++) {
      await fresh.page.keyboard.press('Tab');
      const [walk, outline] = await fresh.page.evaluate(() => [document.activeElement.dataset.walk, getComputedStyle(document.activeElement).outlineStyle]);
      if (walk === undefined) continue;
      assert.notEqual(outline, 'none', 'where the focus is can be seen');
      met.add(walk);
    }
    const missed = await fresh.page.evaluate((walks) => walks.map((walk) => document.querySelector(`[data-walk="${walk}"]`)?.outerHTML),
      wanted.filter((walk) => !met.has(walk)));
    assert.deepEqual(missed.filter(Boolean), []); // what a refresh drew anew meanwhile has no number any more
    assert.ok(met.size > 30, `${met.size} controls`);
    await fresh.page.getByRole('radio', { name: 'last 24 hours' }).focus();
    await fresh.page.keyboard.press('ArrowRight');
    await fresh.appears('#plot-text', 'Last 30 days');
    await fresh.page.getByLabel('Order name or Shopify id').focus();
    await fresh.page.keyboard.type('#7');
    await fresh.page.keyboard.press('Enter');
    await fresh.appears('#story', 'What to do: add the item or an alias in RMS');
    await fresh.close();
  });

  test('the browser had nothing to complain of', () => rig.assertNoFaults(/status of (401|503)|status of 400 .*config/)); // asked for above
});
