// Stands in for tillbridge's programs in stack.test.mjs: listens, gets ready, ends as its settings say.
// Arguments: the program's name, then what that program is given.

import fs from 'node:fs';
import http from 'node:http';

const { env } = process;
const [name, ...words] = process.argv.slice(2);

if (name === 'tillctl') {
  const command = words.join(' ');
  if (command === env.STUB_TILLCTL_FAILS) {
    console.error(`tillctl: cannot ${command}`);
    process.exit(1);
  }
  fs.appendFileSync(env.STUB_CALLS, `${command} ${env.KAFKA_BROKERS} ${env.RMS_ODBC}\n`);
  process.exit(0);
}

if (env.STUB_REFUSES === name) {
  console.error('RMS_ODBC is not set; example: Driver=SQLite3;Database=/var/lib/tillbridge/rms.db');
  process.exit(2);
}

console.log(JSON.stringify({ event: 'service.started', service: name, leaked: env.LEAKED ?? null }));
if (env.STUB_SAYS) console.log(env.STUB_SAYS);
const readyAt = Date.now() + 100;
const [host, port] = (env.API_LISTEN ?? env.HEALTH_LISTEN).split(':');
http.createServer((request, response) => {
  response.statusCode = Date.now() < readyAt ? 503 : 200;
  response.end(JSON.stringify({ path: request.url, pid: process.pid, extra: env.STUB_EXTRA }));
}).listen(Number(port), host);
process.on('SIGTERM', () => {
  if (env.STUB_DEAF !== name) process.exit(env.STUB_ENDS_BADLY === name ? 99 : 0);
});
