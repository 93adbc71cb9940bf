// The HTTP side: the Admin API, the token grant, the control interface; and the ways in which a
// reply can fail on the wire.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { readForm } from './auth.mjs';
import { controlRequest } from './control.mjs';
import { BODIES } from './errors.mjs';
import { KINDS } from './faults.mjs';
import { readRequest, servedVersion, unreadable } from './graphql.mjs';

const MAX_BODY = 8 * 1024 * 1024;
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

async function readBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY) throw new RangeError('request body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function encode(request, reply) {
  const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
  const wantsGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '') && text.length > 1000;
  return { bytes: wantsGzip ? gzipSync(text, { level: 1 }) : Buffer.from(text), wantsGzip };
}

async function send(request, response, reply) {
  if (reply.isHung) return;
  if (reply.delayMs) await delay(reply.delayMs);
  if (reply.isReset) {
    request.socket.resetAndDestroy();
    return;
  }
  const { bytes, wantsGzip } = encode(request, reply);
  response.writeHead(reply.status ?? 200, {
    'content-type': 'application/json; charset=utf-8',
    ...reply.headers,
    'content-length': bytes.length,
    ...(wantsGzip ? { 'content-encoding': 'gzip' } : {}),
  });
  await sendBody(request, response, bytes, reply);
}

async function sendBody(request, response, bytes, { cutAt, dripMs }) {
  if (cutAt !== undefined) {
    response.write(bytes.subarray(0, Math.min(cutAt, bytes.length - 1)), () =>
      request.socket.destroy(),
    );
    return;
  }
  if (dripMs) {
    const middle = Math.floor(bytes.length / 2);
    response.write(bytes.subarray(0, middle));
    await delay(dripMs);
    response.end(bytes.subarray(middle));
    return;
  }
  response.end(bytes);
}

// One GraphQL request with the fault that is due for it, if any.
function answerGraphql(app, version, text, requestId) {
  const fault = app.faults.draw(text);
  const kind = fault && KINDS[fault.kind];
  const context = {
    api: app.api,
    control: app.control,
    requestId,
    access: { ...app.access, deniedFields: [...app.access.deniedFields] },
  };
  const instead = kind?.before?.(fault, context);
  if (instead) return { ...instead, fault: fault.kind };
  const body = readRequest(text);
  if (!body) return unreadable();
  const reply = app.api.run({ version, ...body, access: context.access });
  return kind?.after
    ? { ...kind.after(reply, fault, context), fault: fault.kind }
    : { ...reply, fault: fault?.kind };
}

function record(app, text, requestId, reply) {
  const { operationName, query = '', variables } = readRequest(text) ?? {};
  app.control.record({
    at: new Date().toISOString(),
    requestId,
    status: reply.status ?? 200,
    fault: reply.fault ?? null,
    operation: operationName ?? /\b(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? null,
    variables,
    requested: reply.requested ?? null,
    actual: reply.actual ?? null,
    isThrottled: Boolean(reply.isThrottled) || reply.fault === 'throttled',
    errors: reply.body?.errors?.length ?? 0,
  });
}

async function graphql(app, request, wanted) {
  const text = await readBody(request);
  const requestId = randomUUID();
  const served = servedVersion(wanted, app.versions.supported);
  const date = new Date(app.control.shop.clock.nowMs()).toUTCString(); // clients read our clock there
  const headers = { 'x-request-id': requestId, date };
  if (request.method !== 'POST' || !served) return { status: 404, headers, body: BODIES[404] };
  if (!app.tokens.accepts(request.headers['x-shopify-access-token'])) {
    record(app, text, requestId, { status: 401 });
    return { status: 401, headers, body: BODIES[401] };
  }
  const reply = answerGraphql(app, served, text, requestId);
  record(app, text, requestId, reply);
  headers['x-shopify-api-version'] = reply.version ?? served;
  return { ...reply, headers: { ...headers, ...reply.headers } };
}

async function grant(app, request) {
  const form = readForm(await readBody(request), request.headers['content-type']);
  const token = app.tokens.grant(form, app.access.scopes);
  const headers = { 'x-request-id': randomUUID() };
  return token
    ? { headers, body: token }
    : {
        status: 400,
        headers,
        body: { error: 'invalid_client', error_description: 'The client credentials are wrong' },
      };
}

async function control(app, request, path) {
  if (!LOOPBACK.has(request.socket.remoteAddress)) {
    return { status: 403, body: { error: 'the control interface answers on loopback only' } };
  }
  return controlRequest(app.control, request.method, path, await readBody(request));
}

function route(app, request) {
  const { pathname } = new URL(request.url, 'http://shop');
  const api = /^\/admin\/api\/([^/]+)\/graphql\.json$/.exec(pathname);
  if (api) return graphql(app, request, api[1]);
  if (pathname === '/admin/oauth/access_token' && request.method === 'POST')
    return grant(app, request);
  if (pathname.startsWith('/control/')) return control(app, request, pathname.slice(9));
  if (pathname === '/healthz') return { body: { status: 'ok' } };
  return { status: 404, body: BODIES[404] };
}

async function handle(app, request, response) {
  try {
    if (request.url.startsWith('/bulk/')) {
      app.bulk.serve(request.url, response);
      return;
    }
    await send(request, response, await route(app, request));
  } catch (error) {
    app.onError(error);
    if (response.headersSent) response.destroy();
    else await send(request, response, { status: 500, body: { errors: String(error.message) } });
  }
}

/** Listens; resolves to the node:http server. */
export function listen(app, { host, port }) {
  const server = createServer((request, response) => handle(app, request, response));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}
