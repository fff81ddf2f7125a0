// @vitest-environment jsdom
import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { LinkLost, NotBegun } from '../../client/link.ts';
import { snapshotOf, statusOf } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

it('does not go on telling of a lost connection once it is back', async () => {
  let answer = Promise.withResolvers<OutputFor<'keystore.unlock'>>();
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('locked'),
    'keystore.status': () => statusOf('locked'),
    'keystore.unlock': () => answer.promise,
  });
  opened = openWindow(link);
  await userEvent.type(await screen.findByLabelText('Passphrase'), 'a passphrase{Enter}');
  act(() => link.state({ kind: 'lost', since: Date.now() }));
  await act(async () => answer.reject(new LinkLost()));
  await screen.findByRole('alert');
  act(() => link.state({ kind: 'open' }));
  await screen.findByText(/^The connection is back/);
  expect(screen.queryByRole('alert')).toBeNull();
  answer = Promise.withResolvers();
  await userEvent.type(screen.getByLabelText('Passphrase'), 'a passphrase{Enter}');
  expect(screen.queryByText(/^The connection is back/)).toBeNull();
});

it('reads again what was asked before there was a connection', async () => {
  let there = false;
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('locked'),
    'keystore.status': () => {
      if (there) return statusOf('locked');
      throw new LinkLost();
    },
  });
  link.begin({ kind: 'connecting' });
  opened = openWindow(link);
  await screen.findByRole('alert');
  there = true;
  act(() => link.state({ kind: 'open' }));
  await screen.findByLabelText('Passphrase');
  expect(screen.queryByRole('alert')).toBeNull();
});

it('keeps what is typed while it is read again how the keystore opens', async () => {
  const world = { state: 'locked' as 'locked' | 'verified', there: false };
  const status = Promise.withResolvers<OutputFor<'keystore.status'>>();
  const link: ScriptedLink = new ScriptedLink({
    'session.snapshot': () => snapshotOf(world.state),
    'keystore.status': () => {
      if (world.there) return status.promise;
      throw new LinkLost();
    },
    'keystore.unlock': () => {
      world.state = 'verified';
      link.change('session');
      return statusOf('verified');
    },
  });
  opened = openWindow(link);
  await screen.findByRole('alert');
  await userEvent.type(await screen.findByLabelText('Passphrase'), 'a passphrase');
  world.there = true;
  act(() => link.state({ kind: 'lost', since: Date.now() }));
  act(() => link.state({ kind: 'open' }));
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  expect(screen.getByLabelText<HTMLInputElement>('Passphrase').value).toBe('a passphrase');
  await userEvent.keyboard('{Enter}');
  await waitFor(() =>
    expect(link.made('keystore.unlock')).toEqual([{ passphrase: 'a passphrase' }]),
  );
  status.resolve(statusOf('verified'));
});

it('sends what was never begun as soon as there is a line again, and nothing twice else', async () => {
  const breaks = [new NotBegun(), new NotBegun()];
  const world = { state: 'locked' as 'locked' | 'verified' };
  const link: ScriptedLink = new ScriptedLink({
    'session.snapshot': () => snapshotOf(world.state),
    'keystore.status': () => statusOf(world.state),
    'keystore.unlock': () => {
      const broken = breaks.pop();
      if (broken) throw broken;
      world.state = 'verified';
      link.change('session');
      return statusOf('verified');
    },
  });
  opened = openWindow(link);
  await userEvent.type(await screen.findByLabelText('Passphrase'), 'a passphrase{Enter}');
  expect(await screen.findByRole('navigation')).toBeTruthy();
  expect(link.made('keystore.unlock')).toHaveLength(3);
});
