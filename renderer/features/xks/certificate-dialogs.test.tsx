// @vitest-environment jsdom
import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import { useDialogs } from '../../state/dialogs.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

const files = { certificate: '/x/chain.pem', privateKey: '/x/private-key.pem', current: null };
const csr = '-----BEGIN CERTIFICATE REQUEST-----';
const pending = { host: 'xks.example.test', csr, madeAt: 1_800_000_000_000 };

it('gives up a request that cannot be read only by a box and a button that say so', async () => {
  const problem = 'request.json cannot be read: make another request.';
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'xksStore.list': () => ({ stores: [] }),
    'xks.certificate': () => ({ ...files, waits: true, pending: null, problem }),
    'xks.requestCertificate': () => ({ ...files, waits: true, pending, problem: null }),
  });
  opened = openWindow(link);
  act(() => useDialogs.getState().show({ kind: 'xks-request-certificate' }));
  const user = userEvent.setup();
  expect(await screen.findByText(`! ${problem}`)).toBeTruthy();
  await user.type(screen.getByRole('textbox', { name: 'Name' }), 'xks.example.test');
  await user.click(screen.getByRole('checkbox', { name: /^Give up the key that waits/ }));
  await user.click(screen.getByRole('button', { name: 'Give it up and make a new one' }));
  const wish = { host: 'xks.example.test', key: 'P-256', confirm: true };
  expect(link.made('xks.requestCertificate')).toEqual([wish]);
});

it('keeps the key that waits when Enter is pressed, or pressed once more', async () => {
  const asked = { ...files, pending, waits: true, problem: null };
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'xksStore.list': () => ({ stores: [] }),
    'xks.certificate': () =>
      link.made('xks.requestCertificate').length === 0
        ? { ...asked, pending: null, waits: false }
        : asked,
    'xks.requestCertificate': () => asked,
  });
  opened = openWindow(link);
  act(() => useDialogs.getState().show({ kind: 'xks-request-certificate' }));
  const user = userEvent.setup();
  await user.type(await screen.findByRole('textbox', { name: 'Name' }), 'xks.example.test');
  await user.click(screen.getByRole('button', { name: 'Make key and request (practice)' }));
  act(() => link.change('xks'));
  const other = await screen.findByRole('button', { name: 'Give it up and make a new one' });
  await user.click(other);
  await user.type(screen.getByRole('textbox', { name: 'Name' }), '{Enter}');
  expect(link.made('xks.requestCertificate')).toHaveLength(1);
  await user.click(screen.getByRole('checkbox', { name: /can then not be imported/ }));
  await user.click(other);
  await waitFor(() => expect(link.made('xks.requestCertificate')).toHaveLength(2));
  await waitFor(() => expect(screen.getByRole<HTMLInputElement>('checkbox').checked).toBe(false));
});
