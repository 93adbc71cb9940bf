// The result events in rms.results, read from the broker as anybody could.
import { run } from '../support/proc.mjs';

export class Results {
  constructor(kafka, topic = 'rms.results') {
    this.kafka = kafka;
    this.topic = topic;
  }

  /** Every message of the topic, in the order of time: {key, partition, offset, ts, headers, ...value}. */
  async messages() {
    const { stdout } = await run(['kcat', '-b', this.kafka.brokers, '-C', '-t', this.topic, '-o', 'beginning', '-e', '-q',
      '-f', '%p\t%o\t%T\t%k\t%h\t%s\n'], { timeoutMs: 60_000 });
    const rows = stdout.split('\n').filter(Boolean).map((row) => {
      const [partition, offset, ts, key, headers, ...value] = row.split('\t');
      return { partition: Number(partition), offset: Number(offset), ts: Number(ts), key, headers, value: value.join('\t') };
    });
    return rows.sort((a, b) => a.ts - b.ts || a.partition - b.partition || a.offset - b.offset);
  }

  /** The values as objects. */
  async read() {
    return (await this.messages()).map((m) => JSON.parse(m.value));
  }

}
