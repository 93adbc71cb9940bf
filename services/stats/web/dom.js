// Building and filling the page. Text from the outside (order names, details) is only ever set as
// text, never as markup.

export const byId = (id) => document.getElementById(id);

const svgSpace = 'http://www.w3.org/2000/svg';

function finish(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) node.setAttribute(key, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** An element with attributes, and children that are nodes or text. */
export const el = (name, attributes = {}, ...children) => finish(document.createElement(name), attributes, children);
export const svg = (name, attributes = {}, ...children) => finish(document.createElementNS(svgSpace, name), attributes, children);

export const fill = (id, nodes) => byId(id).replaceChildren(...nodes);

/** Sets a text only when it is another one, so that a screen reader says it once. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function button(label, onClick, attributes = {}) {
  const node = el('button', { type: 'button', ...attributes }, label);
  node.addEventListener('click', onClick);
  return node;
}

const drawn = new Map();

/**
 * Draws a place anew when what it shows has changed. A place drawn anew would take the focus from
 * the button that a keyboard is on: it goes to the button with the same data-key, or to the place's
 * heading.
 */
export function draw(id, data, make) {
  const text = JSON.stringify(data);
  if (drawn.get(id) === text) return;
  drawn.set(id, text);
  const place = byId(id);
  const active = place.contains(document.activeElement) ? document.activeElement : null;
  place.replaceChildren(...make(data));
  if (!active) return;
  const same = [...place.querySelectorAll('[data-key]')].find((node) => node.dataset.key === active.dataset.key);
  (same ?? place.closest('section').querySelector('h2')).focus({ preventScroll: true });
}

/** Returns a function that takes the focus back to where it is now, also when that was drawn anew. */
export function keepFocus() {
  const node = document.activeElement;
  const { key } = node.dataset;
  return () => {
    const to = node.isConnected ? node : key && document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    to?.focus();
  };
}

/** It is drawn anew the next time, whatever it shows. */
export const forget = (id) => drawn.delete(id);

/**
 * A row for one of the tables; cells are nodes, texts, or lists of them. On a phone a row is shown as a
 * card with the columns' names before the cells: the roles keep it a table for a screen reader.
 */
export function row(columns, ...cells) {
  return el('tr', { role: 'row' }, cells.map((cell, i) => (
    el('td', { role: 'cell', 'data-column': columns[i] }, ...[cell].flat()))));
}

export const quiet = (text) => (text ? el('span', { class: 'quiet', dir: 'auto' }, text) : null);
