// What the demo prints: tables, and the status as people read it.

const isTerminal = process.stdout.isTTY;
const bold = (text) => (isTerminal ? `\x1b[1m${text}\x1b[0m` : text);

export const say = (text = '') => console.log(text);
export const title = (text) => say(`\n${bold(text)}`);

/** Rows of cells as a table; numbers to the right. */
export function table(head, rows) {
  const cells = [head, ...rows].map((row) => row.map((cell) => String(cell ?? '')));
  const widths = head.map((_, i) => Math.max(...cells.map((row) => row[i].length)));
  const isNumber = head.map((_, i) => rows.length > 0 && rows.every((row) => /^[-+\d.,]*$/.test(String(row[i] ?? ''))));
  const line = (row) => row.map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
    .join('  ').trimEnd();
  say(`  ${bold(line(cells[0]))}`);
  for (const row of cells.slice(1)) say(`  ${line(row)}`);
}

export function showRms(rms, orders) {
  const names = new Map(orders.map((o) => [`SHOPIFY-${o.id}`, o.name]));
  table(['RMS order', 'reference', 'shop', 'closed', 'total', 'tax', 'lines', 'comment'], rms.orders.map((o) => [
    o.ID, o.ReferenceNumber, names.get(o.ReferenceNumber), Number(o.Closed) ? 'yes' : 'no', Number(o.Total).toFixed(2),
    Number(o.Tax).toFixed(2), rms.entriesOf(o.ID).filter((e) => Number(e.QuantityOnOrder) > 0).length,
    o.Comment.slice(0, 48)]));
}

/** Result events, newest last: what was decided on each order, and why. */
export function showResults(results) {
  table(['order', 'action', 'reason', 'RMS order', 'detail'], results.map((r) => [
    r.name ?? r.order, r.action + (r.dryRun ? ' (dry run)' : ''), r.reason, r.rmsOrder, (r.detail ?? '').slice(0, 90)]));
}

export function showUsage(usage) {
  table(['process', 'memory MB', 'peak MB', 'CPU s'], Object.entries(usage).map(([name, u]) => [
    name, (u.rssKb / 1024).toFixed(1), (u.peakRssKb / 1024).toFixed(1), (u.cpuMs / 1000).toFixed(2)]));
}
