// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { closeCodes, heartbeat } from '../../shared/wire/console.ts';
import { NotBegun } from './link.ts';
import { WebLine } from './web-line.ts';

/** A socket as far as a line uses it; it takes messages only while it is open. */
class Socket extends EventTarget {
  static readonly OPEN = 1;
  static last: Socket;
  readyState = Socket.OPEN;
  readonly sent: unknown[] = [];
  constructor() {
    super();
    Socket.last = this;
  }
  send(bytes: unknown): void {
    if (this.readyState !== Socket.OPEN) throw new Error('not open any more');
    this.sent.push(bytes);
  }
  close(): void {
    this.readyState = 2;
  }
}

beforeEach(() => vi.stubGlobal('WebSocket', Socket));
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const events = {
  ready: vi.fn(),
  change: vi.fn(),
  host: vi.fn(),
  ended: vi.fn(),
};

it('sends nothing into a connection that is closing, and says that no answer can come', async () => {
  const line = new WebLine('AAAA', events);
  const socket = Socket.last;
  socket.dispatchEvent(new Event('open'));
  socket.dispatchEvent(new MessageEvent('message', { data: '{"ready":"open"}' }));
  socket.readyState = 2;
  const sent = socket.sent.length;
  const answer = line.call('session.snapshot', {});
  line.answer({ takeover: 'refuse' });
  expect(socket.sent).toHaveLength(sent);
  socket.dispatchEvent(new CloseEvent('close', { code: 1006 }));
  await expect(answer).rejects.toBeInstanceOf(NotBegun);
});

it('knows what was never begun by a core that gave way: what brought a secret', async () => {
  const line = new WebLine('AAAA', events);
  const socket = Socket.last;
  socket.dispatchEvent(new Event('open'));
  socket.dispatchEvent(new MessageEvent('message', { data: '{"ready":"open"}' }));
  const secret = line.call('keystore.unlock', { passphrase: new Uint8Array([1, 2]) });
  const plain = line.call('group.forceRotate', { group: 'a', plan: 'b' });
  socket.dispatchEvent(new CloseEvent('close', { code: closeCodes.restart }));
  await expect(secret).rejects.toBeInstanceOf(NotBegun);
  await expect(plain).rejects.not.toBeInstanceOf(NotBegun);
});

it('gives up a connection that nobody ever opens, and says so once', async () => {
  vi.useFakeTimers();
  const ended = vi.fn();
  const line = new WebLine('AAAA', { ...events, ended });
  const socket = Socket.last;
  const close = vi.spyOn(socket, 'close');
  const answer = line.call('session.snapshot', {});
  answer.catch(() => undefined);
  vi.advanceTimersByTime(heartbeat.patienceMs - 1);
  expect(ended).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(close).toHaveBeenCalledOnce();
  socket.dispatchEvent(new CloseEvent('close', { code: 1006 }));
  expect(ended).toHaveBeenCalledOnce();
  await expect(answer).rejects.toBeInstanceOf(NotBegun);
});
