// @vitest-environment jsdom
import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { useDialogs } from '../state/dialogs.ts';
import { snapshotOf } from '../testing/pictures.fixture.ts';
import { ScriptedLink } from '../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../testing/window.fixture.tsx';
import { conditionsOf } from './conditions.ts';

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

const counts = { ...snapshotOf('verified').counts };
const troubled = snapshotOf('checking', 'real', {
  hsm: 'pin-needed',
  hsmLabel: 'BYOK-A',
  counts: { ...counts, due: 2 },
});

function openedWith(snapshot: ReturnType<typeof snapshotOf>) {
  opened = openWindow(new ScriptedLink({ 'session.snapshot': () => snapshot }));
  return { user: userEvent.setup() };
}

describe('conditions of the window', () => {
  it('come with the gravest first', () => {
    const ids = conditionsOf(troubled, { kind: 'lost', since: 0 }).map(({ id }) => id);
    expect(ids).toEqual(['lost', 'pin', 'due', 'checking']);
    expect(conditionsOf(snapshotOf('verified'), { kind: 'open' })).toEqual([]);
  });

  it.each([
    ['unavailable', '! HSM “BYOK-A” is away.'],
    ['wrong-token', '! Another token than “BYOK-A” is there.'],
  ] as const)('tell an HSM that is %s, with its deed', (hsm, headline) => {
    const told = conditionsOf(
      { ...snapshotOf('verified'), hsm, hsmLabel: 'BYOK-A' },
      { kind: 'open' },
    );
    expect(told).toMatchObject([{ headline, deed: { shows: { kind: 'attach-hsm' } } }]);
  });

  it('keep their line when there is nothing to say', async () => {
    openedWith(snapshotOf('verified'));
    const line = await screen.findByText('✓ Keystore verified. Nothing is in the way.');
    expect(line.closest('[role=status]')).not.toBeNull();
  });

  it('stand in one line; the others open over the work, each with its deed', async () => {
    const { user } = openedWith(troubled);
    const line = (await screen.findByText('! The HSM needs its PIN.')).closest('[role=status]');
    expect(line?.parentElement?.textContent).not.toContain('came due');
    await user.click(screen.getByRole('button', { name: '2 more' }));
    const others = await screen.findByRole('dialog', { name: 'What else is in the way' });
    expect(within(others).getByText(/^Checking the keystore/)).toBeTruthy();
    await user.click(within(others).getByRole('button', { name: 'Look and choose…' }));
    expect(useDialogs.getState().open).toEqual([{ kind: 'due' }]);
    act(() => useDialogs.getState().closeAll());
  });
});
