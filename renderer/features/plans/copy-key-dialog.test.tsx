// @vitest-environment jsdom
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { useDialogs } from '../../state/dialogs.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { refuse, ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { takesCopy } from './copy-targets.ts';
import {
  groupId,
  groupShown,
  jobId,
  jobShown,
  keyId,
  keyShown,
  rotationPlan,
} from './plan.fixture.ts';

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

const otherId = (n: number): string => `0190aaaa-0000-7000-8000-0000000000f${n}`;
const other = (n: number, name: string, more: Parameters<typeof groupShown>[0] = {}) =>
  groupShown({ id: otherId(n), name, path: name, alias: name, ...more }).group;
const own = groupShown().group;
const dr = other(1, 'payments-dr', { region: 'eu-central-1' });
const plan = rotationPlan({ deed: 'copy-key', button: 'Copy into payments-dr (practice)' });

function copying(groups = [own, dr, other(2, 'tokens', { keyType: 'HMAC' })]) {
  const world = { groups, refusals: [] as ReturnType<typeof refuse>[], plan };
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'key.show': () => keyShown(),
    // a page each, so that all pages have to be read
    'group.list': ({ after }) => {
      const at = world.groups.findIndex(({ id }) => id === after) + 1;
      const page = world.groups.slice(at, at + 1);
      const more = at + 1 < world.groups.length;
      return {
        groups: page,
        total: world.groups.length,
        next: more ? (page.at(-1)?.id ?? null) : null,
      };
    },
    'group.planCopyKey': () => {
      const refusal = world.refusals.shift();
      if (refusal) throw refusal;
      return world.plan;
    },
    'group.copyKey': () => ({ jobId, number: 1043, joined: false }),
    'job.show': () => jobShown(),
  });
  opened = openWindow(link);
  act(() => useDialogs.getState().show({ kind: 'copy-key', key: keyId }));
  return { link, world, user: userEvent.setup() };
}

const picker = () => screen.findByRole('combobox', { name: 'Key group that is to have it' });
const button = (name: string | RegExp) => screen.findByRole('button', { name });
const listed = async (user: ReturnType<typeof userEvent.setup>) => {
  await user.click(await picker());
  return (await screen.findAllByRole('option')).map((option) => option.textContent);
};

describe('Copy Key to Another Group', () => {
  it('begins at the group, plans once one is chosen, and starts under that number', async () => {
    const { link, user } = copying();
    expect(await screen.findByText(/^1 other key group takes this key/)).toBeTruthy();
    expect(document.activeElement).toBe(await picker());
    expect(link.made('group.planCopyKey')).toEqual([]);
    await user.keyboard('central{Enter}');
    await button(plan.button);
    const input = { key: keyId, group: dr.id, adopt: false };
    expect(link.made('group.planCopyKey')).toEqual([input]);
    expect(screen.getByText('alias/payments-prod: version 3 → version 4')).toBeTruthy();
    // what nobody has read is not started by the Enter that took the group
    await user.keyboard('{Enter}');
    expect(link.made('group.copyKey')).toEqual([]);
    await user.click(await button(plan.button));
    expect(link.made('group.copyKey')).toEqual([{ ...input, plan: plan.number }]);
    await waitFor(() => expect(useDialogs.getState().open).toEqual([{ kind: 'job', job: jobId }]));
  });

  it('lists groups of all pages that take the key, with their places', async () => {
    const { user } = copying([own, other(3, 'b'), other(2, 'tokens', { keyType: 'HMAC' }), dr]);
    expect(await screen.findByText(/^2 other key groups take this key/)).toBeTruthy();
    expect(await listed(user)).toEqual([
      'b111122223333 · eu-west-1 · alias/b',
      'payments-dr111122223333 · eu-central-1 · alias/payments-dr',
    ]);
  });

  it('says what to do where no group takes the key', async () => {
    const { link, world, user } = copying([own]);
    expect(await screen.findByText(/^No other key group takes this key: add one/)).toBeTruthy();
    await user.click(await button('Add Key Group…'));
    expect(useDialogs.getState().open.at(-1)).toEqual({ kind: 'add-group', folder: null });
    // on coming back nothing is planned for a group that was not chosen
    act(() => useDialogs.getState().close());
    await waitFor(() => expect(screen.getAllByRole('dialog')).toHaveLength(1));
    world.groups = [own, dr];
    act(() => link.changeOf('group', [dr.id]));
    expect(await screen.findByText(/^1 other key group takes this key/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Check again' })).toBeNull();
  });

  it('shows why a group does not take it, and leads back to the groups', async () => {
    const { world, user } = copying();
    world.refusals.push(refuse('COPY_KEY_KNOWN', { version: 2, group: 'payments-dr' }));
    await listed(user);
    await user.keyboard('{ArrowDown}{Enter}');
    expect(await screen.findByText('That key group has this key already: version 2.')).toBeTruthy();
    await user.click(await button('Choose another group'));
    expect(document.activeElement).toBe(await picker());
  });

  it('adopts the key in the way for the group it was asked of, not for another', async () => {
    const { link, world, user } = copying([own, dr, other(3, 'payments-us')]);
    const held = { alias: 'alias/payments-dr', keyId: 'somebody' };
    world.plan = { ...plan, blocked: { code: 'ALIAS_HELD_ELSEWHERE', details: held } };
    const choose = async (name: string) => {
      await user.clear(await picker());
      await user.type(await picker(), `${name}{Enter}`);
    };
    await choose('payments-dr');
    await user.click(await button('Adopt that key and plan again'));
    await waitFor(() => expect(link.made('group.planCopyKey')).toHaveLength(2));
    await choose('payments-us');
    await waitFor(() =>
      expect(link.made('group.planCopyKey')).toEqual([
        { key: keyId, group: dr.id, adopt: false },
        { key: keyId, group: dr.id, adopt: true },
        { key: keyId, group: otherId(3), adopt: false },
      ]),
    );
  });

  it('shows the job that copies already, in place of a second one', async () => {
    const { world, user } = copying();
    world.plan = { ...plan, runningJob: jobId };
    await listed(user);
    await user.keyboard('{ArrowDown}{Enter}');
    const dialog = within(await screen.findByRole('dialog'));
    expect(await dialog.findByText(/^Already copying/)).toBeTruthy();
    await user.click(await dialog.findByRole('button', { name: /^Show job/ }));
    expect(useDialogs.getState().open).toEqual([{ kind: 'job', job: jobId }]);
  });
});

it.each([
  ['itself', { id: groupId }, false],
  ['another', {}, true],
  ['one of another type', { keyType: 'HMAC' }, false],
  ['one of another length', { keyLength: 'P-384' }, false],
  ['one for another usage', { keyUsage: 'sign-verify' }, false],
  ['one that is kept elsewhere', { storage: 'hsm' }, false],
  ['one whose versions share a KMS key that it has', { mapping: 'material' }, false],
  ['one whose versions are to share a KMS key', { mapping: 'material', keys: 0 }, true],
] as const)('a key can be copied to %s: %o', (_what, more, takes) =>
  expect(takesCopy(other(1, 'payments-dr', more), keyShown())).toBe(takes),
);
