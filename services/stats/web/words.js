// Numbers, times and outcomes in words.

import { el } from './dom.js';

export const number = (value) => Number(value ?? 0).toLocaleString();

export const count = (value, one, many) => `${number(value)} ${Number(value) === 1 ? one : many}`;

export function inWords(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

function ago(iso) {
  const seconds = Math.round((Date.now() - Date.parse(iso)) / 1000);
  return seconds < 5 ? 'just now' : `${inWords(seconds)} ago`;
}

export const clock = (iso) => new Date(iso).toLocaleString();

/** A time as "5 min ago", which updateTimes keeps true. */
export const when = (iso) => (iso
  ? el('time', { datetime: iso, title: clock(iso) }, ago(iso))
  : '–');

export function updateTimes() {
  for (const node of document.querySelectorAll('time[datetime]')) {
    const text = ago(node.dateTime);
    if (node.textContent !== text) node.textContent = text;
  }
}

const kinds = { error: 'bad', conflict: 'warn', failed: 'bad' };
export const kindOf = (word) => kinds[word] ?? '';

export const plain = (word) => word.replaceAll('_', ' ');

/** What was decided, as "error: unknown sku". */
export function whatOf(item) {
  const words = plain([item.action, item.reason].filter(Boolean).join(': '));
  return el('span', { class: kindOf(item.action) }, (item.dry_run ? 'dry run: ' : '') + words);
}

export const orderName = (item) => item.name ?? item.order ?? item.message ?? item.id;
