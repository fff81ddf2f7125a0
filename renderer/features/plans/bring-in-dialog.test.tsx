// @vitest-environment jsdom
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import type { TransportKeyView } from '../../../shared/contract/bring-in.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { refuse, ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { groupId, groupShown, jobId, jobShown, rotationPlan } from './plan.fixture.ts';

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

const transport: TransportKeyView = {
  pem: '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n',
  sha256: '3f'.repeat(32),
  algorithm: 'RSAES_OAEP_SHA_1',
  bytes: 512,
  carries: 'AES-256',
  keyBytes: 32,
  kcv: 'CMAC of 16 zero bytes',
  commands: [{ does: 'Wrap the key', line: 'openssl pkeyutl -encrypt' }],
  madeAt: 1_800_000_000_000,
  endsAt: 1_800_600_000_000,
};
const plan = rotationPlan({ deed: 'bring-in', button: 'Bring a key into payments-prod' });
const wrapped = new File([Uint8Array.of(1, 2, 3)], 'wrapped.bin');

function bringingIn({ prepared = true } = {}) {
  const world = {
    transport: prepared ? transport : null,
    refusals: [] as ReturnType<typeof refuse>[],
  };
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'group.show': () => groupShown(),
    'group.transportKey': () => ({ transportKey: world.transport }),
    'group.prepareBringIn': () => {
      world.transport = transport;
      link.changeOf('group', [groupId]);
      return transport;
    },
    'group.giveUpBringIn': () => {
      world.transport = null;
      link.changeOf('group', [groupId]);
      return {};
    },
    'group.planBringIn': () => {
      const refusal = world.refusals.shift();
      if (refusal) throw refusal;
      return plan;
    },
    'group.bringIn': () => ({ jobId, number: 1043, joined: false }),
    'job.show': () => jobShown(),
  });
  opened = openWindow(link);
  act(() => useDialogs.getState().show({ kind: 'bring-in', group: groupId }));
  return { link, world, user: userEvent.setup() };
}

const button = (name: string) => screen.findByRole('button', { name });
const kcv = () => screen.findByLabelText('KCV that the other system shows');
const choose = async (user: ReturnType<typeof userEvent.setup>) =>
  user.upload(await screen.findByLabelText('File with the wrapped key'), wrapped);

describe('Bring In Key', () => {
  it('makes a transport key first, and then shows it', async () => {
    const { link, user } = bringingIn({ prepared: false });
    await user.click(await button('Make transport key (practice)'));
    const there = await screen.findByRole('region', { name: 'To the other system' });
    expect(within(there).getByLabelText(transport.sha256)).toBeTruthy();
    expect(
      within(there).getByText(/32 bytes of one AES-256 key, by RSA-OAEP with SHA-1/),
    ).toBeTruthy();
    expect(within(there).getByText('openssl pkeyutl -encrypt')).toBeTruthy();
    expect(link.made('group.prepareBringIn')).toEqual([{ group: groupId }]);
  });

  it('plans once file and KCV are there, and starts under that number', async () => {
    const { link, user } = bringingIn();
    // above the button, and beside it while that has the focus
    expect(await screen.findAllByText('Choose the file that came back.')).toBeTruthy();
    await choose(user);
    expect(await screen.findAllByText(/^Type the KCV/)).toBeTruthy();
    await user.type(await kcv(), 'f9:3b:38:ff:2');
    expect(link.made('group.planBringIn')).toEqual([]);
    await user.type(await kcv(), '3');
    await user.click(await button(plan.button));
    const input = { group: groupId, file: 'AQID', kcv: 'F93B38FF23', adopt: false };
    expect(link.made('group.planBringIn')).toEqual([input]);
    expect(link.made('group.bringIn')).toEqual([{ ...input, plan: plan.number }]);
    await waitFor(() => expect(useDialogs.getState().open).toEqual([{ kind: 'job', job: jobId }]));
  });

  it('plans with a short KCV once it is said to be whole, and Enter that says so starts nothing', async () => {
    const { link, user } = bringingIn();
    await choose(user);
    await user.type(await kcv(), 'F93B38');
    expect(
      await screen.findAllByText('Press Enter if these 6 digits are all that it shows.'),
    ).toBeTruthy();
    expect(link.made('group.planBringIn')).toEqual([]);
    await user.keyboard('{Enter}');
    await button(plan.button);
    expect(link.made('group.planBringIn')).toMatchObject([{ kcv: 'F93B38' }]);
    expect(link.made('group.bringIn')).toEqual([]);
    await user.keyboard('FF');
    expect(screen.queryByRole('button', { name: plan.button })).toBeNull();
    await user.tab();
    await button(plan.button);
    expect(link.made('group.planBringIn')).toMatchObject([{ kcv: 'F93B38' }, { kcv: 'F93B38FF' }]);
    expect(link.made('group.bringIn')).toEqual([]);
  });

  it('leads to another transport key where that one is not open any more', async () => {
    const { link, world, user } = bringingIn();
    world.refusals.push(refuse('BRING_IN_NOT_PREPARED'));
    await choose(user);
    // its seven days ended while the dialog was open: nobody tells the window so
    world.transport = null;
    await user.type(await kcv(), 'F93B38FF23');
    await user.click(await button('Make another transport key…'));
    await user.click(await button('Make transport key (practice)'));
    expect(await screen.findByRole('region', { name: 'To the other system' })).toBeTruthy();
    expect(link.made('group.prepareBringIn')).toEqual([{ group: groupId }]);
  });

  it('shows what the vault says of the file, and takes the right KCV', async () => {
    const { world, user } = bringingIn();
    world.refusals.push(
      refuse('BRING_IN_KCV_DIFFERS', { expected: 'AAAAAA', found: 'F93B38FF23' }),
    );
    await choose(user);
    await user.type(await kcv(), 'AAAAAA{Enter}');
    expect(
      await screen.findByText('The key in the file has another KCV than the one given.'),
    ).toBeTruthy();
    await user.clear(await kcv());
    await user.type(await kcv(), 'F93B38{Enter}');
    expect(await button(plan.button)).toBeTruthy();
  });

  it('asks before the transport key is given up, and begins anew after it', async () => {
    const { link, user } = bringingIn();
    await user.click(await button('Give it up…'));
    expect(await screen.findByText(/or is being wrapped now, then opens nowhere/)).toBeTruthy();
    await user.click(await button('Keep it'));
    expect(link.made('group.giveUpBringIn')).toEqual([]);
    await user.click(await button('Give it up…'));
    await user.click(await button('Give the transport key up (practice)'));
    expect(await button('Make transport key (practice)')).toBeTruthy();
    expect(link.made('group.giveUpBringIn')).toEqual([{ group: groupId }]);
  });
});
