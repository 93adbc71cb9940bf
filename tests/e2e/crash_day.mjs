// A shop that is busy while reconcilers are killed: rounds of new orders, edits, refunds and cancellations, a kill
// in the middle of each, fixed by a seed except for what the machine's scheduling adds.

import { generator } from '../shopify/random.mjs';
import { sleep, waitUntil } from '../support/wait.mjs';

export const rounds = 5;
const perRound = { created: 100, edited: 25, refunded: 10, cancelled: 12 };

export class CrashDay {
  constructor(pipeline, seed) {
    this.pipeline = pipeline;
    this.random = generator(seed);
    this.open = [];
    this.kills = [];
  }

  /** What happens in the shop in one round. */
  #business(round) {
    const { pipeline, random } = this;
    const made = pipeline.shop.random({
      count: perRound.created, seed: random.upTo(1 << 30), linesMax: 4, statuses: ['PAID'], details: true });
    const take = () => this.open.splice(random.upTo(this.open.length), 1)[0];
    if (round > 0) {
      for (let i = 0; i < perRound.cancelled; i++) pipeline.change('cancel', take(), { refund: random.chance(0.5) });
      for (let i = 0; i < perRound.refunded; i++) {
        pipeline.change('refund', random.pick(this.open), { amount: '0.10' });
      }
      for (let i = 0; i < perRound.edited; i++) pipeline.change('edit', random.pick(this.open), this.#edit());
    }
    this.open.push(...made);
  }

  #edit() {
    const { random, pipeline } = this;
    if (random.chance(0.5)) return { lines: [{ line: 0, quantity: random.between(1, 6) }] };
    return { addLines: [{ sku: pipeline.sku(random.upTo(20)), quantity: random.between(1, 3) }] };
  }

  get #decided() {
    return this.pipeline.stack.reconcilers.reduce((sum, r) => sum + r.output().split('"order.decided"').length - 1, 0);
  }

  /** Kills a reconciler once some more orders are decided, and starts it again, or leaves it to `later`. */
  async #kill() {
    const { random, pipeline } = this;
    const victim = random.pick(pipeline.stack.reconcilers);
    const from = this.#decided;
    const total = pipeline.shop.counts().orders; // the poll reads them all, what is new of them last
    const after = random.between(Math.max(1, total - perRound.created - 40), total - 20);
    await waitUntil(() => this.#decided - from >= after, {
      what: () => `${after} orders to be decided (${this.#decided - from})`, timeoutMs: 60_000, everyMs: 2 });
    await sleep(random.upTo(25)); // anywhere between reading, writing, publishing and committing
    await victim.kill9();
    this.kills.push(`${victim.name} after ${after}`);
    return victim;
  }

  /** One round: business, a poll, a kill within it, the dead one back; resolves when the poll is accounted for. */
  async round(number) {
    this.#business(number);
    const poll = this.pipeline.poll({ batch_size: 100 });
    poll.catch(() => {}); // it is awaited below
    const victim = await this.#kill();
    const isLast = number === rounds - 1;
    if (!isLast || this.pipeline.stack.reconcilers.length === 1) await victim.start();
    await poll;
    if (!victim.proc.isAlive) await victim.start(); // the others did its work meanwhile
  }
}
