// The messages of a topic, read from the broker as anybody could.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const runBytes = promisify(execFile);
const newline = 0x0a;

/** Takes one message off the front: a line of numbers and headers, then key and value in so many bytes. */
function take(bytes, at) {
  const end = bytes.indexOf(newline, at);
  const [partition, offset, ts, keyLength, valueLength, ...headers] = bytes.toString('utf8', at, end).split('\t');
  const keyEnd = end + 1 + Math.max(0, Number(keyLength));
  const valueEnd = keyEnd + Math.max(0, Number(valueLength));
  const keyBytes = Number(keyLength) < 0 ? null : bytes.subarray(end + 1, keyEnd);
  const valueBytes = Number(valueLength) < 0 ? null : bytes.subarray(keyEnd, valueEnd);
  return { next: valueEnd, message: {
    partition: Number(partition), offset: Number(offset), ts: Number(ts), keyBytes, valueBytes, headers: headers.join('\t'),
    key: keyBytes?.toString() ?? null, value: valueBytes?.toString() ?? null } };
}

export class Results {
  constructor(kafka, topic = 'rms.results') {
    this.kafka = kafka;
    this.topic = topic;
  }

  /** Every message of the topic, in the order of time: {partition, offset, ts, key, value, headers, keyBytes, valueBytes}. */
  async messages() {
    const { stdout } = await runBytes('kcat', ['-b', this.kafka.brokers, '-C', '-t', this.topic, '-o', 'beginning', '-e', '-q',
      '-X', 'fetch.wait.max.ms=10', '-f', '%p\\t%o\\t%T\\t%K\\t%S\\t%h\\n%k%s'],
    { encoding: 'buffer', timeout: 60_000, maxBuffer: 256 << 20 });
    const messages = [];
    for (let at = 0; at < stdout.length;) {
      const { next, message } = take(stdout, at);
      messages.push(message);
      at = next;
    }
    return messages.sort((a, b) => a.ts - b.ts || a.partition - b.partition || a.offset - b.offset);
  }

  /** The values as objects. */
  async read() {
    return (await this.messages()).map((m) => JSON.parse(m.value));
  }
}

/** "a=1,b=2" as kcat shows headers -> {a: '1', b: '2'} */
export const headersOf = ({ headers }) => Object.fromEntries(headers.split(',').filter(Boolean)
  .map((header) => [header.slice(0, header.indexOf('=')), header.slice(header.indexOf('=') + 1)]));
