// Asking the interface. The token stays in this page's memory: it is gone when the page is closed.

import { byId, keepFocus } from './dom.js';

export const polling = '/api/v1/orders/polling';
const patienceMs = 10000;

let goBack = () => {}; // to the control that was used without the right token

/** A refusal of the interface: its words, and the field that they are about. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || `the service answered with status ${status}`);
    this.status = status;
    this.field = problem.field;
  }
}

function wantToken() {
  goBack = keepFocus();
  byId('access').hidden = false;
  byId('token').focus();
}

byId('access').addEventListener('submit', (event) => {
  event.preventDefault();
  goBack();
});

/** Resolves to {status, body}; body is the parsed answer. Rejects when nothing answers. */
export async function ask(path, { method = 'GET', json, patient = false } = {}) {
  const token = byId('token').value;
  const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(json && { 'content-type': 'application/json' }) };
  const answer = await fetch(path, {
    method, headers, body: json && JSON.stringify(json), signal: patient ? undefined : AbortSignal.timeout(patienceMs) });
  const body = await answer.json().catch(() => ({}));
  if (answer.status === 401) wantToken();
  return { status: answer.status, body };
}

/** The data of an answer; throws Refused otherwise. */
export async function data(path, options) {
  const { status, body } = await ask(path, options);
  if (status >= 300) throw new Refused(status, body);
  return body.data;
}

/** Words for what went wrong, for a person. */
export function saying(error) {
  if (error instanceof Refused) return error.message;
  if (error.name === 'TimeoutError') return `nothing answered within ${patienceMs / 1000} s`;
  return `the service can't be reached (${error.message})`;
}
