// The messages of a topic, read from the broker as anybody could.

import { runOk } from '../support/proc.mjs';

const separator = '\x1f'; // in no key, header or value of ours, as is the record's end below

function messageOf(row) {
  const [partition, offset, ts, key, headers, value] = row.split(separator);
  return { partition: Number(partition), offset: Number(offset), ts: Number(ts), key, headers, value };
}

export class Results {
  constructor(kafka, topic = 'rms.results') {
    this.kafka = kafka;
    this.topic = topic;
  }

  /** Every message of the topic, in the order of time: {partition, offset, ts, key, headers, value}. */
  async messages() {
    const format = ['%p', '%o', '%T', '%k', '%h', '%s'].join(separator);
    const { stdout } = await runOk(['kcat', '-b', this.kafka.brokers, '-C', '-t', this.topic, '-o', 'beginning', '-e', '-q',
      '-X', 'fetch.wait.max.ms=10', '-f', `${format}\x1e`], { timeoutMs: 60_000 });
    const rows = stdout.split('\x1e').filter(Boolean).map(messageOf);
    return rows.sort((a, b) => a.ts - b.ts || a.partition - b.partition || a.offset - b.offset);
  }

  /** The values as objects. */
  async read() {
    return (await this.messages()).map((m) => JSON.parse(m.value));
  }
}
