// What needs a person: conflicts and refused orders that are still open, with the remedy; and saying that
// one was seen to. What that would do is asked first, by a dry run, and told before it is done.

import { data, polling, saying } from './ask.js';
import { whileBusy } from './busy.js';
import { confirm } from './dialog.js';
import { button, byId, draw, el, forget, quiet, row, setText } from './dom.js';
import { orderLink } from './order.js';
import { count, number, orderName, plain, when, whatOf } from './words.js';

const columns = ['Order', 'What', 'Remedy', 'Since', 'Do'];
const step = 25;

let last = { total: 0, conflicts: [] };
let reason = null; // only these
let shown = step;
let changed = () => {};

export const onOpenChange = (then) => { changed = then; };

function choose(next) {
  reason = next;
  shown = step;
  show();
}

function byReason(conflicts) {
  const counts = new Map();
  for (const item of conflicts) counts.set(item.reason, (counts.get(item.reason) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

const chip = (label, value) => button(label, () => choose(value), {
  'data-key': `reason ${value}`, 'aria-pressed': String(reason === value) });

function showChips(counts) {
  draw('open-reasons', [reason, counts], () => (counts.length < 2 ? [] : [
    chip(`all ${number(last.conflicts.length)}`, null),
    ...counts.map(([word, many]) => chip(`${plain(word ?? 'no reason')} ${number(many)}`, word))]));
}

function moreText(listed) {
  const newest = last.total > last.conflicts.length
    ? `The newest ${number(last.conflicts.length)} of ${number(last.total)} are listed; mend these and the others follow. ` : '';
  return newest + (listed.length > shown ? `${number(shown)} of ${count(listed.length, 'order', 'orders')} shown.` : '');
}

const placeOf = (item) => (item.shop && item.order ? `${item.shop}/${item.order}` : item.message);

const openRow = (item) => row(columns,
  orderLink(item, `open ${placeOf(item)}`),
  [whatOf(item), quiet(item.detail ?? item.reason_help)],
  item.remedy ? el('span', {}, item.remedy) : '–', when(item.at),
  button('Seen to', (event) => start(event, item), {
    'data-key': `seen ${placeOf(item)}`, 'aria-label': `Seen to: take order ${orderName(item)} off this list` }));

// ---- seen to ----

function tell(text, isBad) {
  byId('open-result').className = isBad ? 'bad' : '';
  setText(byId('open-result'), text);
}

const dismiss = (item, more) => data(`${polling}/conflicts`, {
  method: 'POST', json: { action: 'dismiss', orders: [placeOf(item)], ...more }, patient: true });

const help = 'Say so when you have done what the remedy asks, as closing the order in RMS by hand, and nothing else will tell. '
  + 'Neither RMS nor the shop is touched; a later conflict puts the order here again.';

async function act(item) {
  const dry = await dismiss(item, { dry_run: true });
  const name = orderName(item);
  if (dry.done.length === 0) return tell(dry.refused[0].why, true);
  if (!await confirm(`Seen to: ${name}`, [el('p', {}, whatOf(item)), el('p', {}, help)], 'Seen to')) return tell('Nothing was done.');
  const real = await dismiss(item);
  return real.done.length ? tell(`${name} was taken off this list.`) : tell(real.refused[0].why, true);
}

async function start(event, item) {
  await whileBusy([event.currentTarget], async () => {
    try {
      await act(item);
    } catch (error) {
      tell(saying(error), true);
    }
  });
  changed();
}

function show() {
  const counts = byReason(last.conflicts);
  if (reason !== null && !counts.some(([word]) => word === reason)) reason = null;
  const listed = last.conflicts.filter((item) => reason === null || item.reason === reason);
  const isNone = last.conflicts.length === 0;
  byId('open-none').hidden = !isNone;
  byId('open').closest('.wide').hidden = isNone;
  setText(byId('open-count'), last.total ? number(last.total) : '');
  showChips(counts);
  draw('open', listed.slice(0, shown), (list) => list.map(openRow));
  setText(byId('open-more'), moreText(listed));
  byId('open-next').hidden = listed.length <= shown;
}

byId('open-next').addEventListener('click', () => {
  shown += step;
  forget('open');
  show();
});

export function showOpen(read) {
  last = read;
  show();
}
