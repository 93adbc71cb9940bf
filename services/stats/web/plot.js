// What happened in the last day, by the hour, or in the last thirty days: bars, a sentence and a table.

import { polling } from './ask.js';
import { byId, draw, el, fill, forget, row, setText, svg } from './dom.js';
import { number } from './words.js';

const series = [
  ['done', 'done: created, updated, cancelled', ['newly_synced', 'updated', 'cancelled']],
  ['same', 'nothing to do', ['already_synced', 'skipped']],
  ['conflict', 'in conflict: staff worked on them', ['conflicts']],
  ['error', 'refused', ['sync_errors']]];
const units = {
  hour: { ms: 3600000, slots: 24, now: 'This hour', all: 'Last 24 hours', column: 'Hour',
    label: (date) => date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }) },
  day: { ms: 86400000, slots: 30, now: 'Today (UTC)', all: 'Last 30 days', column: 'Day (UTC)',
    label: (date) => date.toLocaleDateString([], { day: 'numeric', month: 'short', timeZone: 'UTC' }) } };
const height = 220;
const labelWidth = 80; // px between the middles of two labels
const margin = { left: 44, right: 8, top: 10, bottom: 26 };

const chosen = () => new FormData(byId('plot-by')).get('by');
let changed = () => {};
let last = null;

export const onPlotChange = (then) => { changed = then; };
export const historyPath = () => `${polling}/history?by=${chosen()}&limit=${units[chosen()].slots}`;

const sum = (bucket, names) => names.reduce((total, name) => total + (bucket?.[name] ?? 0), 0);

/** Every hour (or day) up to now, also those in which nothing happened: {at, values}. */
function slotsOf(buckets, { ms, slots }) {
  const byTime = new Map(buckets.map((bucket) => [Date.parse(bucket.at), bucket]));
  const end = Math.max(Math.floor(Date.now() / ms) * ms, ...byTime.keys());
  return Array.from({ length: slots }, (_, i) => {
    const at = end - (slots - 1 - i) * ms;
    return { at, values: series.map(([, , names]) => sum(byTime.get(at), names)) };
  });
}

const brief = ([, name]) => name.split(':')[0];
const inWords = (values) => series.map((one, i) => `${number(values[i])} ${brief(one)}`).join(', ');

function sentence(slots, unit) {
  const all = series.map((_, i) => slots.reduce((total, { values }) => total + values[i], 0));
  return `${unit.now}: ${inWords(slots.at(-1).values)}. ${unit.all}: ${inWords(all)}.`;
}

// ---- drawing ----

/** The least of 1, 2, 5, 10, 20 ... that is not below. */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= value);
}

function grid(most, width, y) {
  return [0, most / 2, most].filter(Number.isInteger).flatMap((value) => [
    svg('line', { class: 'grid', x1: margin.left, x2: width - margin.right, y1: y(value), y2: y(value) }),
    svg('text', { class: 'tick', x: margin.left - 6, y: y(value) + 4, 'text-anchor': 'end' },
      value.toLocaleString([], { notation: 'compact' }))]);
}

function bar({ at, values }, x, width, y, unit) {
  let below = 0;
  const parts = values.map((value, i) => {
    const top = y(below + value);
    const bottom = y(below);
    below += value;
    return value > 0 && svg('rect', { class: `bar ${series[i][0]}`, x, width, y: top, height: Math.max(1, bottom - top) });
  });
  return svg('g', {}, svg('title', {}, `${unit.label(new Date(at))}: ${inWords(values)}`), parts);
}

function bars(slots, unit, width) {
  const most = roundUp(Math.max(1, ...slots.map(({ values }) => values.reduce((a, b) => a + b, 0))));
  const base = height - margin.bottom;
  const y = (value) => base - (value / most) * (base - margin.top);
  const pitch = (width - margin.left - margin.right) / slots.length;
  const every = Math.ceil(labelWidth / pitch);
  const x = (i) => margin.left + i * pitch;
  return svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-labelledby': 'plot-text' },
    grid(most, width, y),
    slots.map((slot, i) => bar(slot, x(i) + 1, Math.max(2, pitch - 2), y, unit)),
    slots.map(({ at }, i) => (slots.length - 1 - i) % every === 0 && svg('text', {
      class: 'tick', x: Math.min(x(i) + pitch / 2, width - labelWidth / 2.5), y: height - 8, 'text-anchor': 'middle' }, unit.label(new Date(at)))));
}

const legend = () => series.map(([kind, name]) => el('li', {}, el('span', { class: `swatch ${kind}`, 'aria-hidden': 'true' }), name));

function show() {
  if (!last) return;
  const unit = units[last.by];
  const width = Math.max(260, byId('plot').clientWidth);
  const slots = slotsOf(last.buckets, unit);
  const columns = [unit.column, ...series.map(brief)];
  setText(byId('plot-text'), sentence(slots, unit));
  draw('plot', [slots, width], () => [bars(slots, unit, width)]);
  draw('plot-head', columns, () => columns.map((name) => el('th', { scope: 'col', role: 'columnheader' }, name)));
  draw('plot-rows', slots, () => [...slots].reverse().map(({ at, values }) => (
    row(columns, unit.label(new Date(at)), ...values.map(number)))));
}

export function showHistory(read) {
  last = read;
  show();
}

fill('plot-legend', legend());
byId('plot-by').addEventListener('change', () => changed());
new ResizeObserver(() => { forget('plot'); show(); }).observe(byId('plot').parentElement);
