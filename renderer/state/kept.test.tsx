// @vitest-environment jsdom
import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { layOut } from '../testing/laid-out.fixture.ts';
import { snapshotOf, statusOf } from '../testing/pictures.fixture.ts';
import { ScriptedLink } from '../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../testing/window.fixture.tsx';
import { type Dialog, useDialogs } from './dialogs.ts';

beforeAll(layOut);
let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

/** Types into a field of a dialog, locks, opens again; what the field holds then. */
async function afterLock(dialog: Dialog, label: string | RegExp, text: string): Promise<string> {
  let state: 'verified' | 'locked' = 'verified';
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf(state, 'real'),
    'keystore.status': () => statusOf(state, 'real'),
  });
  opened = openWindow(link);
  await screen.findByRole('navigation');
  act(() => useDialogs.getState().show(dialog));
  await userEvent.type(await screen.findByLabelText(label), text);
  state = 'locked';
  act(() => link.change('session'));
  await screen.findByRole('heading', { name: 'Unlock desk.keystore' });
  state = 'verified';
  act(() => link.change('session'));
  const field = await screen.findByLabelText<HTMLInputElement>(label);
  return field.value;
}

it.each<[Dialog, string | RegExp, string]>([
  [{ kind: 'add-folder', parent: null }, 'Name', 'Payments'],
  [{ kind: 'import-credential' }, 'Name in this keystore', 'payments-kms'],
  [{ kind: 'add-slot' }, 'Called', 'in the safe'],
  [{ kind: 'export-audit' }, 'File', '/mnt/evidence/audit.jsonl'],
  [{ kind: 'verify-audit' }, 'Fingerprint of the signing key', 'ab12'],
  [{ kind: 'attach-hsm' }, /^Where is the second copy/, 'safe 3'],
])('what was typed into %o is there again after a lock', async (dialog, label, text) => {
  expect(await afterLock(dialog, label, text)).toBe(text);
});

it('is gone with its dialog', async () => {
  const dialog: Dialog = { kind: 'add-folder', parent: null };
  await afterLock(dialog, 'Name', 'Payments');
  await userEvent.keyboard('{Escape}');
  act(() => useDialogs.getState().show(dialog));
  expect((await screen.findByLabelText<HTMLInputElement>('Name')).value).toBe('');
});
