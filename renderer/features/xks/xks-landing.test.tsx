// @vitest-environment jsdom
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { useNavigation } from '../../state/navigation.ts';
import { layOut } from '../../testing/laid-out.fixture.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { noProxy, proxyShown, storeId, storeShown, xksKeyShown } from './xks.fixture.ts';
import { useXksPlace } from './xks-place.ts';

beforeAll(layOut);
let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

it('tells a screen reader when a proxy goes away, or is back', async () => {
  const serving = { ...noProxy, nodes: [proxyShown()] };
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'xksStore.list': () => ({ stores: [storeShown()] }),
    'xksKey.list': () => ({ keys: [] }),
    'xks.status': () => serving,
  });
  opened = openWindow(link);
  await screen.findByRole('navigation');
  act(() => useNavigation.getState().go('xks'));
  const told = (await screen.findByText('1 proxy serves set 1')).closest('[role=status]');
  expect(told).not.toBeNull();
  serving.nodes = [proxyShown({ revision: null, problem: 'it does not answer' })];
  act(() => link.change('xks'));
  await waitFor(() => expect(told?.textContent).not.toMatch(/serves set 1/));
  expect(told?.isConnected).toBe(true);
});

it('opens the store of an external key that was found, and gives its row the focus', async () => {
  const { id, name } = xksKeyShown();
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'xksStore.list': () => ({ stores: [storeShown()] }),
    'xksKey.list': () => ({ keys: [xksKeyShown()] }),
    'session.find': () => ({
      hits: [{ kind: 'xks-key', id, title: name, detail: '', groupId: null, folderIds: [] }],
    }),
  });
  opened = openWindow(link);
  await screen.findByRole('navigation');
  act(() => useNavigation.getState().go('xks'));
  const tree = await screen.findByRole('treegrid', { name: 'External key stores' });
  await within(tree).findByText('payments');
  // Somebody closed the store, and sees only what needs them.
  act(() => useXksPlace.getState().toggle(storeId, false));
  act(() => useXksPlace.getState().filter(true));
  await waitFor(() => expect(within(tree).queryByText('payments')).toBeNull());
  act(() => useNavigation.getState().go('key-groups'));
  const user = userEvent.setup();
  await user.type(await screen.findByRole('combobox', { name: /^Find/ }), 'payments{Enter}');
  const again = await screen.findByRole('treegrid', { name: 'External key stores' });
  await waitFor(() => expect(document.activeElement).toBe(again));
  const row = await within(again).findByRole('row', { selected: true });
  expect(within(row).getByText('payments')).toBeTruthy();
  expect(again.getAttribute('aria-activedescendant')).toBe(row.id);
});
