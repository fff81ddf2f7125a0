import { cleanup, render } from '@testing-library/react';
import type { QueryClient } from '@tanstack/react-query';
import { clientOver } from '../client/client.ts';
import { Root } from '../root.tsx';
import { useConnection } from '../state/connection.ts';
import { useDialogs } from '../state/dialogs.ts';
import { useEntry } from '../state/entry.ts';
import { followChanges } from '../state/follow.ts';
import { forgetScreen } from '../state/kept-on-screen.ts';
import { useLocking } from '../state/locking.ts';
import { useNavigation } from '../state/navigation.ts';
import { useNotices } from '../state/notices.ts';
import { newReads } from '../state/reads.ts';
import { askingSecondPerson, useSecondPerson } from '../state/second-person.ts';
import { Window as WholeWindow } from '../window.tsx';
import { ScriptedLink } from './scripted-link.fixture.ts';

/** Under jsdom the encoder is Node's, whose byte arrays are none of the page's own kind. */
globalThis.TextEncoder = class extends TextEncoder {
  override encode(text?: string): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(super.encode(text));
  }
};

export interface TestWindow {
  readonly reads: QueryClient;
  readonly container: HTMLElement;
  close(): void;
}

/** The whole window over a scripted link, as a host would open it. */
export function openWindow(link: ScriptedLink): TestWindow {
  useDialogs.getState().closeAll();
  useNotices.setState({ latest: null, covered: null });
  forgetScreen();
  useSecondPerson.getState().leaveAll();
  useLocking.getState().end();
  useLocking.getState().opened();
  useNavigation.getState().go('key-groups');
  useConnection.getState().set({ kind: 'connecting' });
  const reads = newReads();
  const endFollowing = followChanges(link, reads);
  const { container } = render(
    <Root host={{ link, call: askingSecondPerson(clientOver(link)) }} reads={reads}>
      <WholeWindow />
    </Root>,
  );
  return {
    reads,
    container,
    close: () => {
      endFollowing();
      cleanup();
      reads.clear();
      useEntry.getState().guide(false);
    },
  };
}

/**
 * Everything the window remembers, as one text: reads, deeds under way, stores, storage, and the
 * state and properties of every component. What stands in an input element is not part of it.
 */
export function memoryOf({ reads, container }: TestWindow): string {
  const parts: string[] = [];
  const seen = new Set<object>();
  const look = (value: unknown, depth: number): void => {
    if (typeof value === 'string') parts.push(value);
    if (value === null || typeof value !== 'object' || depth > 14 || seen.has(value)) return;
    // An element holds its own text; the window object holds everything.
    if (value instanceof Node || value instanceof Window) return;
    // What the test itself wrote down of the calls.
    if (value instanceof ScriptedLink) return;
    seen.add(value);
    if (value instanceof Uint8Array) parts.push(new TextDecoder().decode(value));
    else if (value instanceof Map || value instanceof Set) {
      for (const item of value) look(item, depth + 1);
    } else for (const item of Object.values(value)) look(item, depth + 1);
  };
  for (const query of reads.getQueryCache().getAll()) look([query.queryKey, query.state], 0);
  for (const mutation of reads.getMutationCache().getAll()) look(mutation.state, 0);
  for (const store of [
    useDialogs,
    useEntry,
    useNavigation,
    useNotices,
    useConnection,
    useSecondPerson,
  ]) {
    look(store.getState(), 0);
  }
  for (const storage of [localStorage, sessionStorage]) {
    for (const key of Object.keys(storage)) look(storage.getItem(key), 0);
  }
  for (const fiber of fibersOf(container)) {
    look(fiber.memoizedProps, 0);
    for (let hook = fiber.memoizedState; isHook(hook); hook = hook.next) {
      look(hook.memoizedState, 0);
    }
  }
  return parts.join('\n');
}

interface Fiber {
  readonly memoizedProps: unknown;
  readonly memoizedState: unknown;
  readonly child: Fiber | null;
  readonly sibling: Fiber | null;
}

/** React's own tree below a container; nothing of it is promised, so that a test notices its end. */
function* fibersOf(container: HTMLElement): Generator<Fiber> {
  const key = Object.keys(container).find((name) => name.startsWith('__reactContainer$'));
  if (key === undefined) throw new Error('React keeps its tree elsewhere: teach this test where');
  const root = (container as unknown as Record<string, { stateNode: { current: Fiber } }>)[key];
  const waiting: (Fiber | null)[] = [root?.stateNode.current ?? null];
  while (waiting.length > 0) {
    const fiber = waiting.pop();
    if (!fiber) continue;
    yield fiber;
    waiting.push(fiber.sibling, fiber.child);
  }
}

const isHook = (value: unknown): value is { memoizedState: unknown; next: unknown } =>
  typeof value === 'object' && value !== null && 'memoizedState' in value && 'next' in value;
