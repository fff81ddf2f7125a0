// @vitest-environment jsdom
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import type { InputFor, OutputFor } from '../../../shared/contract/index.ts';
import { type Dialog, useDialogs } from '../../state/dialogs.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { credentialId, groupId, groupShown, rotationPlan } from '../plans/plan.fixture.ts';

type Snapshot = OutputFor<'session.snapshot'>;
type Preview = OutputFor<'group.preview'>;
type Draft = InputFor<'group.preview'>['fields'];

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

const credential = (
  more: Partial<OutputFor<'credential.test'>> = {},
): OutputFor<'credential.test'> => ({
  id: credentialId,
  name: 'payments-kms',
  kind: 'keys',
  accessKeyId: 'AKIAEXAMPLEEXAMPLE00',
  account: '111122223333',
  principalArn: null,
  endpoint: null,
  tls: null,
  connection: 'Connected',
  problem: null,
  testedAt: null,
  expiresAt: null,
  usedBy: { groups: 0, stores: 0, roles: 0 },
  ...more,
});

/** What the core would say: the three things without which no group can be. */
function preview(fields: Draft): Preview {
  const problem = (field: string, text: string) => ({
    field,
    failure: { code: 'BAD_INPUT' as const, details: { field, problem: text } },
  });
  return {
    sentence: `New keys of ${fields.name || 'this group'} every ${fields.rotateEvery?.amount ?? '-'}.`,
    alias: fields.alias ?? (fields.name ?? '').toLowerCase(),
    firstRotationAt: fields.rotate ? 1_800_000_000_000 : null,
    remarks: [],
    policy: null,
    problems: [
      ...(fields.name ? [] : [problem('name', 'give the group a name')]),
      ...(fields.credential ? [] : [problem('credential', 'select a credential')]),
      ...(fields.region ? [] : [problem('region', 'choose a Region')]),
    ],
  };
}

function working(dialog: Dialog, more: Partial<Snapshot> = {}, shown = groupShown()) {
  const world: {
    snapshot: Snapshot;
    credential: ReturnType<typeof credential>;
    others: readonly ReturnType<typeof credential>[];
  } = {
    snapshot: snapshotOf('verified', 'practice', more),
    credential: credential(),
    others: [],
  };
  const link = new ScriptedLink({
    'session.snapshot': () => world.snapshot,
    'keystore.status': () => {
      throw new Error('not asked here');
    },
    'credential.list': () => ({ credentials: [world.credential, ...world.others] }),
    'folder.list': () => ({ folders: [], total: 0, next: null }),
    'group.show': () => shown,
    'group.preview': ({ fields }) => preview(fields),
    'group.add': ({ name }) => groupShown({ name, keys: 0 }).group,
    'group.lookAtAlias': () => ({ free: true, keyId: null, ours: false }),
    'group.planForceRotate': () => rotationPlan(),
    'group.planEdit': () => rotationPlan({ deed: 'change-group', button: 'Change payments-prod' }),
    'group.edit': () => groupShown().group,
  });
  opened = openWindow(link);
  act(() => useDialogs.getState().show({ ...dialog }));
  return { link, world, user: userEvent.setup() };
}

const add: Dialog = { kind: 'add-group', folder: null };
const button = (name: string | RegExp) => screen.findByRole('button', { name });
const field = (name: string) =>
  within(screen.getByRole('dialog')).findByLabelText<HTMLInputElement>(name);
const tab = (name: RegExp) => screen.findByRole('tab', { name });

/** What the window gives up the last call of this name with. */
const signalOf = (link: ScriptedLink, name: string): Promise<AbortSignal | undefined> =>
  waitFor(() => {
    const at = link.calls.findLastIndex((call) => call.name === name);
    expect(at).toBeGreaterThanOrEqual(0);
    return link.givenUp[at];
  });

async function fillIn(user: ReturnType<typeof userEvent.setup>): Promise<void> {
  await user.click(await button('Continue'));
  await user.type(await field('Name'), 'cards');
  await user.click(await button('Select credential'));
  await user.click(await button('Select payments-kms'));
  await user.click(await tab(/AWS Properties/));
  await user.type(await screen.findByRole('combobox', { name: 'Region' }), 'ireland{Enter}');
}

describe('what AWS may do to a key by itself', () => {
  it('is read with the choice that lets it, before anybody makes that', async () => {
    const { user } = working(add);
    await user.click(await button('Continue'));
    await user.click(await tab(/AWS Properties/));
    const then = /days after an import, unless Keyreeve imports it again/;
    await screen.findByRole('radio', { name: 'After', description: then });
    const lost = /decrypt/i;
    await screen.findByRole('checkbox', { name: /^Disable key after/, description: lost });
  });
});

describe('the first dialog', () => {
  it('leaves to the window what the chosen family has: type, length and usage follow each other', async () => {
    const { user } = working(add, { hsm: 'ready', hsmLabel: 'BYOK-A' });
    await user.click(await screen.findByRole('radio', { name: /^Asymmetric/ }));
    await user.click(await button('Continue'));
    const select = (name: string) => screen.getByLabelText<HTMLSelectElement>(name);
    const offered = (name: string) => [...select(name).options].map(({ text }) => text);
    await screen.findByText(/Asymmetric$/);
    expect(offered('Key Type')).toEqual(['RSA', 'ECC']);
    expect(offered('Key Length')).toEqual(['RSA-2048', 'RSA-3072', 'RSA-4096']);
    expect(offered('Key Usage')).toEqual(['Encrypt + Decrypt', 'Sign + Verify']);
    await user.selectOptions(select('Key Type'), 'ECC');
    expect(offered('Curve')).toEqual(['P-256', 'P-384', 'P-521', 'secp256k1']);
    await user.selectOptions(select('Key Usage'), 'Key Agreement');
    await user.selectOptions(select('Curve'), 'P-521');
    expect(select('Key Usage').value).toBe('key-agreement');
    await user.selectOptions(select('Curve'), 'secp256k1');
    expect(offered('Key Usage')).toEqual(['Sign + Verify']);
    expect(select('Key Usage').value).toBe('sign-verify');
  });

  it('begins with symmetric keys in the HSM', async () => {
    working(add, { hsm: 'ready', hsmLabel: 'BYOK-A' });
    const symmetric = await screen.findByRole<HTMLInputElement>('radio', { name: /^Symmetric/ });
    expect(symmetric.checked).toBe(true);
    const hsm = await screen.findByRole<HTMLInputElement>('radio', { name: /^HSM Protected/ });
    expect(hsm.checked).toBe(true);
    expect(hsm.closest('label')?.textContent).toContain('BYOK-A');
  });

  it('takes software where there is no HSM, and leads to attaching one', async () => {
    const { user } = working(add);
    const hsm = await screen.findByRole<HTMLInputElement>('radio', { name: /^HSM Protected/ });
    expect(hsm.disabled).toBe(true);
    await user.click(await button('Attach HSM…'));
    expect(useDialogs.getState().open.at(-1)).toEqual({ kind: 'attach-hsm' });
  });
});

describe('Add Key Group', () => {
  it('leads to the first problem, and marks the tab that holds one', async () => {
    const { link, world, user } = working(add);
    world.others = [credential({ id: groupId, name: 'cards-kms' })];
    await user.click(await button('Continue'));
    const name = await field('Name');
    await waitFor(() => expect(document.activeElement).toBe(name));
    expect(screen.queryByText('Give the group a name')).toBeNull();
    await user.keyboard('{Enter}');
    expect(await screen.findByText('Give the group a name')).toBeTruthy();
    expect(document.activeElement).toBe(name);
    const beside = document.getElementById(name.getAttribute('aria-describedby') ?? '');
    expect(beside?.textContent).toContain('Give the group a name');
    expect((await tab(/^Group/)).textContent).toContain('2 problems');
    expect((await tab(/^AWS/)).textContent).toContain('1 problem');
    expect(link.made('group.add')).toEqual([]);
  });

  it('chooses the only credential by itself, and counts it as nothing that somebody typed', async () => {
    const { link, user } = working(add);
    await user.click(await button('Continue'));
    await screen.findByText(/^payments-kms · 111122223333/);
    await waitFor(() =>
      expect(link.made('group.preview').at(-1)).toMatchObject({
        fields: { credential: credentialId },
      }),
    );
    await user.click(await button('Cancel'));
    await waitFor(() => expect(useDialogs.getState().open).toEqual([]));
  });

  it('opens the tab of the first problem', async () => {
    const { user } = working(add);
    await fillIn(user);
    await user.clear(await screen.findByRole('combobox', { name: 'Region' }));
    await user.click(await tab(/^Group/));
    await user.click(await button('Add Group'));
    await waitFor(() =>
      expect(document.activeElement).toBe(screen.getByRole('combobox', { name: 'Region' })),
    );
    expect((await tab(/^AWS/)).getAttribute('aria-selected')).toBe('true');
  });

  it('keeps what was typed when the tab changes, and the alias follows the name until edited', async () => {
    const { link, user } = working(add);
    await fillIn(user);
    const alias = await field('Alias');
    await waitFor(() => expect(alias.value).toBe('cards'));
    await user.click(await tab(/^Group/));
    const name = await field('Name');
    expect(name.value).toBe('cards');
    await user.type(name, '-prod');
    await waitFor(() => expect(alias.value).toBe('cards-prod'));
    await user.click(await tab(/^AWS/));
    await user.type(alias, '-x');
    await user.click(await tab(/^Group/));
    await user.type(name, '-2');
    await user.click(await button('Add Group'));
    await waitFor(() => expect(link.made('group.add')).toHaveLength(1));
    expect(link.made('group.add')[0]).toMatchObject({
      name: 'cards-prod-2',
      alias: 'cards-prod-x',
      credential: credentialId,
      region: 'eu-west-1',
      storage: 'software',
    });
    await waitFor(() => expect(useDialogs.getState().open).toEqual([]));
  });

  it('takes a whole Region code by Enter, and adds nothing by it', async () => {
    const { link, user } = working(add);
    await fillIn(user);
    const region = await screen.findByRole<HTMLInputElement>('combobox', { name: 'Region' });
    await user.clear(region);
    await user.type(region, 'eu-west-3{Enter}{Enter}');
    expect(region.value).toBe('eu-west-3');
    await user.tab();
    expect(link.made('group.add')).toEqual([]);
  });

  it('goes on to the plan of the first rotation', async () => {
    const { user } = working(add);
    await fillIn(user);
    await user.click(await button('Add and Force Rotate…'));
    await waitFor(() =>
      expect(useDialogs.getState().open).toEqual([{ kind: 'force-rotate', group: groupId }]),
    );
  });

  it('says why it cannot rotate while AWS does not know the credential, and adds all the same', async () => {
    const { link, world, user } = working(add);
    world.credential = credential({ connection: 'Not Connected', problem: 'ExpiredToken' });
    await fillIn(user);
    const said =
      'Its last test did not connect (ExpiredToken). The group can be added all the same.';
    expect(await screen.findByText(said)).toBeTruthy();
    const rotate = await button('Add and Force Rotate…');
    await waitFor(() => expect(rotate.getAttribute('aria-disabled')).toBe('true'));
    expect(rotate.getAttribute('aria-label') ?? rotate.getAttribute('title')).toMatch(
      /Not Connected/,
    );
    await user.click(await button('Add Group (practice)'));
    await waitFor(() => expect(link.made('group.add')).toHaveLength(1));
  });

  it('asks AWS about the alias only when told to', async () => {
    const { link, user } = working(add);
    await fillIn(user);
    expect(link.made('group.lookAtAlias')).toEqual([]);
    await waitFor(async () =>
      expect((await button('Is it free?')).getAttribute('aria-disabled')).toBeNull(),
    );
    await user.click(await button('Is it free?'));
    expect(await screen.findByText(/free in eu-west-1/)).toBeTruthy();
    await user.type(await field('Alias'), 'x');
    expect(screen.queryByText(/free in eu-west-1/)).toBeNull();
  });

  it('asks AWS nothing further about the alias once the form is gone', async () => {
    const { link, user } = working(add);
    link.script['group.lookAtAlias'] = () => new Promise(() => undefined);
    await fillIn(user);
    const ask = await button('Is it free?');
    await waitFor(() => expect(ask.getAttribute('aria-disabled')).toBeNull());
    await user.click(ask);
    const signal = await signalOf(link, 'group.lookAtAlias');
    expect(signal?.aborted).toBe(false);
    act(() => useDialogs.getState().close());
    await waitFor(() => expect(signal?.aborted).toBe(true));
  });

  it('asks AWS nothing further about a credential once nobody selects one', async () => {
    const { link, world, user } = working(add);
    world.credential = credential({ connection: 'Not tested' });
    link.script['credential.test'] = () => new Promise(() => undefined);
    await user.click(await button('Continue'));
    await user.click(await button('Select credential'));
    await user.click(await button('Test payments-kms now'));
    const signal = await signalOf(link, 'credential.test');
    expect(signal?.aborted).toBe(false);
    await user.keyboard('{Escape}');
    await waitFor(() => expect(signal?.aborted).toBe(true));
  });

  it('asks before what was typed is thrown away, and keeps it through a lock', async () => {
    const { link, world, user } = working(add);
    await user.click(await button('Continue'));
    await user.type(await field('Name'), 'cards');
    await user.keyboard('{Escape}');
    await user.click(await button('Go on editing'));
    const open = world.snapshot;
    world.snapshot = snapshotOf('locked');
    act(() => link.change('session'));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    world.snapshot = open;
    act(() => link.change('session'));
    expect((await screen.findByLabelText<HTMLInputElement>('Name')).value).toBe('cards');
    await user.keyboard('{Escape}');
    await user.click(await button('Discard what I typed'));
    expect(useDialogs.getState().open).toEqual([]);
  });
});

describe('Properties', () => {
  const properties: Dialog = { kind: 'group-properties', group: groupId };

  it('shows what a change means before it is made, under the number of its plan', async () => {
    const { link, user } = working(properties);
    const change = await button('Change payments-prod…');
    expect(change.getAttribute('aria-disabled')).toBe('true');
    await user.click(await tab(/^AWS/));
    await user.type(await field('Description'), 'cards of the shop');
    await user.click(change);
    const deed = await button('Change payments-prod');
    expect(link.made('group.planEdit')).toEqual([
      { group: groupId, changes: { description: 'cards of the shop' } },
    ]);
    await user.click(deed);
    await waitFor(() => expect(link.made('group.edit')).toHaveLength(1));
    expect(link.made('group.edit')[0]).toEqual({
      group: groupId,
      changes: { description: 'cards of the shop' },
      plan: 'aaaaaa111111',
    });
    await waitFor(() => expect(useDialogs.getState().open).toEqual([]));
  });

  it('shows which mapping a group with keys has for good, and leaves it free before', async () => {
    const { user } = working(properties, {}, groupShown({ mapping: 'material', keys: 2 }));
    await user.click(await tab(/^AWS/));
    const mapping = screen.getByRole('group', { name: 'Key Material Mapping' });
    const radio = (name: RegExp) => within(mapping).getByRole<HTMLInputElement>('radio', { name });
    expect(radio(/^AWS key material/).checked).toBe(true);
    await user.click(radio(/^AWS key container/));
    expect(radio(/^AWS key container/).checked).toBe(false);
    expect(within(mapping).getByText(/^Fixed: the versions of this group are in one/)).toBeTruthy();
    opened?.close();
    working(properties, {}, groupShown({ mapping: 'material', keys: 0 }));
    await user.click(await tab(/^AWS/));
    await user.click(await screen.findByRole('radio', { name: /^AWS key container/ }));
    const free = screen.getByRole<HTMLInputElement>('radio', { name: /^AWS key container/ });
    expect(free.checked).toBe(true);
    expect(screen.queryByText(/^Fixed:/)).toBeNull();
  });

  it('goes back to the form with everything in it', async () => {
    const { user } = working(properties);
    await user.click(await tab(/^AWS/));
    await user.type(await field('Description'), 'x');
    await user.click(await button('Change payments-prod…'));
    await user.click(await button('Back'));
    expect((await field('Description')).value).toBe('x');
  });
});
