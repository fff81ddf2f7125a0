import type { IpcMainInvokeEvent, WebContents, WebFrameMain } from 'electron';
import { beforeEach, describe, expect, it } from 'vitest';
import { askEnvelope, callEnvelope } from './envelopes.ts';
import { secureHandle } from './secure-handle.ts';

type Handler = (event: IpcMainInvokeEvent, ...parts: unknown[]) => Promise<unknown>;

const origin = 'app://console';
const mainFrame = { origin } as WebFrameMain;
let handler: Handler = () => Promise.resolve(null);
let refusals: string[] = [];
let ran: unknown[] = [];
let broken: unknown[] = [];
let time = 0;
let run: (message: unknown) => Promise<{ ok: true; output: unknown }>;

function register(rate = { burst: 1000, perSecond: 1000 }): void {
  const contents = {
    mainFrame,
    ipc: { handle: (_channel: string, given: Handler) => void (handler = given) },
  } as unknown as Pick<WebContents, 'ipc' | 'mainFrame'>;
  secureHandle(contents, {
    channel: 'keyreeve:call',
    envelope: callEnvelope,
    origin,
    run: (message) => {
      ran.push(structuredClone(message));
      return run(message);
    },
    refused: (why) => refusals.push(why),
    broke: (error) => broken.push(error),
    now: () => time,
    rate,
  });
}

const from = (senderFrame: WebFrameMain | null): IpcMainInvokeEvent =>
  ({ senderFrame }) as IpcMainInvokeEvent;
const send = (...parts: unknown[]) => handler(from(mainFrame), ...parts);
const call = { name: 'session.snapshot', input: {} };
const badInput = { ok: false, failure: { code: 'BAD_INPUT' } };

beforeEach(() => {
  refusals = [];
  ran = [];
  broken = [];
  time = 0;
  run = () => Promise.resolve({ ok: true, output: 1 });
  register();
});

describe('a handler for a window', () => {
  it('answers the main frame of the window while it shows our page', async () => {
    expect(await send(call)).toEqual({ ok: true, output: 1 });
    expect(ran).toEqual([call]);
  });

  it.each([
    ['a frame that is gone', null],
    ['another frame', { origin } as WebFrameMain],
  ])('does not answer %s', async (why, frame) => {
    expect(await handler(from(frame), call)).toMatchObject({
      ok: false,
      failure: { code: 'CALLER_NOT_TRUSTED' },
    });
    expect(refusals).toEqual([why]);
    expect(ran).toEqual([]);
  });

  it.each(['app://console.evil', 'app://Console', 'https://console', 'null', '', 'file://'])(
    'does not answer its own frame showing %s',
    async (elsewhere) => {
      const frame = mainFrame as { origin: string };
      frame.origin = elsewhere;
      try {
        expect(await send(call)).toMatchObject({ failure: { code: 'CALLER_NOT_TRUSTED' } });
        expect(refusals).toEqual(['another origin']);
      } finally {
        frame.origin = origin;
      }
    },
  );

  const cyclic: Record<string, unknown> = { name: 'a.b' };
  cyclic['input'] = cyclic;
  let deep: unknown = 0;
  for (let level = 0; level < 40; level += 1) deep = [deep];
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['text', 'session.snapshot'],
    ['a field more', { ...call, caller: { trusted: true } }],
    ['no name', { input: {} }],
    ['a name that is no text', { name: 5, input: {} }],
    ['a name that is too long', { name: 'a'.repeat(101), input: {} }],
    ['more than 1 MiB of text', { ...call, input: 'x'.repeat(600_000) }],
    ['more than 1 MiB of bytes', { ...call, input: new Uint8Array(1024 * 1024 + 1) }],
    ['a small view of much memory', { ...call, input: new Uint8Array(2 ** 21).subarray(0, 4) }],
    ['an empty list of a billion places', { ...call, input: Object.assign([], { length: 1e9 }) }],
    ['very many parts', { ...call, input: Array.from({ length: 500_000 }, () => 0) }],
    ['a message that is too deep', { ...call, input: deep }],
    ['a cycle', cyclic],
    ['a Map', { ...call, input: new Map() }],
    ['a Date', { ...call, input: new Date(0) }],
    ['an ArrayBuffer', { ...call, input: new ArrayBuffer(4) }],
    ['a big integer', { ...call, input: 1n }],
    ['no number', { ...call, input: Number.NaN }],
  ])('refuses %s', async (_what, message) => {
    expect(await send(message)).toMatchObject(badInput);
    expect(ran).toEqual([]);
    expect(refusals).toHaveLength(1);
  });

  it('refuses two messages at once, and none', async () => {
    expect(await send(call, call)).toMatchObject(badInput);
    expect(await send()).toMatchObject(badInput);
  });

  it('wipes the secrets of a message when the answer is there, and when it is refused', async () => {
    const message = { name: 'keystore.unlock', input: { passphrase: Uint8Array.of(1, 2, 3) } };
    await send(message);
    expect([...message.input.passphrase]).toEqual([0, 0, 0]);
    expect(ran).toEqual([
      { name: 'keystore.unlock', input: { passphrase: Uint8Array.of(1, 2, 3) } },
    ]);
    const refused = { name: 5, input: { pin: Uint8Array.of(9) } };
    await send(refused);
    expect([...refused.input.pin]).toEqual([0]);
  });

  it('answers so many in a row, then so many in each second', async () => {
    register({ burst: 2, perSecond: 10 });
    expect(await send(call)).toMatchObject({ ok: true });
    expect(await send(call)).toMatchObject({ ok: true });
    expect(await send(call)).toMatchObject(badInput);
    time += 100;
    expect(await send(call)).toMatchObject({ ok: true });
    expect(await send(call)).toMatchObject(badInput);
  });

  it('keeps at most 64 calls at work', async () => {
    const gate = Promise.withResolvers<{ ok: true; output: unknown }>();
    run = () => gate.promise;
    const flying = Array.from({ length: 64 }, () => send(call));
    expect(await send(call)).toMatchObject(badInput);
    gate.resolve({ ok: true, output: 0 });
    await Promise.all(flying);
    expect(await send(call)).toMatchObject({ ok: true });
  });

  it('tells the window nothing of a handler that broke', async () => {
    run = () => Promise.reject(new Error('/home/somebody/secret'));
    const answer = await send(call);
    expect(answer).toMatchObject({ ok: false, failure: { code: 'INTERNAL' } });
    expect(JSON.stringify(answer)).not.toContain('somebody');
    expect(broken).toHaveLength(1);
  });
});

describe('what a window may ask of the desktop', () => {
  it.each<[boolean, unknown]>([
    [true, { ask: 'choose-folder' }],
    [true, { ask: 'give-up', ticket: 3 }],
    [false, { ask: 'give-up', ticket: '3' }],
    [true, { ask: 'choose-file-to-write', suggestion: 'audit 2026.jsonl' }],
    [false, { ask: 'choose-file-to-write', suggestion: '../etc/passwd' }],
    [false, { ask: 'choose-file-to-write', suggestion: 'a\\b' }],
    [false, { ask: 'choose-file-to-write', suggestion: 'a\0b' }],
    [false, { ask: 'choose-folder', defaultPath: '/etc' }],
    [false, { ask: 'open-external', url: 'https://example.org' }],
    [false, { ask: '__proto__' }],
  ])('%s: %o', (fits, message) => {
    expect(askEnvelope.safeParse(message).success).toBe(fits);
  });
});
