// The shop's clock: the machine's time by default, or a virtual one that tests set and advance.

export class Clock {
  #virtualMs = null;
  #lastUs = 0;

  nowMs() {
    return this.#virtualMs ?? Date.now();
  }

  get isVirtual() {
    return this.#virtualMs !== null;
  }

  set(ms) {
    this.#virtualMs = ms;
  }

  advance(ms) {
    this.#virtualMs = this.nowMs() + ms;
  }

  useReal() {
    this.#virtualMs = null;
  }

  /**
   * A time stamp in microseconds. Changes at one instant get successive microseconds, as rows of
   * one database do; a clock that was set back by a second or more is followed.
   */
  stampUs() {
    const nowUs = this.nowMs() * 1000;
    const repeated = nowUs <= this.#lastUs && nowUs > this.#lastUs - 1_000_000;
    this.#lastUs = repeated ? this.#lastUs + 1 : nowUs;
    return this.#lastUs;
  }
}

const pad = (number, width) => String(number).padStart(width, '0');

/** Microseconds as the API shows them: UTC, whole seconds. */
export function isoSecond(us) {
  return us === null || us === undefined
    ? null
    : `${new Date(Math.floor(us / 1e6) * 1000).toISOString().slice(0, 19)}Z`;
}

/** Microseconds as the database shows them in a cursor. */
export function sqlMicros(us) {
  const text = new Date(Math.floor(us / 1e6) * 1000).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 19)}.${pad(us % 1e6, 6)}`;
}

/** ISO text with an offset or Z to microseconds. */
export function parseIsoUs(text, where) {
  const ms = /T.*(Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms))
    throw new RangeError(`${where}: "${text}" is not like 2026-07-01T10:00:00Z`);
  return ms * 1000;
}

/** Offset of a time zone at an instant, in ms east of UTC. */
export function zoneOffsetMs(zone, atMs) {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
      .formatToParts(new Date(atMs))
      .map((part) => [part.type, Number(part.value)]),
  );
  const local = Date.UTC(
    parts.year,
    parts.month - 1,
    parts.day,
    parts.hour,
    parts.minute,
    parts.second,
  );
  return local - Math.floor(atMs / 1000) * 1000;
}

/** A wall-clock time in a zone (given as if it were UTC) to real UTC ms. */
export function zonedToUtcMs(zone, wallMs) {
  const guess = wallMs - zoneOffsetMs(zone, wallMs);
  return wallMs - zoneOffsetMs(zone, guess);
}
