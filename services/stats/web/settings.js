// The settings of the timer: shown, changed, and what the interface has against a value said by its field.

import { ask, data, polling, Refused, saying } from './ask.js';
import { whileBusy } from './busy.js';
import { byId, setText } from './dom.js';

const form = byId('settings');
const description = '/api/v1/openapi.json';
let known = null; // as the interface has them
let saved = () => {};

export const onSaved = (then) => { saved = then; };

const fields = () => [...form.querySelectorAll('input')];
const valueOf = (input) => (input.type === 'checkbox' ? input.checked : input.value === '' ? null : Number(input.value));

function setValue(input, value) {
  if (input.type === 'checkbox') input.checked = value;
  else input.value = value;
}

/** A field that a person has changed keeps what he wrote. */
export function showSettings(status) {
  for (const input of fields()) {
    const isTouched = known && valueOf(input) !== known[input.name];
    if (!isTouched && document.activeElement !== input) setValue(input, status[input.name]);
  }
  known = Object.fromEntries(fields().map(({ name }) => [name, status[name]]));
}

// ---- ranges ----

const propertiesOf = (api) => (
  api.paths?.[`${polling}/config`]?.put?.requestBody?.content?.['application/json']?.schema?.properties ?? {});

/** The ranges as the interface describes them; without its description it still refuses what is wrong. */
async function readRanges() {
  const { status, body } = await ask(description).catch(() => ({}));
  const properties = status === 200 ? propertiesOf(body) : {};
  for (const input of fields()) {
    const { minimum, maximum } = properties[input.name] ?? {};
    if (minimum === undefined || maximum === undefined) continue;
    input.min = minimum;
    input.max = maximum;
    setText(byId(`${input.id}-range`), `${minimum} to ${maximum}`);
  }
}

// ---- saving ----

function complain(field, text) {
  for (const input of fields()) {
    const isIt = input.name === field;
    input.setAttribute('aria-invalid', String(isIt));
    setText(byId(`${input.id}-error`), isIt ? text : '');
    if (isIt) input.focus();
  }
}

function tell(text, isBad) {
  byId('settings-result').className = isBad ? 'bad' : '';
  setText(byId('settings-result'), text);
}

const changes = () => Object.fromEntries(fields()
  .map((input) => [input.name, valueOf(input)]).filter(([name, value]) => value !== known?.[name]));

async function save() {
  const json = changes();
  complain(null);
  if (Object.keys(json).length === 0) return tell('Nothing was changed.');
  try {
    known = await data(`${polling}/config`, { method: 'PUT', json });
    for (const input of fields()) setValue(input, known[input.name]);
    tell('Saved. The fetcher follows within seconds; it is kept over a restart.');
  } catch (error) {
    const isOfField = error instanceof Refused && fields().some(({ name }) => name === error.field);
    complain(isOfField ? error.field : null, error.message);
    tell(isOfField ? 'Not saved: see the field.' : `Not saved: ${saying(error)}`, true);
  }
  return saved();
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  whileBusy([event.submitter ?? byId('settings-save')], save);
});
byId('settings-undo').addEventListener('click', () => {
  for (const input of fields()) if (known) setValue(input, known[input.name]);
  complain(null);
  tell('');
});
readRanges();
