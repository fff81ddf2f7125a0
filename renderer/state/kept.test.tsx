// @vitest-environment jsdom
import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { layOut } from '../testing/laid-out.fixture.ts';
import { snapshotOf, statusOf } from '../testing/pictures.fixture.ts';
import { ScriptedLink } from '../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../testing/window.fixture.tsx';
import { type Dialog, useDialogs } from './dialogs.ts';
import { type Screen, useNavigation } from './navigation.ts';

beforeAll(layOut);
let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

/** Types into a field of a dialog, locks, opens again; what the field holds then. */
const afterLock = (dialog: Dialog, label: string | RegExp, text: string): Promise<string> =>
  typedAcrossLock(() => useDialogs.getState().show(dialog), label, text);

async function typedAcrossLock(
  goThere: () => void,
  label: string | RegExp,
  text: string,
): Promise<string> {
  let state: 'verified' | 'locked' = 'verified';
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf(state, 'real'),
    'keystore.status': () => statusOf(state, 'real'),
    'setting.show': () => ({
      autoLockMinutes: 10,
      consoleAllowed: true,
      rotationLimit: 25,
      softwareModuleToAws: false,
    }),
  });
  opened = openWindow(link);
  await screen.findByRole('navigation');
  act(goThere);
  const empty = await screen.findByLabelText<HTMLInputElement>(label);
  await userEvent.clear(empty);
  await userEvent.type(empty, text);
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

it.each<[Screen, string, string]>([
  ['key-groups', 'Find name, alias, key ID, ARN, KCV or request ID', 'payments'],
  ['keys', 'Group, key ID, ARN, alias, KCV, material', '82B7A1'],
  ['jobs', 'Title or number', '1004'],
  ['security', 'Minutes', '25'],
  ['security', 'Place for backups', '/mnt/second'],
])('what was typed at %s into %s is there again after a lock', async (place, label, text) => {
  const goThere = (): void => useNavigation.getState().go(place);
  expect(await typedAcrossLock(goThere, label, text)).toBe(text);
});

it('is gone when somebody went elsewhere meanwhile', async () => {
  const label = 'Title or number';
  await typedAcrossLock(() => useNavigation.getState().go('jobs'), label, '1004');
  act(() => useNavigation.getState().go('audit'));
  act(() => useNavigation.getState().go('jobs'));
  expect((await screen.findByLabelText<HTMLInputElement>(label)).value).toBe('');
});
