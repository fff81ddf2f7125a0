// @vitest-environment jsdom
import { act, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import type { HostMessage } from '../../client/link.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';

/** A link whose host asks and is answered. */
class AskingLink extends ScriptedLink {
  readonly answers: unknown[] = [];
  #host: ((message: HostMessage) => void) | null = null;

  onHost(listener: (message: HostMessage) => void): () => void {
    this.#host = listener;
    return () => {
      this.#host = null;
    };
  }
  answerHost(answer: unknown): void {
    this.answers.push(answer);
  }
  ask(): void {
    this.#host?.({ host: 'takeover-asked', from: 'Firefox' });
  }
}

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

async function asked(): Promise<AskingLink> {
  const link = new AskingLink({ 'session.snapshot': () => snapshotOf('locked') });
  opened = openWindow(link);
  act(() => link.ask());
  await screen.findByRole('dialog', { name: 'Another browser asks to take over' });
  return link;
}

it('goes when the other browser took over by itself: nothing is left to be answered', async () => {
  const link = await asked();
  act(() => link.state({ kind: 'refused', reason: 'taken-over' }));
  expect(await screen.findByRole('heading', { name: /has taken over/ })).toBeTruthy();
  expect(screen.queryByRole('dialog')).toBeNull();
});

it('goes with a connection that broke, and is asked again after it', async () => {
  const link = await asked();
  act(() => link.state({ kind: 'lost', since: 0 }));
  act(() => link.state({ kind: 'open' }));
  expect(screen.queryByRole('dialog')).toBeNull();
  act(() => link.ask());
  expect(await screen.findByRole('dialog')).toBeTruthy();
});
