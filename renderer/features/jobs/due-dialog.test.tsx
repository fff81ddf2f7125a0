// @vitest-environment jsdom
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useNavigation } from '../../state/navigation.ts';
import { layOut } from '../../testing/laid-out.fixture.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { refuse, ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { began } from './jobs.fixture.ts';

type Due = OutputFor<'job.due'>;
type DueRow = Due['due'][number];
type Renewal = Due['renewals'][number];

const group = (n: number, reason: DueRow['reason'] = 'locked'): DueRow => ({
  groupId: `0190c1a2-0000-7000-8000-${String(n).padStart(12, '0')}`,
  groupName: `group-${n}`,
  dueAt: began,
  reason,
});

const renewal = (n: number, reason: DueRow['reason'] = 'locked'): Renewal => ({
  ...group(n, reason),
  keyId: `0190c1a2-0000-7000-9000-${String(n).padStart(12, '0')}`,
  version: n,
  endsAt: began + 86_400_000,
});

beforeAll(layOut);
let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

interface Look {
  readonly fails?: boolean;
  readonly renewals?: readonly Renewal[];
  readonly title?: string;
}

async function look(
  due: readonly DueRow[],
  held: DueRow['reason'] | null,
  { fails = false, renewals = [], title = 'Rotations that came due' }: Look = {},
) {
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'job.list': () => ({ jobs: [], next: null }),
    'job.due': () => ({ due: [...due], renewals: [...renewals], held }),
    'job.startDue': ({ groups = [], keys = [] }) => {
      if (fails) throw refuse('NOT_DESIGNATED');
      return { jobs: [...groups, ...keys] };
    },
  });
  opened = openWindow(link);
  await screen.findByRole('navigation');
  act(() => useDialogs.getState().show({ kind: 'due' }));
  const found = await screen.findByRole('dialog', { name: title });
  return { link, dialog: within(found), user: userEvent.setup() };
}

describe('rotations that came due', () => {
  it('starts nothing by itself, and those that are chosen on a press', async () => {
    const { link, dialog, user } = await look([group(1), group(2), group(3, 'tried')], 'locked');
    await dialog.findByText('group-3');
    expect(dialog.getByText('its scheduled rotation ended without rotating')).toBeTruthy();
    expect(link.made('job.startDue')).toEqual([]);
    await user.click(dialog.getByRole('checkbox', { name: /group-2/ }));
    await user.click(dialog.getByRole('button', { name: 'Start 2 rotations (practice)' }));
    await waitFor(() =>
      expect(link.made('job.startDue')).toEqual([
        { groups: [group(1).groupId, group(3).groupId], keys: [] },
      ]),
    );
    await waitFor(() => expect(useNavigation.getState().screen).toBe('jobs'));
    expect(useDialogs.getState().open).toEqual([]);
  });

  it.each([
    [1, /group-1/],
    [3, 'All 3 of them'],
  ])('of %i begin at the box to choose with, where Enter starts nothing', async (many, name) => {
    const { link, dialog, user } = await look([group(1), group(2), group(3)].slice(0, many), null);
    const first = await dialog.findByRole('checkbox', { name });
    await waitFor(() => expect(document.activeElement).toBe(first));
    await user.keyboard('{Enter}');
    expect(link.made('job.startDue')).toEqual([]);
    await user.keyboard(' ');
    expect(dialog.getByText('0 chosen')).toBeTruthy();
  });

  it('stand behind renewals, which say when AWS deletes what, and are chosen like them', async () => {
    const { link, dialog, user } = await look([group(1)], 'locked', {
      renewals: [renewal(2), renewal(3, 'tried')],
      title: 'Rotations and renewals that came due',
    });
    await dialog.findByText('group-1');
    const rows = dialog.getAllByRole('listitem').map(({ textContent }) => textContent ?? '');
    expect(rows[0]).toMatch(/Renew .?group-2.?, version 2AWS deletes it /);
    expect(rows[1]).toContain('its scheduled renewal ended without another date');
    expect(rows[2]).toContain('group-1due ');
    await user.click(dialog.getByRole('checkbox', { name: /version 3/ }));
    await user.click(
      dialog.getByRole('button', { name: 'Start 1 rotation and 1 renewal (practice)' }),
    );
    await waitFor(() =>
      expect(link.made('job.startDue')).toEqual([
        { groups: [group(1).groupId], keys: [renewal(2).keyId] },
      ]),
    );
  });

  it('takes all out and in with one box, and does not start none', async () => {
    const { link, dialog, user } = await look([group(1), group(2)], 'locked');
    await user.click(await dialog.findByRole('checkbox', { name: /All 2/ }));
    const start = dialog.getByRole('button', { name: 'Start (practice)' });
    expect(start.getAttribute('aria-disabled')).toBe('true');
    await user.click(start);
    expect(link.made('job.startDue')).toEqual([]);
    await user.click(dialog.getByRole('checkbox', { name: /All 2/ }));
    expect(dialog.getByRole('button', { name: 'Start 2 rotations (practice)' })).toBeTruthy();
  });

  it('says what becomes of those that are left out, and asks for one thing once', async () => {
    const { dialog } = await look([group(1)], 'locked');
    await dialog.findByRole('checkbox', { name: /group-1/ });
    expect(dialog.getAllByRole('checkbox')).toHaveLength(1);
    expect(dialog.getByText(/what is left out goes on waiting/)).toBeTruthy();
  });

  it('says what has to be looked at first', async () => {
    const { dialog } = await look([group(1, 'clock-jumped')], 'clock-jumped');
    expect(
      await dialog.findByText(/See first that the clock of this computer is right/),
    ).toBeTruthy();
  });

  it('says why they were not started, and stays', async () => {
    const { dialog, user } = await look([group(1)], 'locked', { fails: true });
    await user.click(await dialog.findByRole('button', { name: 'Start 1 rotation (practice)' }));
    expect((await dialog.findByRole('alert')).textContent).toContain('not the one that rotates');
  });

  it('finds one of many by its name; those not listed follow the one box', async () => {
    const many = Array.from({ length: 250 }, (_, n) => group(n + 1));
    const { dialog, user } = await look(many, 'too-many');
    expect(await dialog.findByText(/^50 more/)).toBeTruthy();
    await user.type(dialog.getByLabelText('Name'), 'group-250');
    await user.click(await dialog.findByRole('checkbox', { name: /group-250/ }));
    expect(dialog.getByRole('button', { name: 'Start 249 rotations (practice)' })).toBeTruthy();
  });
});
