// @vitest-environment jsdom
import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { useDialogs } from '../../state/dialogs.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { refuse, ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { keyShown } from '../plans/plan.fixture.ts';

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

const idOf = (version: number): string => `019a0000-0000-7000-8000-00000000000${version}`;
const group = '019a0000-0000-7000-8000-0000000000ff';

/** A group of three keys; `answers` says what becomes of a key, by its version. */
function proving(answers: (version: number) => Promise<void> | void, what: 'key' | 'group') {
  const {
    copies: _c,
    history: _h,
    publicKeySha256: _public,
    copiedFrom: _copied,
    sameMaterial: _same,
    tokenSerial: _t,
    masterId: _m,
    lifecycleTimes: _l,
    renewsAt: _r,
    ...view
  } = keyShown();
  const key = (version: number) => ({ ...view, id: idOf(version), version });
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'key.list': () => ({ keys: [key(1), key(3), key(2)], total: 3, next: null }),
    'key.show': () => ({ ...keyShown(), id: idOf(2), version: 2 }),
    'key.prove': async ({ key: id }) => {
      await answers(Number(id.at(-1)));
      return { ...keyShown(), id };
    },
  });
  opened = openWindow(link);
  const of = { what, id: what === 'key' ? idOf(2) : group, name: 'payments-prod' };
  act(() => useDialogs.getState().show({ kind: 'prove-copies', of }));
  return { link, user: userEvent.setup() };
}

const rows = async () =>
  within(await screen.findByRole('grid', { name: 'Copies' }))
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.textContent);

describe('proving the keystore copies of a group', () => {
  it('opens each of them at once, newest first, and says what it found', async () => {
    const { link } = proving(() => undefined, 'group');
    await screen.findByText('Each of the 3 copies opened with the right KCV.');
    expect(link.made('key.prove')).toEqual([3, 2, 1].map((n) => ({ key: idOf(n) })));
    expect((await rows()).every((text) => text?.includes('✓ Proved'))).toBe(true);
  });

  it('goes on after a copy that is another key, and says what that means', async () => {
    const { link } = proving((version) => {
      if (version === 2) throw refuse('HSM_KEY_DIFFERS');
    }, 'group');
    await screen.findByText(/^1 of 3 copies is not as noted at birth\. 2 opened/);
    expect(link.made('key.prove')).toHaveLength(3);
    expect((await rows())[1]).toContain('! Not as noted at birth');
    expect(screen.getByRole('alert').textContent).toContain('Delete nothing.');
  });

  it('ends where each would fail, and can be done again', async () => {
    const world = { away: true };
    const { link, user } = proving((version) => {
      if (version === 2 && world.away) throw refuse('HSM_PIN_NEEDED');
    }, 'group');
    expect(await screen.findByRole('alert')).toBeTruthy();
    expect(link.made('key.prove')).toHaveLength(2);
    expect(screen.getByText('1 of 3 copies opened with the right KCV so far.')).toBeTruthy();
    expect((await rows()).map((text) => text?.includes('Not opened yet'))).toEqual([
      false,
      true,
      true,
    ]);
    world.away = false;
    await user.click(screen.getByRole('button', { name: 'Prove again' }));
    await screen.findByText('Each of the 3 copies opened with the right KCV.');
    expect(link.made('key.prove')).toHaveLength(5);
  });

  it('opens no further copy once it was closed', async () => {
    const answer = Promise.withResolvers<void>();
    const { link, user } = proving(() => answer.promise, 'group');
    await screen.findByText('0 of 3 copies opened with the right KCV so far.');
    await user.click(screen.getByRole('button', { name: 'Stop and close' }));
    await act(async () => {
      answer.resolve();
      await answer.promise;
    });
    expect(useDialogs.getState().open).toEqual([]);
    expect(link.made('key.prove')).toHaveLength(1);
  });
});

it('proves one key by itself', async () => {
  const { link } = proving(() => undefined, 'key');
  await screen.findByText('The copy opened with the right KCV.');
  expect(link.made('key.prove')).toEqual([{ key: idOf(2) }]);
});
