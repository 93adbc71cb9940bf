// Is it healthy, is it behind; and how old the figures are when it does not answer.

import { byId, draw, el, setText } from './dom.js';
import { clock, count, inWords, when } from './words.js';

let lastGood = null; // when all figures were read

const stateWords = {
  waiting_for_interval: 'waiting for the next interval', ready_to_poll: 'due now', polling: 'polling now',
  waiting: 'waiting for the fetcher', disabled: 'switched off' };

function pill(text, kind) {
  setText(byId('health'), text);
  byId('health').className = `pill ${kind}`;
}

function trouble(text) {
  byId('trouble').hidden = !text;
  setText(byId('trouble'), text);
}

export function showHealth({ body }) {
  const isHealthy = body.status === 'healthy';
  pill(isHealthy ? 'healthy' : 'needs attention', isHealthy ? 'good' : 'bad');
  trouble(isHealthy ? '' : body.data?.detail ?? 'the service gives no reason');
}

/** All was read just now. */
export function showFresh(isLive) {
  lastGood = new Date();
  document.body.classList.remove('old');
  setText(byId('updated'), `as of ${lastGood.toLocaleTimeString()}, ${isLive ? 'live' : 'asked every 3 s'}`);
}

/** Not all could be read: what is shown stays, and is marked as old. */
export function showOld(why, isReachable) {
  pill(isReachable ? 'needs attention' : 'not reachable', 'bad');
  document.body.classList.toggle('old', lastGood !== null);
  const figures = lastGood ? `The figures below are those of ${lastGood.toLocaleTimeString()}.` : 'There are no figures yet.';
  trouble(`${why} – ${figures} The page goes on asking by itself.`);
  setText(byId('updated'), lastGood ? `old: as of ${lastGood.toLocaleTimeString()}` : '');
}

// ---- the facts ----

const fact = (name, ...value) => [el('dt', {}, name), el('dd', {}, ...value.flat())];

/** Whether orders wait: for a poll that is late, or on their way to RMS. */
function behind(status) {
  const waiting = status.statistics.in_flight;
  if (status.alarm) return el('span', { class: 'bad' }, `yes: ${status.alarm}`);
  if (status.status === 'waiting') return el('span', { class: 'warn' }, 'not known: no fetcher has spoken');
  if (status.status === 'disabled') return el('span', { class: 'warn' }, 'the timer is switched off: changes wait in the shop');
  if (waiting > 0) return `${count(waiting, 'order is', 'orders are')} on the way to RMS`;
  return 'no: every order that was read is accounted for';
}

function timer(status) {
  const next = status.enabled && status.status === 'waiting_for_interval'
    ? `, next in ${inWords(status.seconds_until_next_poll)}` : '';
  return (stateWords[status.status] ?? status.status) + next;
}

function ofShop(shop) {
  const failed = shop.last_poll_outcome === 'failed';
  return [
    shop.polling ? 'polling now; ' : '', 'last poll ', when(shop.last_poll_time),
    failed && el('span', { class: 'bad', dir: 'auto' }, ` failed: ${shop.last_poll_error ?? 'no reason given'}`),
    shop.watermark && `; everything up to ${clock(shop.watermark)} is read`];
}

/** What changes with every second is left out of the comparison that decides on drawing. */
export function showStatus(status) {
  draw('status', { ...status, seconds_until_next_poll: Math.ceil(status.seconds_until_next_poll / 5) }, () => [
    ...fact('Behind?', behind(status)),
    ...fact('Timer', timer(status)),
    ...fact('Settings', `every ${status.interval_minutes} min, overlap ${status.lookback_minutes} min, `
      + `${status.batch_size} orders a page, ${status.max_pages} pages at most`
      + (status.webhooks_enabled ? ', webhooks on' : '')),
    ...status.shops.flatMap((shop) => fact(el('bdi', {}, shop.shop), ofShop(shop)))]);
}
