// @vitest-environment jsdom
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { useDialogs } from '../state/dialogs.ts';
import { snapshotOf } from '../testing/pictures.fixture.ts';
import { ScriptedLink } from '../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../testing/window.fixture.tsx';

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

const folder = {
  id: '0190aaaa-0000-7000-8000-0000000000f1',
  name: 'Payments',
  parentId: null,
  path: 'Payments',
  groups: 0,
  needsYou: 0,
};

async function addingFolder() {
  const added = Promise.withResolvers<typeof folder>();
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'folder.add': () => added.promise,
  });
  opened = openWindow(link);
  act(() => useDialogs.getState().show({ kind: 'add-folder', parent: null }));
  const user = userEvent.setup();
  const dialog = await screen.findByRole('dialog');
  return { link, added, user, dialog };
}

const open = () => useDialogs.getState().open.length;

it('adds no landmark of a page: a screen reader would hear of a second banner', async () => {
  const { dialog } = await addingFolder();
  expect(within(dialog).getByRole('heading', { name: /^Add folder/ })).toBeTruthy();
  expect(within(dialog).queryByRole('banner')).toBeNull();
  expect(within(dialog).queryByRole('contentinfo')).toBeNull();
});

describe('leaving a dialog', () => {
  it('is Esc or its button, and nothing beside it', async () => {
    const { user, dialog } = await addingFolder();
    await user.click(dialog.parentElement as HTMLElement);
    expect(open()).toBe(1);
    await user.keyboard('{Escape}');
    expect(open()).toBe(0);
    act(() => useDialogs.getState().show({ kind: 'add-folder', parent: null }));
    await user.click(await screen.findByRole('button', { name: 'Cancel' }));
    expect(open()).toBe(0);
  });

  it('is Esc too where what had the focus went away', async () => {
    const { user } = await addingFolder();
    (document.activeElement as HTMLElement).blur();
    await user.keyboard('{Escape}');
    expect(open()).toBe(0);
  });

  it('leaves the topmost alone by one Esc', async () => {
    const { user } = await addingFolder();
    act(() => useDialogs.getState().show({ kind: 'shortcuts' }));
    await waitFor(() => expect(screen.getAllByRole('dialog', { hidden: true })).toHaveLength(2));
    (document.activeElement as HTMLElement).blur();
    await user.keyboard('{Escape}');
    expect(open()).toBe(1);
    expect(useDialogs.getState().open[0]?.kind).toBe('add-folder');
  });

  it('waits for what was asked for: neither Esc nor the button leaves until it is answered', async () => {
    const { link, added, user } = await addingFolder();
    await user.type(screen.getByRole('textbox'), 'Payments{Enter}');
    await waitFor(() => expect(link.made('folder.add')).toHaveLength(1));
    const leave = screen.getByRole('button', { name: 'Cancel' });
    await waitFor(() => expect(leave.getAttribute('aria-disabled')).toBe('true'));
    await user.click(leave);
    await user.keyboard('{Escape}');
    expect(open()).toBe(1);
    leave.focus();
    expect(document.activeElement).toBe(leave);
    added.resolve(folder);
    await waitFor(() => expect(open()).toBe(0));
  });
});
