// Two days of a shop's life in virtual time; thirty with TILLBRIDGE_LONG. See soak_rig.mjs.

import test from 'node:test';
import { soak } from './soak_rig.mjs';

const isLong = Boolean(process.env.TILLBRIDGE_LONG);
const seed = Number(process.env.TILLBRIDGE_SEED ?? 20);

test('two days: nothing missing, nothing partial, the bucket never overdrawn', async (t) => {
  t.diagnostic(JSON.stringify(await soak({ days: 2, everyMinutes: 90, seed })));
});

test('thirty days, a poll every two hours', { skip: !isLong && 'only with TILLBRIDGE_LONG' }, async (t) => {
  t.diagnostic(JSON.stringify(await soak({ days: 30, everyMinutes: 120, seed })));
});
