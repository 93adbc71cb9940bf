// One order: found by its name or id, and all that was decided on it.

import { data, saying } from './ask.js';
import { button, byId, el, fill, quiet } from './dom.js';
import { orderName, when, whatOf } from './words.js';

/** What was changed in RMS, a row for each column. */
function changes({ diff, columns, lines_added: added, lines_changed: changed, lines_deleted: deleted }) {
  if (diff) {
    return el('details', {}, el('summary', {}, `${diff.length} changes in RMS`), el('ul', {}, diff.map((item) => (
      el('li', { dir: 'auto' }, `${item.table}${item.row ? ` ${item.row}` : ''} ${item.op}: ${item.column} `
        + `${item.before ?? '–'} → ${item.after ?? '–'}`)))));
  }
  const texts = [columns && `columns ${columns.join(', ')}`,
    added !== undefined && `lines: ${added} added, ${changed} changed, ${deleted} deleted`];
  return quiet(texts.filter(Boolean).join('; '));
}

function decision(item) {
  const times = item.times > 1 ? ` (${item.times} times, last ` : ' (';
  return el('li', {}, whatOf(item), times, when(item.at), `), by ${item.source}`,
    quiet(item.detail ?? item.reason_help ?? item.action_help), changes(item),
    item.remedy && el('span', { class: 'remedy' }, `What to do: ${item.remedy}`));
}

const story = (order) => el('article', {},
  el('h3', {}, el('bdi', {}, order.name ?? order.order), ` – ${order.shop}`),
  quiet(`Shopify id ${order.order}${order.rms_order ? `, RMS order ${order.rms_order}` : ''}`),
  el('ol', { class: 'story' }, order.decisions.map(decision)));

export async function showStory(name) {
  fill('story', [el('p', { class: 'quiet' }, 'looking …')]);
  try {
    const { orders } = await data(`/api/v1/orders/${encodeURIComponent(name)}`);
    fill('story', orders.map(story));
  } catch (error) {
    fill('story', [el('p', { class: 'bad', dir: 'auto' }, saying(error))]);
  }
  byId('search-title').focus({ preventScroll: true });
  byId('search').scrollIntoView({ block: 'nearest' });
  byId('story').scrollIntoView({ block: 'nearest' });
}

/** The order as a button that shows its story. */
export function orderLink(item, key) {
  const name = el('bdi', {}, orderName(item));
  if (!item.order) return name;
  return button(name, () => showStory(item.order), {
    class: 'link', 'data-key': `story ${key}`, 'aria-label': `Show the story of order ${orderName(item)}` });
}

byId('search').addEventListener('submit', (event) => {
  event.preventDefault();
  showStory(new FormData(event.target).get('order').trim());
});
