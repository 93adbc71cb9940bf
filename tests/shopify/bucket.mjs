// The leaky bucket of the rate limit: admission by the cost a query requests, charge by what it cost.

export class Bucket {
  #available;
  #atMs;

  /** nowMs: the bucket's own clock; a client waits in real time even where the shop's time stands still. */
  constructor({ max = 2000, restorePerSecond = 100, nowMs = () => performance.now() } = {}) {
    this.max = max;
    this.restorePerSecond = restorePerSecond;
    this.nowMs = nowMs;
    this.#available = max;
    this.#atMs = nowMs();
    this.throttled = 0;
    this.lowest = max;
  }

  get available() {
    const nowMs = this.nowMs();
    const restored = ((nowMs - this.#atMs) / 1000) * this.restorePerSecond;
    this.#available = Math.min(this.max, this.#available + restored);
    this.#atMs = nowMs;
    return this.#available;
  }

  /** False, and counted, when the query asks for more than there is. */
  admits(requested) {
    if (requested <= this.available) return true;
    this.throttled += 1;
    return false;
  }

  charge(actual) {
    this.#available = Math.max(0, this.available - actual);
    this.lowest = Math.min(this.lowest, this.#available);
  }

  configure({ max = this.max, restorePerSecond = this.restorePerSecond, available }) {
    const current = this.available;
    this.max = max;
    this.restorePerSecond = restorePerSecond;
    this.#available = Math.min(max, available ?? current);
  }

  status() {
    return {
      maximumAvailable: this.max,
      currentlyAvailable: Math.floor(this.available),
      restoreRate: this.restorePerSecond,
    };
  }
}
