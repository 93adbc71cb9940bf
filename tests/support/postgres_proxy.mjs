// A TCP proxy before PostgreSQL that sees the client's statements and cuts a connection at its COMMIT: before the server
// has it, or after the server has answered and before the client hears of it.

import net from 'node:net';

const startupLength = 4; // the first message of a connection has no type

/** Cuts a client's bytes into PostgreSQL's messages; `onMessage(type, text, bytes)` gets each whole one, in order. */
function splitter(onMessage) {
  let pending = Buffer.alloc(0);
  let started = false;
  return (bytes) => {
    pending = Buffer.concat([pending, bytes]);
    for (;;) {
      const head = started ? 1 : 0;
      if (pending.length < head + startupLength) return;
      const end = head + pending.readUInt32BE(head);
      if (pending.length < end) return;
      const message = pending.subarray(0, end);
      pending = pending.subarray(end);
      const type = started ? String.fromCharCode(message[0]) : '';
      started = true;
      onMessage(type, message.toString('utf8', head + startupLength, Math.max(head + startupLength, end - 1)), message);
    }
  };
}

class PostgresProxy {
  constructor(target) {
    this.target = target;
    this.mode = null;
    this.cuts = 0;
    this.commits = 0;
    this.isClosed = false;
    this.sockets = new Set();
    this.server = net.createServer((client) => this.#join(client));
  }

  /** The next COMMIT is cut: 'unsent' never reaches the server, 'unanswered' is done and its answer is lost. */
  cutNextCommit(mode) { this.mode = mode; }

  /** Whether those who connect are turned away, as from a server that is not there. */
  refuse(isClosed) { this.isClosed = isClosed; }

  #join(client) {
    const server = net.connect(this.target.port, this.target.host);
    const both = [client, server];
    const end = () => both.forEach((socket) => socket.destroy());
    for (const socket of both) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', end).on('close', () => { this.sockets.delete(socket); end(); });
    }
    if (this.isClosed) return end();
    let isDeaf = false; // what the server says from here on is lost
    const onMessage = (type, text, bytes) => {
      const isCommit = type === 'Q' && text === 'COMMIT';
      const mode = isCommit ? this.mode : null;
      if (isCommit) this.commits += 1;
      if (mode) this.#cut();
      if (mode === 'unsent') return end();
      isDeaf ||= mode === 'unanswered';
      server.write(bytes);
    };
    client.on('data', splitter(onMessage));
    server.on('data', (bytes) => (isDeaf ? end() : client.write(bytes)));
  }

  /** Nobody gets through again before refuse(false), so that a test can look at what the server holds now. */
  #cut() {
    this.mode = null;
    this.cuts += 1;
    this.isClosed = true;
  }

  close() {
    this.sockets.forEach((socket) => socket.destroy());
    return new Promise((resolve) => { this.server.close(resolve); });
  }
}

/** target: {host, port}. Resolves to a proxy that listens on 127.0.0.1, at `port`. */
export async function startPostgresProxy(target) {
  const proxy = new PostgresProxy(target);
  await new Promise((resolve, reject) => {
    proxy.server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  proxy.port = proxy.server.address().port;
  return proxy;
}
