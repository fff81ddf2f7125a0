// @vitest-environment jsdom
import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import type { SynchronizeGroupPlan } from '../../../shared/contract/group-synchronize.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useNavigation } from '../../state/navigation.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { groupId, groupShown, jobId, synchronizeGroupPlan, versionLine } from './plan.fixture.ts';

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

const started = (version: number) => ({
  jobId: jobId.replace(/c1$/, `c${version}`),
  number: 1040 + version,
  joined: false,
  key: versionLine(version).key,
  version,
  reference: `payments-prod/${version}`,
});

function synchronizing(
  plan: () => SynchronizeGroupPlan = () => synchronizeGroupPlan(),
  { hasPolicy = true, versions = [2, 1] } = {},
) {
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'group.show': () => groupShown({ hasPolicy }),
    'group.planSynchronize': plan,
    'group.synchronize': () => ({ jobs: versions.map(started) }),
    'job.show': () => {
      throw new Error('not asked here');
    },
  });
  opened = openWindow(link);
  act(() => useDialogs.getState().show({ kind: 'synchronize-group', group: groupId }));
  return { link, user: userEvent.setup() };
}

const nothingToDo = () =>
  synchronizeGroupPlan({
    sentence: 'Every key is in step with AWS.',
    versions: [versionLine(1)],
    blocked: new OperationError('NOTHING_TO_DO', { reason: 'x' }).toFailure(),
  });
const button = (name: string | RegExp) => screen.findByRole('button', { name });
const press = 'Synchronize 2 keys of payments-prod (practice)';

describe('Synchronize all', () => {
  it('tells of every version what AWS has and what is done', async () => {
    synchronizing();
    const rows = (await screen.findAllByRole('row')).map(({ textContent }) => textContent);
    expect(rows.slice(1)).toEqual([
      'Version 3 · 7c1d…e20fEnabled, material there= in step',
      'Version 2 · 7c1d…e20fPendingImport, material gone→ import the material again',
      'Version 1not read! left out: never sent to AWS',
    ]);
  });

  it('starts under its number by Enter, and shows the jobs of the group', async () => {
    const { link, user } = synchronizing();
    await button(press);
    await user.keyboard('{Enter}');
    await waitFor(() => expect(link.made('group.synchronize')).toHaveLength(1));
    expect(link.made('group.synchronize')[0]).toEqual({
      group: groupId,
      updatePolicy: true,
      importMaterial: true,
      plan: 'aaaaaa111111',
    });
    await waitFor(() => expect(useNavigation.getState().screen).toBe('jobs'));
    expect(useNavigation.getState().jobsOf).toEqual({ id: groupId, name: 'payments-prod' });
    expect(useDialogs.getState().open).toEqual([]);
  });

  it('shows the one job where it was only one', async () => {
    const { user } = synchronizing(() => synchronizeGroupPlan(), { versions: [2] });
    await user.click(await button(press));
    await waitFor(() => expect(useDialogs.getState().open.at(-1)?.kind).toBe('job'));
  });

  it('has no button where every key is in step, and nothing that looks like trouble', async () => {
    const { link, user } = synchronizing(nothingToDo);
    await screen.findByText('Every key is in step with AWS.');
    const close = await button('Close');
    expect(screen.queryByRole('button', { name: /^Synchronize/ })).toBeNull();
    expect(screen.queryByText('There is nothing to do.')).toBeNull();
    await waitFor(() => expect(document.activeElement).toBe(close));
    await user.keyboard('{Enter}');
    expect(link.made('group.synchronize')).toEqual([]);
  });

  it('asks for nothing where neither box is ticked', async () => {
    const { link, user } = synchronizing();
    await button(press);
    await user.click(screen.getByRole('checkbox', { name: 'Update Policy' }));
    await user.click(screen.getByRole('checkbox', { name: 'Import Key Material' }));
    await screen.findByText('Choose at least one.');
    const asked = link.made('group.planSynchronize');
    expect(asked.map(({ updatePolicy }) => updatePolicy)).toEqual([true, false]);
  });

  it('leaves the policy out, and says why, where the group has no template', async () => {
    const { link } = synchronizing(() => synchronizeGroupPlan(), { hasPolicy: false });
    await button(press);
    const policy = screen.getByRole('checkbox', { name: 'Update Policy' });
    expect([policy.matches(':checked'), policy.matches(':disabled')]).toEqual([false, true]);
    expect(link.made('group.planSynchronize')).toEqual([
      { group: groupId, updatePolicy: false, importMaterial: true },
    ]);
  });

  it('marks the version that reads otherwise when it was planned again', async () => {
    let times = 0;
    const { user } = synchronizing(() => {
      times += 1;
      return times === 1
        ? synchronizeGroupPlan()
        : synchronizeGroupPlan({
            number: 'bbbbbb222222',
            versions: [versionLine(3, { verdict: 'synchronize', does: 'put the policy back' })],
          });
    });
    await button(press);
    await user.click(await button('Check again'));
    const row = await screen.findByRole('row', { name: /put the policy back/ });
    expect(row.textContent).toContain('changed since you looked');
  });
});
