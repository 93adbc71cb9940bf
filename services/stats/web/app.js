// The dashboard: reads all that it shows from the interface, again and again. Each part of the page
// has a module of its own.

import { ask, data, polling, saying } from './ask.js';
import { showCounters } from './counters.js';
import { showFresh, showHealth, showOld, showStatus } from './health.js';
import { lettersPath, onLettersChange, showLetters } from './letters.js';
import { showEvents, showPolls } from './lists.js';
import { keepFresh, soon } from './live.js';
import { onOpenChange, showOpen } from './open.js';
import './order.js';
import { historyPath, onPlotChange, showHistory } from './plot.js';
import { onSaved, showSettings } from './settings.js';
import { onPolled } from './trigger.js';
import { updateTimes } from './words.js';

const views = [
  [() => `${polling}/status`, (status) => { showStatus(status); showSettings(status); }],
  [() => `${polling}/stats`, showCounters],
  [() => `${polling}/conflicts`, showOpen],
  [lettersPath, showLetters],
  [historyPath, showHistory],
  [() => `${polling}/polls`, showPolls],
  [() => `${polling}/events`, showEvents]];

async function readView([path, show]) {
  const asked = path();
  const read = await data(asked);
  if (asked === path()) show(read); // otherwise something else was chosen meanwhile
}

async function read(isLive) {
  let isReachable = false;
  try {
    const health = await ask(`${polling}/health`);
    isReachable = true;
    const ends = await Promise.allSettled(views.map(readView));
    const failed = ends.find(({ status }) => status === 'rejected');
    if (failed) throw failed.reason;
    showHealth(health); // not before: it would take away and say again what is still wrong
    showFresh(isLive);
    return true;
  } catch (error) {
    showOld(saying(error), isReachable);
    return false;
  } finally {
    updateTimes();
  }
}

for (const on of [onLettersChange, onOpenChange, onPlotChange, onSaved, onPolled]) on(soon);
keepFresh(read);
