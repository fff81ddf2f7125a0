// @vitest-environment jsdom
import { act, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { useNavigation } from '../../state/navigation.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

it.each([true, false])(
  'says why its parts are closed while nothing runs (running: %s)',
  async (ours) => {
    const link = new ScriptedLink({
      'session.snapshot': () => snapshotOf('verified'),
      'practice.status': () => ({
        ours,
        url: null,
        account: null,
        calls: null,
        credential: null,
        softHsm: false,
      }),
    });
    opened = openWindow(link);
    await screen.findByRole('navigation');
    act(() => useNavigation.getState().go('practice'));
    const closed = async () =>
      (await screen.findByRole<HTMLButtonElement>('tab', { name: 'Mischief' })).disabled;
    await expect.poll(closed).toBe(!ours);
    const why = 'The other parts open once this Keyreeve has started the practice KMS.';
    expect(screen.queryAllByText(why)).toHaveLength(ours ? 0 : 1);
  },
);
