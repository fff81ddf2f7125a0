// @vitest-environment jsdom
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { useDialogs } from '../../state/dialogs.ts';
import { layOut } from '../../testing/laid-out.fixture.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { refuse, ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { noProxy } from './xks.fixture.ts';

beforeAll(layOut);
let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

/** The dialog of a new store, whose core refuses it so. */
async function adding(refusal = refuse('NAME_TAKEN', { name: 'ledger' })) {
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified', 'real'),
    'credential.list': () => ({ credentials: [] }),
    'xks.status': () => noProxy,
    'xksStore.add': () => {
      throw refusal;
    },
  });
  opened = openWindow(link);
  await screen.findByRole('navigation');
  act(() => useDialogs.getState().show({ kind: 'xks-add-store' }));
  const dialog = within(await screen.findByRole('dialog'));
  const user = userEvent.setup();
  const field = (name: string) => dialog.findByLabelText<HTMLInputElement>(name);
  const fillIn = async (): Promise<void> => {
    await user.type(await field('Name'), 'ledger');
    await user.type(await field('Owner accounts'), '111122223333');
  };
  const press = async () => user.click(dialog.getByRole('button', { name: /^Add / }));
  return { link, dialog, user, field, fillIn, press };
}
const at = (element: Element) => waitFor(() => expect(document.activeElement).toBe(element));

describe('an external key store that is not added', () => {
  it('leads to the first field that does not fit yet', async () => {
    const { link, user, field, press } = await adding();
    await press();
    await at(await field('Name'));
    await user.type(await field('Name'), 'ledger');
    await press();
    const accounts = await field('Owner accounts');
    await at(accounts);
    const told = document.getElementById(accounts.getAttribute('aria-describedby') ?? '');
    expect(told?.textContent).toMatch(/^! Say who owns KMS keys/);
    await user.type(accounts, '111122223333');
    await user.type(await field('Region'), 'nowhere{Enter}');
    await at(await field('Region'));
    expect(link.made('xksStore.add')).toEqual([]);
  });

  it.each([
    ['the name that is taken', refuse('NAME_TAKEN', { name: 'ledger' }), 'Name'],
    ['the credential that went', refuse('NOT_FOUND', { what: 'credential' }), 'Credential for AWS'],
    ['what the core says', refuse('BAD_INPUT', { field: 'endpoint' }), 'Proxy URI endpoint'],
  ])('leads to %s', async (_what, refusal, name) => {
    const { field, fillIn, press } = await adding(refusal);
    await fillIn();
    await press();
    await screen.findByRole('alert');
    await at(await field(name));
  });

  it('leads to the message where no field is why', async () => {
    const { dialog, user, fillIn } = await adding(refuse('HSM_UNAVAILABLE'));
    await fillIn();
    await user.click(await dialog.findByLabelText('Name'));
    await user.keyboard('{Enter}');
    const alert = await dialog.findByRole('alert');
    await waitFor(() => expect(document.activeElement?.contains(alert)).toBe(true));
    expect(document.activeElement?.matches('[role=dialog]')).toBe(false);
    expect(document.activeElement?.parentElement?.closest('[role=dialog]')).not.toBeNull();
  });
});
