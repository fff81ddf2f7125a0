import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Change } from '../../shared/contract/session.ts';
import type {
  BridgeAnswer,
  DesktopAsk,
  DesktopBridge,
  DesktopEvent,
} from '../../shared/host/desktop-bridge.ts';
import { desktopLink } from './desktop-link.ts';
import { LinkLost, type LinkState, NotBegun } from './link.ts';

class InTestBridge implements DesktopBridge {
  readonly asked: DesktopAsk[] = [];
  answer: (asked: DesktopAsk) => BridgeAnswer = () => ({ ok: true, output: 'open' });
  reply: BridgeAnswer = { ok: true, output: 1 };
  #host: (event: DesktopEvent) => void = () => undefined;
  #change: (change: Change) => void = () => undefined;

  readonly called: unknown[][] = [];
  call(...given: unknown[]): Promise<BridgeAnswer> {
    this.called.push(given);
    return Promise.resolve(this.reply);
  }
  ask(asked: DesktopAsk): Promise<BridgeAnswer> {
    this.asked.push(asked);
    return Promise.resolve(this.answer(asked));
  }
  onChange(listener: (change: Change) => void): () => void {
    this.#change = listener;
    return () => undefined;
  }
  onHost(listener: (event: DesktopEvent) => void): () => void {
    this.#host = listener;
    return () => undefined;
  }
  tell(event: DesktopEvent): void {
    this.#host(event);
  }
  change(change: Change): void {
    this.#change(change);
  }
}

function setUp(nothingToLose = true) {
  const bridge = new InTestBridge();
  const link = desktopLink(bridge, { nothingToLose: () => nothingToLose });
  const states: LinkState['kind'][] = [];
  link.onState(({ kind }) => states.push(kind));
  return { bridge, link, states };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const settled = () => vi.advanceTimersByTimeAsync(0);

describe('the way to the core through the desktop', () => {
  it('gives up a call under way by its ticket, and one that is answered not at all', async () => {
    const { bridge, link } = setUp();
    await settled();
    const asked = bridge.asked.length;
    const [first, second] = [new AbortController(), new AbortController()];
    const under = Promise.withResolvers<BridgeAnswer>();
    bridge.call = (...given) => {
      bridge.called.push(given);
      return under.promise;
    };
    const reply = link.call('group.planForceRotate', {}, first.signal);
    const other = link.call('group.planForceRotate', {}, second.signal);
    expect(bridge.called).toEqual([
      ['group.planForceRotate', {}, 1],
      ['group.planForceRotate', {}, 2],
    ]);
    second.abort();
    under.resolve({ ok: true, output: 1 });
    await Promise.all([reply, other]);
    first.abort();
    expect(bridge.asked.slice(asked)).toEqual([{ ask: 'give-up', ticket: 2 }]);
    await expect(link.call('group.list', {}, AbortSignal.abort())).rejects.toThrow(NotBegun);
    expect(bridge.called).toHaveLength(2);
  });

  it('is open once the desktop says so', async () => {
    const { states } = setUp();
    expect(states).toEqual(['connecting']);
    await settled();
    expect(states).toEqual(['connecting', 'open']);
  });

  it('carries calls and changes', async () => {
    const { bridge, link } = setUp();
    expect(await link.call('session.snapshot', {})).toEqual({ ok: true, output: 1 });
    const heard: Change[] = [];
    link.onChange((change) => heard.push(change));
    const change: Change = { revision: 1, what: 'job', ids: [] };
    bridge.change(change);
    expect(heard).toEqual([change]);
  });

  it('says that no answer can come when the core ended first', async () => {
    const { bridge, link } = setUp();
    bridge.reply = { lost: true };
    await expect(link.call('key.list', {})).rejects.toThrow(LinkLost);
  });

  it('shows a core that is replaced quickly as no break, and asks for everything again', async () => {
    const { bridge, states } = setUp();
    await settled();
    bridge.tell({ core: 'starting' });
    await vi.advanceTimersByTimeAsync(899);
    bridge.tell({ core: 'open' });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(states).toEqual(['connecting', 'open', 'connecting', 'open']);
  });

  it('shows a core that takes longer, and one that ended for good, as lost', async () => {
    const { bridge, states, link } = setUp();
    await settled();
    bridge.tell({ core: 'starting' });
    await vi.advanceTimersByTimeAsync(900);
    expect(states.at(-1)).toBe('lost');
    bridge.tell({ core: 'open' });
    bridge.tell({ core: 'ended' });
    expect(states.at(-1)).toBe('lost');
    link.retry();
    expect(bridge.asked.at(-1)).toEqual({ ask: 'start-core' });
  });

  it.each([true, false])('answers after a lock whether the page may go: %s', async (fresh) => {
    const { bridge } = setUp(fresh);
    bridge.tell({ emptied: true });
    expect(bridge.asked.at(-1)).toEqual({ ask: 'kept', fresh });
    await settled();
  });

  it('gives the path that a person chose, or that none was', async () => {
    const { bridge, link } = setUp();
    await settled();
    bridge.answer = () => ({ ok: true, output: '/mnt/backup' });
    expect(await link.host?.chooseFolder?.()).toBe('/mnt/backup');
    expect(await link.host?.chooseFileToWrite?.('audit.jsonl')).toBe('/mnt/backup');
    bridge.answer = () => ({ ok: true, output: null });
    expect(await link.host?.chooseFolder?.()).toBe(null);
    expect(bridge.asked.slice(1)).toEqual([
      { ask: 'choose-folder' },
      { ask: 'choose-file-to-write', suggestion: 'audit.jsonl' },
      { ask: 'choose-folder' },
    ]);
  });
});
