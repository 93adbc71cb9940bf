// A shop in daily business: orders come in, some are edited, refunded, cancelled. What happens is
// fixed by the seed; when it happens is the caller's business.
import { generator, randomLine, randomOrder } from './random.mjs';

const WEIGHTS = { create: 55, edit: 18, refund: 8, cancel: 7, pay: 6, touch: 6 };
const KEPT = 200; // how many of its latest orders it still changes

export class Simulation {
  #open = [];
  #timer = null;

  constructor(shop, { seed = 1, weights = WEIGHTS, linesMax = 5 } = {}) {
    this.shop = shop;
    this.random = generator(seed);
    this.weights = weights;
    this.linesMax = linesMax;
    this.steps = 0;
  }

  /** One thing that happens; returns {op, order}. */
  step() {
    this.steps += 1;
    const op = this.#open.length === 0 ? 'create' : this.#pickOp();
    return op === 'create' ? this.#create() : this.#change(op);
  }

  #pickOp() {
    const total = Object.values(this.weights).reduce((a, b) => a + b, 0);
    let at = this.random.upTo(total);
    for (const [op, weight] of Object.entries(this.weights)) {
      at -= weight;
      if (at < 0) return op;
    }
    return 'create';
  }

  #create() {
    const spec = randomOrder(this.random, this.shop.products.all, { linesMax: this.linesMax });
    const order = this.shop.createOrder(spec);
    this.#open.push(order.id);
    if (this.#open.length > KEPT) this.#open.shift();
    return { op: 'create', order };
  }

  #change(op) {
    const id = this.random.pick(this.#open);
    const before = this.shop.view(id);
    const spec = this[op](before);
    if (!spec) return { op: 'touch', order: this.shop.change('touch', id) };
    const order = this.shop.change(op, id, spec);
    if (op === 'cancel') this.#open.splice(this.#open.indexOf(id), 1);
    return { op, order };
  }

  edit(order) {
    const left = order.lines.filter((l) => l.currentQuantity > 0);
    const ways = [
      () => ({ addLines: [randomLine(this.random, this.shop.products.all)] }),
      () => ({ note: `Edited: ${this.steps}` }),
      () =>
        left.length > 1 ? { lines: [{ line: this.random.pick(left).id, remove: true }] } : null,
      () =>
        left.length === 0
          ? null
          : {
              lines: [{ line: this.random.pick(left).id, quantity: this.random.between(1, 4) }],
            },
    ];
    return this.random.pick(ways)();
  }

  refund(order) {
    const left = order.lines.filter((l) => l.currentQuantity > 0);
    if (left.length === 0 || Number(order.netPayment) <= 0) return null;
    return { lines: [{ line: this.random.pick(left).id, quantity: 1 }] };
  }

  cancel() {
    return { refund: true, reason: this.random.pick(['CUSTOMER', 'INVENTORY', 'OTHER']) };
  }

  pay(order) {
    return Number(order.outstanding) > 0 ? {} : null;
  }

  touch() {
    return {};
  }

  start(everyMs, onStep = () => {}) {
    this.stop();
    this.#timer = setInterval(() => onStep(this.step()), everyMs);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  get isRunning() {
    return this.#timer !== null;
  }
}
