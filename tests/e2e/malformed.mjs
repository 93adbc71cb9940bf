// Raw HTTP requests that are wrong in known ways, from a seed: {kind, text, want, slow}. want: the statuses that
// are right, in order when several answers are due; 'closed' among them: a connection closed without an answer.

/** A generator of numbers that is the same for the same seed (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  return { below, pick: (list) => list[below(list.length)], text: (length, from) => Array.from({ length },
    () => from[below(from.length)]).join('') };
}

const letters = 'abcdefghijklmnopqrstuvwxyz';
const visible = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join('');
const bytes = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('');
const end = 'Host: x\r\nConnection: close\r\n';
const trigger = '/api/v1/orders/polling/trigger';
const get = (target, headers = end) => `GET ${target} HTTP/1.1\r\n${headers}\r\n`;
const post = (headers, body = '') => `POST ${trigger} HTTP/1.1\r\n${end}${headers}\r\n${body}`;

/** The ways, each as (random, token) => {text, want, slow}. */
const kinds = {
  fine: () => ({ text: get('/healthz'), want: [200] }),
  garbage: (r) => ({ text: r.text(1 + r.below(300), bytes), want: [400, 408, 'closed'] }),
  garbage_head: (r) => ({ text: `${r.text(1 + r.below(60), visible)}\r\n\r\n`, want: [400, 'closed'] }),
  bad_version: (r) => ({
    text: `GET / ${r.pick(['HTTP/9.9', 'HTTP/1', 'HTTP/2.0', 'http/1.1', 'HTTP/1.1x', 'HTTP', 'HTTP/-1.1'])}\r\n${end}\r\n`,
    want: [400, 505, 'closed'] }),
  no_host: () => ({ text: 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', want: [400] }),
  bad_length: (r) => ({
    text: post(`Content-Length: ${r.pick(['-1', 'x', '0x10', '1e3', '99999999999999999999999', '5 5', '+5'])}\r\n`, 'hello'),
    want: [400, 413] }),
  too_large: (r) => ({ text: post(`Content-Length: ${20_000 + r.below(1e9)}\r\n`, 'hello'), want: [413] }),
  bad_chunks: (r) => ({
    text: post('Transfer-Encoding: chunked\r\n', r.pick(['x\r\nhello\r\n', '-5\r\nhello\r\n', 'ffffffffffffffffff\r\nhello\r\n',
      '5\r\nhello!!!\r\n0\r\n\r\n', '\r\n\r\n'])), want: [400, 408, 413, 'closed'] }),
  cut_body: (r) => ({ text: post(`Content-Length: ${100 + r.below(1000)}\r\n`, 'hello'), want: [408, 'closed'] }),
  huge_header: (r) => ({ text: get('/healthz', `X-Long: ${r.text(16_500 + r.below(30_000), letters)}\r\n${end}`), want: [431, 'closed'] }),
  many_headers: (r) => ({
    text: get('/healthz', Array.from({ length: 2000 + r.below(500) }, (_, i) => `X-${i}: y\r\n`).join('') + end), want: [431, 'closed'] }),
  huge_target: (r) => ({ text: get(`/${r.text(16_500 + r.below(30_000), letters)}`), want: [414, 431, 'closed'] }),
  nul: (r) => ({ text: get(r.pick(['/%00', '/healthz%00', '/api/v1/orders/1%00', '/healthz?a=%00', '/healthz?%00'])), want: [400] }),
  no_path: (r) => ({ text: get(r.pick(['/../../etc/passwd', '/%2e%2e/x', '//healthz', '/healthz/', '/HEALTHZ', '/%ff%fe'])), want: [404] }),
  method: (r) => ({ text: `${r.pick(['DELETE', 'PUT', 'TRACE', 'BREW', 'get'])} /healthz HTTP/1.1\r\n${end}\r\n`, want: [405] }),
  no_token: (r) => ({ text: post(r.pick(['', 'Authorization: Bearer\r\n', 'Authorization: Bearer x\r\n', 'Authorization: Basic eDp4\r\n'])
    + 'Content-Length: 2\r\n', '{}'), want: [401] }),
  bad_json: (r, token) => ({
    text: (({ length }, body) => post(`Authorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n`,
      body))(...((body) => [body, body])(r.pick(['{', '[]', 'null', '{"batch_size":1e99}', '{"x":1}', '{"dry_run":"yes"}',
      '{"a":'.repeat(1500), `"${'\\u0000'.repeat(50)}"`]))), want: [400] }),
  pipeline: (r) => {
    const count = 1 + r.below(8);
    return { text: get('/healthz', 'Host: x\r\n').repeat(count) + get('/healthz%00'), wantAll: [...Array(count).fill(200), 400] };
  },
  slow_head: (r) => ({ text: get('/healthz').slice(0, 1 + r.below(40)), want: [408, 'closed'], slow: true }),
  slow_body: () => ({ text: post('Transfer-Encoding: chunked\r\n', '5\r\nhe'), want: [408, 'closed'], slow: true }),
};

/** `count` requests; one in a hundred is slow, since the service's patience has to end for it. */
export function malformed(seed, count, token) {
  const r = random(seed);
  const quick = Object.keys(kinds).filter((kind) => !kind.startsWith('slow'));
  return Array.from({ length: count }, (_, i) => {
    const kind = i % 100 === 50 ? r.pick(['slow_head', 'slow_body']) : quick[i % quick.length];
    return { kind, ...kinds[kind](r, token) };
  });
}
