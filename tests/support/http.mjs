// One HTTP request, answered whole. Without keep-alive: a restarted server must meet no old connection.

import http from 'node:http';

/** Resolves to {status, headers, text, json}; json is undefined when the body is none. */
export function request(url, { method = 'GET', headers = {}, json, body, timeoutMs = 10_000 } = {}) {
  const payload = json === undefined ? body : JSON.stringify(json);
  const type = json === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const call = http.request(url, { method, agent: false, headers: { ...type, ...headers } }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve(answer(response, Buffer.concat(chunks).toString())));
    });
    call.setTimeout(timeoutMs, () => call.destroy(new Error(`${method} ${url}: no answer within ${timeoutMs} ms`)));
    call.on('error', reject);
    call.end(payload);
  });
}

function answer(response, text) {
  return { status: response.statusCode, headers: response.headers, text, json: parsed(text) };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
