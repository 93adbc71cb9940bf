// When the page asks again: when the stream of events says that something happened, and now and then
// anyway; every few seconds while there is no stream.

const streamPath = '/api/v1/events';
const events = ['status', 'order', 'poll'];
const gapMs = 1000; // least time between two readings
const calmMs = 10000; // with a stream
const pollMs = 3000; // without
const refusedMs = 5000; // until a stream that was refused is asked for again

let source = null;
let read; // resolves when the page was refreshed
let isLive = false;
let isReading = false;
let isWanted = false;
let timer;
let again;
let lastMs = 0;

function plan(ms) {
  clearTimeout(timer);
  timer = setTimeout(run, ms);
}

async function run() {
  clearTimeout(timer);
  if (document.hidden) return;
  isReading = true;
  isWanted = false;
  lastMs = Date.now();
  const fine = await read(isLive);
  isReading = false;
  plan(isWanted ? gapMs : fine && isLive ? calmMs : pollMs);
}

/** Reads soon: many events at once are one reading. */
export function soon() {
  isWanted = true;
  if (!isReading) plan(Math.max(0, lastMs + gapMs - Date.now()));
}

function onError() {
  isLive = false;
  soon();
  if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
  again = setTimeout(open, refusedMs);
}

function open() {
  close();
  source = new EventSource(streamPath);
  source.addEventListener('open', () => { isLive = true; soon(); });
  source.addEventListener('error', onError);
  for (const name of events) source.addEventListener(name, soon);
}

function close() {
  clearTimeout(again);
  source?.close();
  isLive = false;
}

/** A browser has six connections to one host: a tab that nobody sees leaves them to others. */
function onVisibility() {
  clearTimeout(timer);
  if (document.hidden) {
    close();
  } else {
    open();
    soon();
  }
}

/** reads(isLive) refreshes the page and resolves to whether all could be read. */
export function keepFresh(reads) {
  read = reads;
  document.addEventListener('visibilitychange', onVisibility);
  onVisibility();
}
