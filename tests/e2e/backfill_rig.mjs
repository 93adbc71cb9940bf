// Backfills asked for as tillctl asks for them, and followed by their progress in tillbridge.polls.

import { randomUUID } from 'node:crypto';
import { waitUntil } from '../support/wait.mjs';
import { headersOf } from './results.mjs';

const day = 86_400_000;
const whole = (ms) => new Date(Math.floor(ms / 1000) * 1000).toISOString();

/** Orders that were made over the last `days`, older than any poll's first window. */
export function fillPast(rig, { count, seed = 7, days = 30 }) {
  rig.shop.random({ count, seed, spreadMs: days * day });
}

/** Asks for a backfill of the last 40 days; resolves to its id. */
export async function ask(rig, request = {}) {
  const id = request.id ?? randomUUID();
  const window = request.orders ? {} : { from: whole(Date.now() - 40 * day), to: whole(Date.now() + day) };
  await rig.control(`backfill/${id}`, {
    v: 1, id, shop: rig.stack.shopName, requestedAt: new Date().toISOString(), ...window, ...request });
  return id;
}

/** Its progress, oldest first. */
export async function progressOf(rig, id) {
  const messages = await rig.records.messages();
  return messages.filter((m) => m.key === `${rig.stack.shopName}/backfill/${id}`).map((m) => JSON.parse(m.value));
}

export async function ended(rig, id, timeoutMs = 60_000) {
  let last;
  await waitUntil(async () => {
    last = (await progressOf(rig, id)).at(-1);
    return last && last.state !== 'running';
  }, { what: () => `the end of the backfill (${JSON.stringify(last)})`, timeoutMs, everyMs: 100 });
  return last;
}

export const backfill = async (rig, request) => ended(rig, await ask(rig, request));

/** What a backfill published: id -> snapshot without fetchedAt, and its messages. */
export async function publishedBy(rig, id) {
  const records = await rig.records.messages();
  const polls = new Set(records.map((m) => JSON.parse(m.value)).filter((r) => r.triggerId === id).map((r) => r.pollId));
  const messages = (await rig.orders.messages()).filter((m) => polls.has(headersOf(m).poll_id));
  const snapshots = new Map(messages.map((m) => {
    const { fetchedAt, ...snapshot } = JSON.parse(m.value);
    return [snapshot.id, snapshot];
  }));
  return { messages, snapshots };
}
