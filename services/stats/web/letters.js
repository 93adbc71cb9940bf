// Dead letters: which there are, and sending them again or putting them aside. What would be done is
// always asked first, by a dry run, and told before it is done.

import { data, saying } from './ask.js';
import { whileBusy } from './busy.js';
import { confirm } from './dialog.js';
import { button, byId, draw, el, quiet, row, setText } from './dom.js';
import { orderLink } from './order.js';
import { count, number, orderName, plain, when } from './words.js';

const path = '/api/v1/dlq';
const columns = ['Order', 'Why', 'Remedy', 'Since', 'Do'];
const limit = 50;
const form = byId('letters-filter');

const words = {
  redrive: ['Send again', 'sent again', 'They go to the reconciler as they came; mend the cause first.'],
  park: ['Park', 'parked', 'They are kept, apart from the open ones, and can be taken back.'],
  unpark: ['Take back', 'taken back', 'They are among the open ones again.'] };
const actionsOf = { open: ['redrive', 'park'], parked: ['unpark', 'redrive'], redriven: ['redrive'] };

let changed = () => {};

export const onLettersChange = (then) => { changed = then; };

/** What the form chooses: {state, reason, order}, without what is empty. */
function chosen() {
  const all = Object.fromEntries(new FormData(form));
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [key, value.trim()]).filter(([, value]) => value));
}

export const lettersPath = () => `${path}?${new URLSearchParams({ ...chosen(), limit })}`;

// ---- doing ----

const post = (json) => data(path, { method: 'POST', json, patient: true });

function refusals(refused) {
  if (refused.length === 0) return null;
  return el('div', {}, el('p', {}, `${count(refused.length, 'letter is', 'letters are')} left out:`),
    el('ul', {}, refused.slice(0, 10).map(({ id, why }) => el('li', { dir: 'auto' }, `${id}: ${why}`))));
}

const isForced = (refused) => refused.some(({ why }) => /force/.test(why));

function tell(text, isBad) {
  byId('letters-result').className = isBad ? 'bad' : '';
  setText(byId('letters-result'), text);
}

/** Asks what would be done, asks the person, does it. */
async function act(action, which, name) {
  const [title, done, help] = words[action];
  const wish = { action, ...which };
  const dry = await post({ ...wish, dry_run: true });
  if (dry.done.length === 0 && which.ids && isForced(dry.refused) && !wish.force) {
    const isWanted = await confirm(`${title}: ${name}`, [refusals(dry.refused)], 'Force it …');
    return isWanted ? act(action, { ...which, force: true }, name) : tell('Nothing was done.');
  }
  if (dry.done.length === 0) return tell(dry.refused[0]?.why ?? 'No letter fits.', true);
  const many = `${count(dry.done.length, 'letter', 'letters')} would be ${done}${dry.more ? ', more after these' : ''}.`;
  if (!await confirm(`${title}: ${name}`, [el('p', {}, `Dry run: ${many} ${help}`), refusals(dry.refused)], title)) return tell('Nothing was done.');
  const real = await post(wish);
  tell(`${count(real.done.length, 'letter', 'letters')} ${done}${real.more ? '; there are more: ask again' : ''}`
    + `${real.refused.length ? `; ${number(real.refused.length)} left out` : ''}.`);
}

async function start(event, action, which, name) {
  await whileBusy([event.currentTarget], async () => {
    try {
      await act(action, which, name);
    } catch (error) {
      tell(saying(error), true);
    }
  });
  changed();
}

// ---- showing ----

function actions(letter) {
  return actionsOf[letter.state].map((action) => button(words[action][0],
    (event) => start(event, action, { ids: [letter.id] }, orderName(letter)), {
      'data-key': `${action} ${letter.id}`, 'aria-label': `${words[action][0]} the dead letter of order ${orderName(letter)}` }));
}

function times(letter) {
  if (letter.left_out) return 'too large for a letter: replay it from where it lies';
  return letter.redrives ? `sent again ${count(letter.redrives, 'time', 'times')} before` : null;
}

const letterRow = (letter) => row(columns,
  orderLink(letter, `letter ${letter.id}`),
  [el('span', { class: 'bad' }, plain(letter.reason ?? 'no reason given')), quiet(letter.detail), quiet(times(letter))],
  letter.remedy ?? '–', when(letter.failed_at), el('span', { class: 'buttons' }, actions(letter)));

/** Sending all again: of the open ones, as the form chooses them. */
function showAll(read, { state, reason, order }) {
  const isOffered = state === 'open' && read.letters.length > 1;
  byId('letters-all').hidden = !isOffered;
  setText(byId('letters-all'), reason || order ? 'Send all these again' : 'Send all open ones again');
}

export function showLetters(read) {
  const choice = chosen();
  setText(byId('letters-count'), `${number(read.open)} open, ${number(read.parked)} parked, ${number(read.redriven)} sent again`);
  byId('letters').closest('.wide').hidden = read.letters.length === 0;
  byId('letters-none').hidden = read.letters.length > 0;
  setText(byId('letters-none'), choice.reason || choice.order ? 'None fits.' : `None is ${choice.state === 'redriven' ? 'sent again' : choice.state}.`);
  draw('letters', read.letters, (letters) => letters.map(letterRow));
  setText(byId('letters-more'), read.next ? `The newest ${number(read.letters.length)}. Narrow them by reason or order to see others.` : '');
  showAll(read, choice);
}

byId('letters-all').addEventListener('click', (event) => {
  const { reason, order } = chosen();
  start(event, 'redrive', { all: true, ...(reason && { reason }), ...(order && { order }) }, [reason && plain(reason), order].filter(Boolean).join(', ') || 'all open letters');
});
form.addEventListener('submit', (event) => { event.preventDefault(); changed(); });
form.addEventListener('change', () => changed());
