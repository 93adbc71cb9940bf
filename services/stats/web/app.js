// The dashboard: asks the interface every few seconds and shows what it says. Text from the
// outside (order names, details) is only ever set as text, never as markup.

const base = '/api/v1/orders/polling';
const everyMs = 3000;
const byId = (id) => document.getElementById(id);

/** An element with attributes, and children that are nodes or text. */
function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const fill = (id, nodes) => byId(id).replaceChildren(...nodes);

// ---- times and numbers ----

const number = (value) => Number(value).toLocaleString();

function ago(iso) {
  const seconds = Math.round((Date.now() - Date.parse(iso)) / 1000);
  if (seconds < 5) return 'just now';
  if (seconds < 90) return `${seconds} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86400)} days ago`;
}

const when = (iso) => (iso
  ? el('time', { datetime: iso, title: new Date(iso).toLocaleString() }, ago(iso))
  : '–');

function inWords(seconds) {
  if (seconds < 90) return `${seconds} s`;
  return `${Math.round(seconds / 60)} min`;
}

// ---- asking ----

/** Resolves to {status, body}; body is the parsed answer. Rejects when nothing answers. */
async function ask(path, options = {}) {
  const token = byId('token').value;
  const headers = { ...options.headers, ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(path.startsWith('/') ? path : `${base}/${path}`, { ...options, headers });
  const body = await answer.json().catch(() => ({}));
  return { status: answer.status, body };
}

async function data(path) {
  const { status, body } = await ask(path);
  if (status !== 200) throw new Error(body.detail || `${path}: status ${status}`);
  return body.data;
}

// ---- showing ----

const stateWords = {
  waiting_for_interval: 'waiting for the next interval', ready_to_poll: 'due now', polling: 'polling now',
  waiting: 'waiting for the fetcher', disabled: 'switched off' };

function fact(name, ...value) {
  return [el('dt', {}, name), el('dd', {}, ...value)];
}

function showStatus(status) {
  const next = status.enabled && status.status === 'waiting_for_interval'
    ? `, next in ${inWords(status.seconds_until_next_poll)}` : '';
  const shops = status.shops.flatMap((shop) => fact(shop.shop,
    shop.polling ? 'polling now; ' : '', 'last poll ', when(shop.last_poll_time),
    shop.last_poll_outcome === 'failed' ? el('span', { class: 'bad' }, ` failed: ${shop.last_poll_error ?? ''}`) : '',
    shop.watermark ? `; everything up to ${new Date(shop.watermark).toLocaleString()} is read` : ''));
  fill('status', [
    ...fact('Timer', (stateWords[status.status] ?? status.status) + next),
    ...fact('Settings', `every ${status.interval_minutes} min, overlap ${status.lookback_minutes} min, `
      + `${status.batch_size} orders a page, ${status.max_pages} pages at most`
      + (status.webhooks_enabled ? ', webhooks on' : '')),
    ...shops]);
}

const tiles = [
  ['total_polled', 'polled'], ['already_synced', 'already synced'], ['newly_synced', 'created'],
  ['updated', 'updated'], ['cancelled', 'cancelled'], ['skipped', 'skipped'], ['conflicts', 'conflicts', 'warn'],
  ['sync_errors', 'errors', 'bad'], ['in_flight', 'in flight']];

function tile(label, value, kind) {
  return el('div', {}, el('dt', {}, label), el('dd', kind ? { class: kind } : {}, value));
}

function showCounters(stats) {
  const counts = tiles.map(([name, label, kind]) => tile(label, number(stats[name]), stats[name] > 0 && kind));
  fill('counters', [...counts, tile('success rate', `${stats.success_rate} %`)]);
  byId('since').replaceChildren(...(stats.counting_since ? ['since the reset ', when(stats.counting_since)] : []));
  const { closed, history_cut: cut } = stats.completeness;
  byId('equation').className = closed ? 'quiet' : 'bad';
  byId('equation').textContent = closed
    ? 'Every polled order is accounted for: polled = the sum of the outcomes and those in flight.'
    : cut ? 'Older results had expired in Kafka when these numbers were rebuilt; orders in flight are not known yet.'
      : `${number(stats.completeness.unannounced_results)} results belong to no poll that is known of.`;
}

const orderName = (item) => item.name ?? item.order ?? item.message;

/** The order as a button that shows its story. */
function orderLink(item) {
  if (!item.order) return orderName(item);
  const button = el('button', { type: 'button', class: 'link', 'aria-label': `Show the story of order ${orderName(item)}` }, orderName(item));
  button.addEventListener('click', () => showStory(item.order));
  return button;
}

const kinds = { error: 'bad', conflict: 'warn', failed: 'bad' };

function whatOf(item) {
  const words = [item.action, item.reason].filter(Boolean).join(': ').replaceAll('_', ' ');
  return el('span', { class: kinds[item.action] ?? '' }, (item.dry_run ? 'dry run: ' : '') + words);
}

const quiet = (text) => (text ? el('span', { class: 'quiet' }, text) : null);
const row = (...cells) => el('tr', {}, ...cells.map((cell) => el('td', {}, ...[cell].flat())));

function showOpen({ total, conflicts }) {
  const none = conflicts.length === 0;
  byId('open-none').hidden = !none;
  byId('open').closest('.wide').hidden = none;
  byId('open-more').textContent = total > conflicts.length ? `The newest ${conflicts.length} of ${number(total)}.` : '';
  fill('open', conflicts.map((item) => row(
    orderLink(item), [whatOf(item), quiet(item.detail ?? item.reason_help)], item.remedy ?? '–', when(item.at))));
}

function showPolls({ polls }) {
  fill('polls', polls.slice(0, 10).map((poll) => row(
    when(poll.at),
    [el('span', { class: kinds[poll.state] ?? '' }, `${poll.dry_run ? 'dry run ' : ''}${poll.state}`
      + (poll.state === 'finished' && !poll.complete ? ', goes on in the next' : '')), quiet(poll.error)],
    number(poll.orders), number(poll.pages), `${poll.duration_seconds} s`,
    poll.watermark ? new Date(poll.watermark).toLocaleString() : '–')));
}

function eventRow(item) {
  if (item.type === 'poll') {
    return row(when(item.at), '', el('span', { class: kinds[item.state] ?? '' }, `poll ${item.state}`),
      item.error ?? `${number(item.orders)} orders`);
  }
  return row(when(item.at), orderLink(item), whatOf(item), item.detail ?? item.reason_help ?? '');
}

/** By time: the partitions are counted one after the other. */
function showEvents({ events }) {
  const newest = events.sort((a, b) => b.at.localeCompare(a.at) || b.seq - a.seq).slice(0, 25);
  fill('events', newest.map(eventRow));
}

// ---- one order ----

function decision(item) {
  const times = item.times > 1 ? ` (${item.times} times, last ` : ' (';
  const changes = [item.columns && `columns ${item.columns.join(', ')}`,
    item.lines_added !== undefined && `lines: ${item.lines_added} added, ${item.lines_changed} changed, ${item.lines_deleted} deleted`];
  return el('li', {}, whatOf(item), times, when(item.at), `), by ${item.source}`,
    quiet(item.detail ?? item.reason_help ?? item.action_help), quiet(changes.filter(Boolean).join('; ')), quiet(item.remedy));
}

function story(order) {
  return el('article', {}, el('h3', {}, `${order.name ?? order.order} – ${order.shop}`),
    quiet(`Shopify id ${order.order}${order.rms_order ? `, RMS order ${order.rms_order}` : ''}`),
    el('ol', { class: 'story' }, ...order.decisions.map(decision)));
}

async function showStory(name) {
  try {
    const { orders } = await data(`/api/v1/orders/${encodeURIComponent(name)}`);
    fill('story', orders.map(story));
  } catch (error) {
    fill('story', [el('p', { class: 'bad' }, error.message)]);
  }
  byId('story').scrollIntoView({ block: 'nearest' });
}

byId('search').addEventListener('submit', (event) => {
  event.preventDefault();
  showStory(new FormData(event.target).get('order').trim());
});

// ---- triggering ----

function resultText({ status, body }) {
  if (status === 202) return `${body.data.message} It goes on; its id is ${body.data.trigger_id}.`;
  if (status !== 200) return body.detail ?? `status ${status}`;
  const s = body.data.statistics;
  return `${body.data.message} in ${body.data.duration_seconds} s: ${s.newly_synced} created, ${s.updated} updated, `
    + `${s.cancelled} cancelled, ${s.already_synced} unchanged, ${s.skipped} skipped, ${s.conflicts} conflicts, ${s.sync_errors} errors.`;
}

async function trigger(form, isDry) {
  const lookback = new FormData(form).get('lookback_minutes');
  const wish = { ...(isDry && { dry_run: true }), ...(lookback && { lookback_minutes: Number(lookback) }) };
  const answer = await ask('trigger', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(wish) });
  if (answer.status === 401) {
    byId('token-label').hidden = false;
    byId('token').focus();
  }
  return answer;
}

byId('trigger').addEventListener('submit', async (event) => {
  event.preventDefault();
  const buttons = event.target.querySelectorAll('button');
  const out = byId('trigger-result');
  const isDry = event.submitter?.value !== 'real';
  for (const button of buttons) button.disabled = true;
  out.textContent = isDry ? 'Dry run: nothing is written …' : 'Polling …';
  try {
    const answer = await trigger(event.target, isDry);
    out.textContent = resultText(answer);
    out.className = answer.status < 300 && answer.body.data.status !== 'error' ? '' : 'bad';
  } catch (error) {
    out.textContent = `no answer: ${error.message}`;
    out.className = 'bad';
  }
  for (const button of buttons) button.disabled = false;
  refresh();
});

// ---- refreshing ----

function showHealth({ body }) {
  const pill = byId('health');
  const healthy = body.status === 'healthy';
  pill.textContent = healthy ? 'healthy' : 'needs attention';
  pill.className = `pill ${healthy ? 'good' : 'bad'}`;
  showTrouble(healthy ? '' : body.data?.detail ?? 'the service gives no reason');
}

function showTrouble(text) {
  byId('trouble').hidden = !text;
  if (byId('trouble').textContent !== text) byId('trouble').textContent = text;
}

async function refreshOnce() {
  showHealth(await ask('health'));
  try {
    const parts = await Promise.all(['status', 'stats', 'conflicts', 'polls', 'events'].map(data));
    [showStatus, showCounters, showOpen, showPolls, showEvents].forEach((show, i) => keepingFocus(() => show(parts[i])));
    byId('updated').textContent = `as of ${new Date().toLocaleTimeString()}`;
  } catch (error) { // the service answers, what it stands on does not: the numbers are the last ones known
    showTrouble(error.message);
  }
}

/** A table drawn anew would take the focus from the button that a keyboard is on. */
function keepingFocus(show) {
  const label = document.activeElement?.getAttribute?.('aria-label');
  const place = document.activeElement?.closest?.('tbody')?.id;
  show();
  if (!place || document.activeElement?.closest?.('tbody')) return;
  const again = [...byId(place).querySelectorAll('button')].find((button) => button.getAttribute('aria-label') === label);
  again?.focus({ preventScroll: true });
}

let timer;

async function refresh() {
  clearTimeout(timer);
  try {
    if (!document.hidden) await refreshOnce();
  } catch (error) {
    byId('health').textContent = 'not reachable';
    byId('health').className = 'pill bad';
    showTrouble(error.message);
  }
  clearTimeout(timer); // another refresh may have begun meanwhile
  timer = setTimeout(refresh, everyMs);
}

document.addEventListener('visibilitychange', () => document.hidden || refresh());
refresh();
