// @vitest-environment jsdom
import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { credentialId, groupId, groupShown, rotationPlan } from '../plans/plan.fixture.ts';

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

const bound = '111122223333';
const [elsewhere, right] = [
  '0190aaaa-0000-7000-8000-0000000000d2',
  '0190aaaa-0000-7000-8000-0000000000d3',
];
const credential = (
  id: string,
  name: string,
  account: string,
): OutputFor<'credential.list'>['credentials'][number] => ({
  id,
  name,
  kind: 'keys',
  accessKeyId: 'AKIAEXAMPLEEXAMPLE00',
  account,
  principalArn: null,
  endpoint: null,
  tls: null,
  connection: 'Connected',
  problem: null,
  testedAt: null,
  expiresAt: null,
  usedBy: { groups: 0, stores: 0, roles: 0 },
});
const mismatch = {
  code: 'ACCOUNT_MISMATCH' as const,
  details: { group: 'payments-prod', bound, credential: '444455556666' },
};

/** A group whose credential is of another account by now, until somebody gives it the right one. */
function working() {
  const world = { credential: credentialId };
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'credential.list': () => ({
      credentials: [
        credential(credentialId, 'moved', '444455556666'),
        credential(elsewhere, 'elsewhere', '444455556666'),
        credential(right, 'payments-new', bound),
      ],
    }),
    'folder.list': () => ({ folders: [], total: 0, next: null }),
    'group.show': () => groupShown({ credentialId: world.credential }),
    'group.preview': () => ({
      sentence: 'New keys.',
      alias: 'payments-prod',
      firstRotationAt: null,
      remarks: [],
      policy: null,
      problems: [],
    }),
    'group.planForceRotate': () =>
      rotationPlan(world.credential === right ? {} : { blocked: mismatch }),
    'group.planEdit': ({ changes }) =>
      rotationPlan({
        title: 'Change “payments-prod”?',
        button: 'Change payments-prod',
        blocked: changes.credential === right ? null : mismatch,
      }),
    'group.edit': ({ changes }) => {
      world.credential = changes.credential ?? world.credential;
      return groupShown({ credentialId: world.credential }).group;
    },
  });
  opened = openWindow(link);
  return { link, user: userEvent.setup() };
}

const button = (name: string) => screen.findByRole('button', { name });
const radio = (name: RegExp) => screen.findByRole('radio', { name });

it('leads from a rotation that is refused to another credential, and back to its plan', async () => {
  const { link, user } = working();
  act(() => useDialogs.getState().show({ kind: 'force-rotate', group: groupId }));
  await user.click(await button('Select credential…'));
  const wrong = await radio(/^elsewhere/);
  expect(wrong.closest('label')?.textContent).toContain('! another account');
  expect((await radio(/^payments-new/)).closest('label')?.textContent).not.toContain('another');
  await user.click(wrong);
  await user.click(await button('Select elsewhere'));
  // Refused once more: chosen anew right there.
  await user.click(await button('Select credential…'));
  await user.click(await radio(/^payments-new/));
  await user.click(await button('Select payments-new'));
  await user.click(await button('Change payments-prod'));
  const rotate = await button('Rotate payments-prod (practice)');
  await waitFor(() => expect(rotate.getAttribute('aria-disabled')).toBeNull());
  expect(useDialogs.getState().open).toEqual([{ kind: 'force-rotate', group: groupId }]);
  expect(link.made('group.edit')).toEqual([
    { group: groupId, changes: { credential: right }, plan: 'aaaaaa111111' },
  ]);
});

it('closes where the credential stays as it is, and changes nothing', async () => {
  const { link, user } = working();
  act(() => useDialogs.getState().show({ kind: 'force-rotate', group: groupId }));
  await user.click(await button('Select credential…'));
  await waitFor(async () => expect(await radio(/^moved/)).toHaveProperty('checked', true));
  await user.click(await button('Select moved'));
  await button('Rotate payments-prod (practice)');
  expect(link.made('group.planEdit')).toEqual([]);
});

it('keeps what else was changed in the properties when a credential is chosen anew', async () => {
  const { link, user } = working();
  act(() => useDialogs.getState().show({ kind: 'group-properties', group: groupId }));
  const name = await screen.findByLabelText('Name');
  await user.type(name, '-2');
  await user.click(await button('Select credential'));
  await user.click(await radio(/^elsewhere/));
  await user.click(await button('Select elsewhere'));
  await user.click(await button('Change payments-prod…'));
  await user.click(await button('Select credential…'));
  await user.click(await radio(/^payments-new/));
  await user.click(await button('Select payments-new'));
  await user.click(await button('Change payments-prod'));
  await waitFor(() => expect(link.made('group.edit')).toHaveLength(1));
  expect(link.made('group.edit')[0]).toMatchObject({
    changes: { name: 'payments-prod-2', credential: right },
  });
});
