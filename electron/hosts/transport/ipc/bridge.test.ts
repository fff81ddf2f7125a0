import { EventEmitter } from 'node:events';
import type { IpcRenderer } from 'electron';
import { expect, it } from 'vitest';
import { createBridge } from './bridge.ts';

class InTestIpc extends EventEmitter {
  readonly sent: unknown[] = [];
  invoke(channel: string, ...parts: unknown[]): Promise<unknown> {
    this.sent.push(structuredClone([channel, ...parts]));
    return Promise.resolve({ ok: true, output: 1 });
  }
}

function setUp() {
  const ipc = new InTestIpc();
  return { ipc, bridge: createBridge(ipc as unknown as IpcRenderer) };
}

it('gives the page four frozen functions and nothing of Electron', () => {
  const { bridge } = setUp();
  expect(Object.keys(bridge)).toEqual(['call', 'ask', 'onChange', 'onHost']);
  expect(Object.isFrozen(bridge)).toBe(true);
  expect(Object.values(bridge).every((value) => typeof value === 'function')).toBe(true);
});

it('sends a call over its own channel and wipes its copy of what was secret', async () => {
  const { ipc, bridge } = setUp();
  const pin = Uint8Array.of(1, 2);
  await bridge.call('hsm.login', { pin });
  expect(ipc.sent).toEqual([
    ['keyreeve:call', { name: 'hsm.login', input: { pin: Uint8Array.of(1, 2) } }],
  ]);
  expect([...pin]).toEqual([0, 0]);
});

it('sends a call with the ticket by which it can be given up', async () => {
  const { ipc, bridge } = setUp();
  await bridge.call('group.planForceRotate', {}, 7);
  expect(ipc.sent).toEqual([
    ['keyreeve:call', { name: 'group.planForceRotate', input: {}, ticket: 7 }],
  ]);
});

it('asks the desktop over another channel', async () => {
  const { ipc, bridge } = setUp();
  await bridge.ask({ ask: 'choose-folder' });
  expect(ipc.sent).toEqual([['keyreeve:ask', { ask: 'choose-folder' }]]);
});

it('passes messages on without the event they came in, until it is told to stop', () => {
  const { ipc, bridge } = setUp();
  const heard: unknown[] = [];
  const stop = bridge.onChange((...all: unknown[]) => heard.push(all));
  bridge.onHost((...all: unknown[]) => heard.push(all));
  const change = { revision: 1, what: 'job', ids: [] };
  ipc.emit('keyreeve:change', { sender: ipc }, change);
  ipc.emit('keyreeve:host', { sender: ipc }, { core: 'open' });
  stop();
  ipc.emit('keyreeve:change', { sender: ipc }, change);
  expect(heard).toEqual([[change], [{ core: 'open' }]]);
});
