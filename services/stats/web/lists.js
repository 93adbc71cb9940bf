// The last polls and the last events.

import { draw, el, quiet, row } from './dom.js';
import { orderLink } from './order.js';
import { clock, kindOf, number, when, whatOf } from './words.js';

const pollsShown = 10;
const eventsShown = 25;
const pollColumns = ['Ended', 'Outcome', 'Orders', 'Pages', 'Took', 'Watermark'];
const eventColumns = ['When', 'Order', 'What', 'Detail'];

function outcome(poll) {
  const more = poll.state === 'finished' && !poll.complete ? ', goes on in the next' : '';
  return el('span', { class: kindOf(poll.state) }, `${poll.dry_run ? 'dry run ' : ''}${poll.state}${more}`);
}

const pollRow = (poll) => row(pollColumns,
  when(poll.at), [outcome(poll), quiet(poll.error)], number(poll.orders), number(poll.pages),
  `${poll.duration_seconds} s`, poll.watermark ? clock(poll.watermark) : '–');

export const showPolls = ({ polls }) => draw('polls', polls.slice(0, pollsShown), (list) => (
  list.length ? list.map(pollRow) : [row(['Polls'], 'none yet')]));

function eventRow(item) {
  if (item.type === 'poll') {
    return row(eventColumns, when(item.at), '–', el('span', { class: kindOf(item.state) }, `poll ${item.state}`),
      item.error ?? `${number(item.orders)} orders`);
  }
  return row(eventColumns, when(item.at), orderLink(item, `event ${item.seq}`), whatOf(item),
    el('span', { dir: 'auto' }, item.detail ?? item.reason_help ?? ''));
}

/** By time: the partitions are counted one after the other. */
export function showEvents({ events }) {
  const newest = events.sort((a, b) => b.at.localeCompare(a.at) || b.seq - a.seq).slice(0, eventsShown);
  draw('events', newest, (list) => (list.length ? list.map(eventRow) : [row(['Events'], 'none yet')]));
}
