// Waiting for something to become true, with a deadline and words for what did not happen.

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/**
 * Calls `probe` until it gives something truthy and resolves to that.
 * A probe that throws counts as "not yet"; its last error is the cause of the time-out's.
 * `what` is text, or a function called at the end for text about the state then.
 * `giveUp`: returns a reason (text) when waiting on is pointless.
 */
export async function waitUntil(probe, { what, timeoutMs = 15_000, everyMs = 50, giveUp } = {}) {
  const start = performance.now();
  for (let last; ; await sleep(everyMs)) {
    try {
      const value = await probe();
      if (value) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    const reason = giveUp?.();
    const late = performance.now() - start > timeoutMs;
    if (!reason && !late) continue;
    const subject = typeof what === 'function' ? await what() : (what ?? probe.toString());
    const why = reason || `not after ${seconds(timeoutMs)}`;
    throw new Error(`waited for ${subject}: ${why}${last ? `; last error: ${last.message}` : ''}`,
      { cause: last });
  }
}
