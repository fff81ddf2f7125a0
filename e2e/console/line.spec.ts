import { createConnection } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeCodes, mostCallsAtOnce } from '../../shared/wire/console.ts';
import { messageLimits } from '../../shared/wire/message.ts';
import { ConsoleProcess } from '../support/console-process.ts';
import {
  hello,
  lineHeaders,
  openSocket,
  outcomeOf,
  packed,
  useLink,
  WebCaller,
  type WebKey,
} from '../support/web-caller.ts';

/** The line between a window and the core, spoken wrongly in every way we could think of. */
describe('the line of a window', () => {
  let host: ConsoleProcess;
  let key: WebKey;
  beforeAll(async () => {
    host = await ConsoleProcess.start();
    key = await useLink(host.url);
  });
  afterAll(() => host.stop());

  const open = () => WebCaller.open(host.port, key);
  /** A good line beside the bad one goes on. */
  const stillServes = async (): Promise<void> => {
    const good = await open();
    expect(await good.call('keystore.status')).toMatchObject({ ok: true });
    good.close();
  };

  const json = (text: string): Buffer => {
    const body = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    return Buffer.concat([length, body]);
  };
  const nonsense: [string, Buffer | string][] = [
    ['text instead of bytes', '{"id":1,"call":"keystore.status","input":{}}'],
    ['nothing', Buffer.alloc(0)],
    ['a length without a message', Buffer.from([0, 0, 0, 9])],
    ['no JSON', json('{"message":')],
    [
      'bytes that are no text',
      Buffer.concat([Buffer.from([0, 0, 0, 2]), Buffer.from([0xff, 0xfe])]),
    ],
    ['no message in it', json('{"mess":1}')],
    ['a message that is no object', json('{"message":7}')],
    ['no number', json('{"message":{"call":"keystore.status","input":{}}}')],
    ['a number that is none', json('{"message":{"id":1.5,"call":"keystore.status","input":{}}}')],
    ['a call that is no name', json('{"message":{"id":1,"call":7,"input":{}}}')],
    ['a call given up by no number', json('{"message":{"giveUp":"all"}}')],
    ['an answer nobody asked for', json('{"message":{"answer":"yes"}}')],
    [
      'an attachment that is not there',
      json('{"message":{"a":null},"attachments":[{"at":["a"],"length":5}]}'),
    ],
    [
      'an attachment at no place',
      json('{"message":{},"attachments":[{"at":["__proto__"],"length":0}]}'),
    ],
    ['bytes left over', Buffer.concat([json('{"message":{}}'), Buffer.from([1])])],
  ];
  it.each(nonsense)('ends at %s', async (_name, message) => {
    const window = await open();
    window.socket.send(message);
    expect(await window.ended()).toBe(closeCodes.nonsense);
  });

  it('ends at a message over 1 MiB, and serves one just under it', async () => {
    const over = await open();
    over.socket.send(Buffer.alloc(messageLimits.bytes + 1));
    expect([1002, 1006, 1009]).toContain(await over.ended());
    const under = await open();
    const reply = await under.call('session.find', { text: 'x'.repeat(messageLimits.bytes - 200) });
    expect(reply).toMatchObject({ ok: false });
    under.close();
  });

  it('ends when more calls are under way than it allows', async () => {
    const window = await open();
    const ended = window.ended();
    for (let call = 0; call < mostCallsAtOnce * 4; call += 1) void window.call('keystore.status');
    // far more than is read before it ends: why it ended comes all the same
    for (let more = 0; more < 50; more += 1) window.socket.send(Buffer.alloc(100_000));
    expect(await ended).toBe(closeCodes.nonsense);
    await stillServes();
  });

  it('answers calls that the contract does not know, and calls with wrong input', async () => {
    const window = await open();
    for (const name of [
      'console.link',
      'constructor.name',
      '__proto__.x',
      'keystore',
      '',
      'a.b.c',
    ]) {
      const reply = await window.call(name);
      expect(reply).toMatchObject({ ok: false, failure: { code: 'NO_SUCH_OPERATION' } });
    }
    expect(await window.call('keystore.status', { more: 1 })).toMatchObject({
      ok: false,
      failure: { code: 'BAD_INPUT' },
    });
    window.close();
  });

  it('answers each call by its number, whatever order the answers come in', async () => {
    const window = await open();
    const replies = await Promise.all(
      Array.from({ length: mostCallsAtOnce - 2 }, (_, at) =>
        window.call(at % 2 === 0 ? 'keystore.status' : 'session.snapshot'),
      ),
    );
    for (const [at, reply] of replies.entries()) {
      expect(reply).toMatchObject({
        ok: true,
        output: at % 2 === 0 ? { slots: [] } : { counts: {} },
      });
    }
    window.close();
  });

  it('loses nothing of what a window says at once', async () => {
    // A connection is handed from one process to another: both could read from it for a moment.
    for (let times = 0; times < 60; times += 1) {
      const window = await open();
      expect(await window.call('keystore.status')).toMatchObject({ ok: true });
      window.close();
      await window.ended();
    }
  });

  it('drops a window that says nothing first', async () => {
    const socket = openSocket(host.port, lineHeaders(host.port, key.cookie));
    expect(await outcomeOf(socket)).toBe('open');
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(closeCodes.nonsense);
  });

  it('drops a window of another version of the line', async () => {
    const socket = openSocket(host.port, lineHeaders(host.port, key.cookie));
    await outcomeOf(socket);
    const factor = new Uint8Array(Buffer.from(key.factor, 'base64url'));
    socket.send(packed({ protocol: 99, factor }));
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(closeCodes.ended);
  });

  it('takes no bytes that were sent ahead of the handshake', async () => {
    const socket = createConnection({ port: host.port, host: '127.0.0.1' });
    const headers = { Host: `127.0.0.1:${host.port}`, ...lineHeaders(host.port, key.cookie) };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const upgrade = [
      'GET /line HTTP/1.1',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      ...lines,
      '',
      '',
    ].join('\r\n');
    socket.write(Buffer.concat([Buffer.from(upgrade), Buffer.from(hello(key.factor))]));
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
    });
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('lets no one window starve the others: sixteen at most', async () => {
    const windows: WebCaller[] = [];
    for (let at = 0; at < 16; at += 1) windows.push(await open());
    const more = openSocket(host.port, lineHeaders(host.port, key.cookie));
    expect(await outcomeOf(more)).toBe(0);
    const gone = Promise.all(windows.map((window) => window.ended()));
    for (const window of windows) window.close();
    await gone;
    await stillServes();
  });

  it('sends changes in order to every window, without being asked', async () => {
    const [one, two] = [await open(), await open()];
    const passphrase = new Uint8Array(Buffer.from('a passphrase of several words'));
    expect(await one.call('keystore.create', { realm: 'practice', passphrase })).toMatchObject({
      ok: true,
    });
    for (let at = 0; at < 5; at += 1) {
      expect(await one.call('folder.add', { name: `folder ${at}` })).toMatchObject({ ok: true });
    }
    await two.heard(({ change }) => (change as { what?: string } | undefined)?.what === 'folder');
    await two.call('keystore.status');
    for (const window of [one, two]) {
      const revisions = window.said.flatMap(({ change }) =>
        change === undefined ? [] : [(change as { revision: number }).revision],
      );
      expect(revisions.length).toBeGreaterThan(5);
      expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
      window.close();
    }
  });

  it('notes who called: the account, this computer, the console', async () => {
    const { records } = await host.call('audit.list', {});
    const made = records.find(({ action }) => action === 'folder.add');
    expect(made).toMatchObject({ channel: 'console' });
  });
});
