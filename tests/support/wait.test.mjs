import assert from 'node:assert/strict';
import test from 'node:test';
import { waitUntil } from './wait.mjs';

test('gives back what the probe found', async () => {
  let calls = 0;
  assert.equal(await waitUntil(() => ++calls === 3 && 'third', { everyMs: 1 }), 'third');
});

test('a probe that throws is asked again', async () => {
  let calls = 0;
  const probe = () => {
    if (++calls < 3) throw new Error('not there');
    return true;
  };
  assert.equal(await waitUntil(probe, { everyMs: 1 }), true);
});

test('a time-out says what was awaited and the last error', async () => {
  const probe = () => { throw new Error('refused'); };
  await assert.rejects(waitUntil(probe, { what: 'the door', timeoutMs: 30, everyMs: 5 }),
    /waited for the door: not after 0\.0 s; last error: refused/);
});

test('what may be worked out at the end', async () => {
  let seen = 0;
  await assert.rejects(waitUntil(() => { seen++; return false; },
    { what: () => `5 orders (${seen > 1 ? 'some' : 'none'} seen)`, timeoutMs: 30, everyMs: 5 }),
  /waited for 5 orders \(some seen\)/);
});

test('stops at once when there is a reason to give up', async () => {
  const start = performance.now();
  await assert.rejects(waitUntil(() => false, { what: 'x', timeoutMs: 60_000, giveUp: () => 'it is dead' }),
    /it is dead/);
  assert.ok(performance.now() - start < 1000);
});
