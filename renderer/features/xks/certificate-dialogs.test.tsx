// @vitest-environment jsdom
import { act, screen } from '@testing-library/react';
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

it('gives up a request that cannot be read only by a button that says so', async () => {
  const files = { certificate: '/x/chain.pem', privateKey: '/x/private-key.pem', current: null };
  const problem = 'request.json cannot be read: make another request.';
  const csr = '-----BEGIN CERTIFICATE REQUEST-----';
  const pending = { host: 'xks.example.test', csr, madeAt: 1_800_000_000_000 };
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
  await user.click(screen.getByRole('button', { name: 'Give it up and make a new one' }));
  const wish = { host: 'xks.example.test', key: 'P-256', confirm: true };
  expect(link.made('xks.requestCertificate')).toEqual([wish]);
});
