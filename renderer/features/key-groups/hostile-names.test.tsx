// @vitest-environment jsdom
import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import { useDialogs } from '../../state/dialogs.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { groupId, groupShown, rotationPlan } from '../plans/plan.fixture.ts';

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

const hebrew = 'תשלומים 2';
const isolated = `\u2068${hebrew}\u2069`;

function working() {
  opened = openWindow(
    new ScriptedLink({
      'session.snapshot': () => snapshotOf('verified'),
      'session.find': () => ({
        hits: [
          {
            kind: 'group',
            id: groupId,
            groupId,
            folderIds: [],
            title: hebrew,
            detail: `alias/x 123`,
          },
        ],
      }),
      'group.show': () => groupShown({ name: hebrew, path: hebrew }),
      'group.planForceRotate': () => new Promise(() => undefined),
      'group.preview': () => ({
        sentence: '',
        alias: 'x',
        firstRotationAt: null,
        remarks: ['said twice', 'said twice'],
        policy: null,
        problems: [],
      }),
      'credential.list': () => ({ credentials: [] }),
      'folder.list': () => ({ folders: [], total: 0, next: null }),
      'group.planEdit': () => rotationPlan(),
    }),
  );
  return userEvent.setup();
}

it('keep to themselves in the hits of find', async () => {
  const user = working();
  await screen.findByRole('navigation');
  await user.type(await screen.findByRole('combobox'), 'x');
  const hit = await screen.findByRole('option');
  expect(within(hit).getByText(hebrew).tagName).toBe('BDI');
  expect(within(hit).getByText('alias/x 123').tagName).toBe('BDI');
});

it('keep to themselves in the title of a plan that is being made, and of properties', async () => {
  working();
  act(() => useDialogs.getState().show({ kind: 'force-rotate', group: groupId }));
  expect(await screen.findByRole('heading', { name: `Rotate “${isolated}”?` })).toBeTruthy();
  act(() => useDialogs.getState().replace({ kind: 'group-properties', group: groupId }));
  expect(await screen.findByRole('heading', { name: `Properties of ${isolated}` })).toBeTruthy();
  expect(await screen.findByRole('button', { name: `Change ${isolated}…` })).toBeTruthy();
  // Two remarks that say the same are two.
  expect(await screen.findAllByText('said twice')).toHaveLength(2);
});
