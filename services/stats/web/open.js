// What needs a person: conflicts and refused orders that are still open, with the remedy.

import { button, byId, draw, el, forget, quiet, row, setText } from './dom.js';
import { orderLink } from './order.js';
import { count, number, plain, when, whatOf } from './words.js';

const columns = ['Order', 'What', 'Remedy', 'Since'];
const step = 25;

let last = { total: 0, conflicts: [] };
let reason = null; // only these
let shown = step;

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

const openRow = (item) => row(columns,
  orderLink(item, `open ${item.shop}/${orderKey(item)}`),
  [whatOf(item), quiet(item.detail ?? item.reason_help)],
  item.remedy ? el('span', {}, item.remedy) : '–', when(item.at));

const orderKey = (item) => item.order ?? item.message;

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
