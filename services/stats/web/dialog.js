// A question with two answers, as a dialog that keeps the focus and ends with Escape.

import { byId, fill, keepFocus, setText } from './dom.js';

let answer; // of the dialog that is open
let goBack; // to where the focus was before

function end(isYes) {
  byId('confirm').close();
  goBack?.();
  answer?.(isYes);
  answer = null;
}

byId('confirm-yes').addEventListener('click', () => end(true));
byId('confirm-no').addEventListener('click', () => end(false));
byId('confirm').addEventListener('cancel', (event) => { event.preventDefault(); end(false); });

/** Resolves to true when `yes` (a button's text) was chosen. */
export function confirm(title, nodes, yes) {
  setText(byId('confirm-title'), title);
  fill('confirm-text', nodes);
  setText(byId('confirm-yes'), yes);
  goBack = keepFocus();
  byId('confirm').showModal();
  byId('confirm-no').focus();
  return new Promise((resolve) => { answer = resolve; });
}
