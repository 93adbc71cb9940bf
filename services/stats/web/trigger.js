// Polling now: a dry run first, what came of it, then in earnest.

import { ask, polling, saying } from './ask.js';
import { whileBusy } from './busy.js';
import { confirm } from './dialog.js';
import { byId, el, setText } from './dom.js';

const form = byId('trigger');
const askEveryMs = 2000;
let tried = null; // the values of the last dry run that came to its end
let polled = () => {};

export const onPolled = (then) => { polled = then; };

function tell(text, isBad) {
  byId('trigger-result').className = isBad ? 'bad' : '';
  setText(byId('trigger-result'), text);
}

/** Only what was filled in: the rest is as the timer has it. */
function values() {
  const all = [...new FormData(form)].filter(([name, value]) => value !== '' && name !== 'mode');
  return Object.fromEntries(all.map(([name, value]) => [name, Number(value)]));
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The service answers when all is done, or after a while with an id to ask by. */
async function trigger(wish) {
  let answer = await ask(`${polling}/trigger`, { method: 'POST', json: wish, patient: true });
  const { ask: path } = answer.body.data ?? {};
  while (path && (answer.status === 202 || answer.body.data?.status === 'running' || answer.status === 503)) {
    if (answer.body.data) tell(`${answer.body.data.message} …`);
    await wait(askEveryMs);
    answer = await ask(path);
  }
  return answer;
}

function resultOf({ status, body }) {
  if (status !== 200) return { isFine: false, text: body.detail ?? `the service answered with status ${status}` };
  const s = body.data.statistics;
  const text = `${body.data.message} in ${body.data.duration_seconds} s: ${s.newly_synced} created, ${s.updated} updated, `
    + `${s.cancelled} cancelled, ${s.already_synced} unchanged, ${s.skipped} skipped, ${s.conflicts} conflicts, ${s.sync_errors} errors.`;
  return { isFine: body.data.status !== 'error', text };
}

async function run(wish) {
  tell(wish.dry_run ? 'Dry run: nothing is written …' : 'Polling …');
  const { isFine, text } = resultOf(await trigger(wish));
  tell(text, !isFine);
  return isFine && text;
}

async function dryRun(wish) {
  const text = await run({ ...wish, dry_run: true });
  if (text) tried = JSON.stringify(wish);
  return text;
}

/** In earnest only after a dry run with the same values, which is shown before. */
async function pollNow(wish) {
  if (tried !== JSON.stringify(wish)) {
    const text = await dryRun(wish);
    if (!text || !await confirm('Poll now?', [el('p', {}, text), el('p', {}, 'Polling now writes this to RMS.')], 'Poll now')) return;
  }
  tried = null;
  await run(wish);
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const buttons = [...form.querySelectorAll('button')];
  const isReal = event.submitter?.value === 'real';
  whileBusy(buttons, async () => {
    try {
      await (isReal ? pollNow : dryRun)(values());
    } catch (error) {
      tell(saying(error), true);
    }
    polled();
  });
});
