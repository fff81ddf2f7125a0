// @vitest-environment jsdom
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { type Dialog, useDialogs } from '../../state/dialogs.ts';
import { type Screen, useNavigation } from '../../state/navigation.ts';
import { refuse, ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { slot, snapshotOf, statusOf } from '../../testing/pictures.fixture.ts';
import { memoryOf, openWindow, type TestWindow } from '../../testing/window.fixture.tsx';

const id = '0190aaaa-0000-7000-8000-00000000000a';
const credential = {
  id,
  name: 'payments-kms',
  kind: 'keys' as const,
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  account: null,
  principalArn: null,
  endpoint: null,
  connection: 'Not tested' as const,
  problem: null,
  testedAt: null,
  expiresAt: null,
  usedBy: { groups: 0, stores: 0, roles: 0 },
};
const token = {
  label: 'BYOK-A',
  serial: '7016234',
  manufacturer: 'Maker',
  model: 'HSM 7',
  firmware: '1.2',
  initialized: true,
  pin: 'ok' as const,
  assurance: 'hardware' as const,
};
const hsm = {
  attached: true,
  module: '/opt/hsm/libp11.so',
  moduleSha256: 'ab'.repeat(32),
  token,
  state: 'ready' as const,
  master: { id: 'm1', kcv: { method: 'KWP0' as const, value: '9DFD97B56E' }, secondCopy: null },
  probe: {
    at: 1_800_000_000_000,
    assurance: 'hardware' as const,
    wrapping: 'RSAES_OAEP_SHA_256',
    findings: [
      { id: 'kcv', ok: true, sentence: 'Check values are AES-CMAC.', external: null },
      { id: 'oaep', ok: false, sentence: 'OAEP is refused.', external: 'CKR_MECHANISM_INVALID' },
    ],
  },
};
const settings = { autoLockMinutes: 10, consoleAllowed: false, softwareModuleToAws: false };

function realCore(state: 'verified' | 'checking' | 'read-only' = 'verified') {
  const link: ScriptedLink = new ScriptedLink({
    'session.snapshot': () => snapshotOf(state, 'real', { hsm: 'ready', hsmLabel: 'BYOK-A' }),
    'keystore.status': () => statusOf(state, 'real'),
    'setting.show': () => settings,
    'setting.change': (input) => ({
      ...settings,
      autoLockMinutes: input.autoLockMinutes === undefined ? 10 : input.autoLockMinutes,
    }),
    'credential.list': () => ({ credentials: [credential] }),
    'credential.import': () => credential,
    'credential.test': () => {
      throw refuse('CREDENTIAL_REJECTED');
    },
    'hsm.status': () => hsm,
    'hsm.list': () => ({
      modules: [{ path: '/opt/hsm/libp11.so', usable: true, problem: null, tokens: [token] }],
    }),
    'hsm.attach': () => hsm,
    'hsm.login': () => hsm,
    'device.show': () => ({
      device: id,
      designated: false,
      designatedDevice: null,
      designatedAt: null,
      sentence: 'No device is designated.',
    }),
    'device.designate': () => {
      throw refuse('DISK_FULL');
    },
    'practice.status': () => ({
      url: null,
      ours: false,
      softHsm: false,
      credential: null,
      account: null,
      calls: null,
    }),
  });
  return link;
}

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});
async function openAt(link: ScriptedLink, place: Screen, dialog?: Dialog): Promise<TestWindow> {
  opened = openWindow(link);
  useNavigation.getState().go(place);
  await screen.findByRole('heading', { level: 1 });
  if (dialog) useDialogs.getState().show(dialog);
  return opened;
}
const button = (name: string | RegExp) => screen.findByRole('button', { name });

describe('the HSM', () => {
  it('says what the token really does, what it cannot do first', async () => {
    await openAt(realCore(), 'hsm');
    await screen.findByText(/OAEP is refused/);
    const findings = screen.getAllByRole('listitem');
    const told = findings.map((item) => item.textContent).filter((text) => /:/.test(text ?? ''));
    expect(told.join('|')).toMatch(/Does not:OAEP is refused.*CKR_MECHANISM_INVALID.*Works:Check/);
  });

  it('is not attached to real keys before its second copy is named', async () => {
    const link = realCore();
    link.script['hsm.status'] = () => ({
      ...hsm,
      attached: false,
      token: null,
      state: 'none',
      master: null,
      probe: null,
      module: null,
      moduleSha256: null,
    });
    const window = await openAt(link, 'hsm', { kind: 'attach-hsm' });
    const user = userEvent.setup();
    const dialog = within(await screen.findByRole('dialog'));
    await user.click(await dialog.findByLabelText('PKCS#11 module'));
    await user.click(await screen.findByRole('option', { name: /libp11/ }));
    await user.click(await dialog.findByLabelText(/BYOK-A, serial 7016234/));
    await user.type(dialog.getByLabelText('PIN'), '4711-4711');
    expect(dialog.getByText(/Still needed: where the second copy/)).toBeTruthy();
    expect(dialog.getByRole('button', { name: 'Attach BYOK-A' })).toHaveProperty('disabled', true);
    await user.type(dialog.getByLabelText(/Where is the second copy/), 'safe 2');
    await user.click(dialog.getByLabelText(/Make a master key/));
    expect(memoryOf(window)).not.toContain('4711-4711');
    await user.click(dialog.getByRole('button', { name: 'Attach BYOK-A' }));
    await waitFor(() =>
      expect(link.made('hsm.attach')).toEqual([
        {
          module: '/opt/hsm/libp11.so',
          serial: '7016234',
          pin: '4711-4711',
          createMaster: true,
          secondCopy: 'safe 2',
        },
      ]),
    );
    expect(memoryOf(window)).not.toContain('4711-4711');
  });

  it('tries a last PIN only after somebody has looked at the token', async () => {
    const link = realCore();
    link.script['hsm.status'] = () => ({
      ...hsm,
      state: 'pin-needed',
      token: { ...token, pin: 'final-try' },
    });
    const window = await openAt(link, 'hsm', { kind: 'enter-pin' });
    const user = userEvent.setup();
    expect(
      await screen.findByText(/what is only on this token is lost, its master key too/),
    ).toBeTruthy();
    await user.type(screen.getByLabelText('PIN'), '4711-4711{Enter}');
    expect(link.made('hsm.login')).toEqual([]);
    await user.click(screen.getByRole('checkbox', { name: /BYOK-A”, serial 7016234/ }));
    await user.click(await button('Try this PIN once'));
    await waitFor(() =>
      expect(link.made('hsm.login')).toEqual([{ pin: '4711-4711', confirmed: true }]),
    );
    expect(memoryOf(window)).not.toContain('4711-4711');
  });

  it('is attached with its last PIN try only after somebody has seen what that costs', async () => {
    const link = realCore();
    const last = { ...token, pin: 'final-try' } as const;
    link.script['hsm.status'] = () => ({ ...hsm, state: 'pin-needed', token: last });
    await openAt(link, 'hsm', { kind: 'attach-hsm' });
    const user = userEvent.setup();
    const dialog = within(await screen.findByRole('dialog'));
    await user.type(await dialog.findByLabelText('PIN'), '4711-4711{Enter}');
    expect(dialog.getByText(/what is only on this token is lost/)).toBeTruthy();
    expect(dialog.getByText(/Still needed: your word that you are sure of the PIN/)).toBeTruthy();
    expect(link.made('hsm.attach')).toEqual([]);
    await user.click(dialog.getByRole('checkbox', { name: /sure of its PIN.*the last try/ }));
    await user.click(dialog.getByRole('button', { name: 'Attach BYOK-A' }));
    await waitFor(() => expect(link.made('hsm.attach')).toMatchObject([{ confirmLastTry: true }]));
  });
});

describe('a credential', () => {
  it('goes from its file to the call, and from nowhere else', async () => {
    const link = realCore();
    const window = await openAt(link, 'credentials', { kind: 'import-credential' });
    const user = userEvent.setup();
    const csv = 'Access key ID,Secret access key\nAKIAIOSFODNN7EXAMPLE,wJalrXUtnFEMI';
    const file = new File([csv], 'payments-kms_accessKeys.csv', { type: 'text/csv' });
    await user.upload(await screen.findByLabelText(/^CSV file that AWS gave/), file);
    expect(screen.getByLabelText<HTMLInputElement>('Name in this keystore').value).toBe(
      'payments-kms',
    );
    await user.click(await button('Import payments-kms'));
    await waitFor(() =>
      expect(link.made('credential.import')).toEqual([
        { kind: 'csv', name: 'payments-kms', file: csv, endpoint: null, trustEndpoint: false },
      ]),
    );
    expect(memoryOf(window)).not.toContain('wJalrXUtnFEMI');
    expect(await screen.findByRole('dialog', { name: 'payments-kms is imported' })).toBeTruthy();
  });

  it('is typed without being kept, and tells who chose it', async () => {
    const link = realCore();
    let chosen = '';
    const window = await openAt(link, 'credentials', {
      kind: 'import-credential',
      chosen: (given) => {
        chosen = given;
      },
    });
    const user = userEvent.setup();
    await user.click(await screen.findByLabelText('Keys, typed'));
    await user.type(screen.getByLabelText('Access key ID'), 'AKIAIOSFODNN7EXAMPLE');
    await user.type(screen.getByLabelText('Secret access key'), 'wJalrXUtnFEMI');
    await user.type(screen.getByLabelText('Name in this keystore'), 'kept-by-react');
    // The search sees what a component keeps, so that it would see a secret.
    expect(memoryOf(window)).toContain('kept-by-react');
    expect(memoryOf(window)).not.toContain('wJalrXUtnFEMI');
    await user.click(await button('Import kept-by-react'));
    await waitFor(() => expect(chosen).toBe(id));
    expect(link.made('credential.import')[0]).toMatchObject({ secretAccessKey: 'wJalrXUtnFEMI' });
    expect(memoryOf(window)).not.toContain('wJalrXUtnFEMI');
    await user.click(await button('Test connection'));
    expect((await screen.findByRole('alert')).textContent).toMatch(/credential/i);
  });

  it('goes to another address only on somebody’s word', async () => {
    const link = realCore();
    await openAt(link, 'credentials', { kind: 'import-credential' });
    const user = userEvent.setup();
    await user.click(await screen.findByLabelText('Profile of this computer'));
    await user.type(screen.getByLabelText('Name of the profile'), 'work');
    await user.type(screen.getByLabelText('Name in this keystore'), 'work');
    await user.click(screen.getByLabelText(/another address than AWS/));
    await user.type(screen.getByLabelText('Other address'), 'https://kms.example');
    const go = await button('Import work');
    expect(go).toHaveProperty('disabled', true);
    await user.click(screen.getByLabelText(/I trust whoever runs this address/));
    await user.click(go);
    await waitFor(() =>
      expect(link.made('credential.import')[0]).toMatchObject({
        endpoint: 'https://kms.example',
        trustEndpoint: true,
      }),
    );
  });
});

describe('the ways into a keystore', () => {
  const two = [slot(), slot({ id: 'slot-2', kind: 'hsm', label: 'token', tokenSerial: '7016234' })];

  it('lose their last passphrase only from somebody who knows what that means', async () => {
    const link = realCore();
    link.script['keystore.status'] = () => statusOf('verified', 'real', { slots: two });
    link.script['keystore.removeSlot'] = () => ({ remaining: [two[1] ?? slot()] });
    await openAt(link, 'security', { kind: 'remove-slot', slot: 'slot-1' });
    const user = userEvent.setup();
    const go = await button('Remove passphrase');
    expect(go).toHaveProperty('disabled', true);
    await user.click(await screen.findByLabelText(/This is the last passphrase/));
    await user.click(go);
    await waitFor(() =>
      expect(link.made('keystore.removeSlot')).toEqual([
        { slot: 'slot-1', confirm: true, withoutPassphrase: true },
      ]),
    );
  });

  it('keep the one that is the only one', async () => {
    await openAt(realCore(), 'security', { kind: 'remove-slot', slot: 'slot-1' });
    expect(await screen.findByText(/last way in, so that it stays/)).toBeTruthy();
    expect(await button('Remove passphrase')).toHaveProperty('disabled', true);
  });

  it('change a passphrase without keeping either of them', async () => {
    const link = realCore();
    link.script['keystore.passphrase'] = () => ({ slot: slot() });
    const window = await openAt(link, 'security', { kind: 'change-passphrase', slot: 'slot-1' });
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText('Passphrase now'), 'correct horse battery');
    await user.type(screen.getByLabelText('New passphrase'), 'staple horse battery');
    await user.type(screen.getByLabelText('New passphrase again'), 'staple horse battery');
    expect(memoryOf(window)).not.toContain('horse battery');
    await user.keyboard('{Enter}');
    await waitFor(() =>
      expect(link.made('keystore.passphrase')).toEqual([
        {
          slot: 'slot-1',
          current: 'correct horse battery',
          replacement: 'staple horse battery',
        },
      ]),
    );
    expect(memoryOf(window)).not.toContain('horse battery');
  });
});

describe('what takes protection away', () => {
  it('is asked for once more, in words', async () => {
    const link = realCore();
    await openAt(link, 'security');
    const user = userEvent.setup();
    await user.click(await button('Allow the browser console…'));
    const dialog = within(await screen.findByRole('dialog'));
    const go = dialog.getByRole('button', { name: 'Allow it for this keystore' });
    expect(go).toHaveProperty('disabled', true);
    await user.click(dialog.getByRole('checkbox'));
    await user.click(go);
    await waitFor(() =>
      expect(link.made('setting.change')).toEqual([{ consoleAllowed: true, confirm: true }]),
    );
  });

  it('locks only when told to, if somebody says so', async () => {
    const link = realCore();
    await openAt(link, 'security');
    const user = userEvent.setup();
    await user.click(await screen.findByLabelText(/^Lock only when told to/));
    await user.click(await button('Save lock time'));
    await waitFor(() => expect(link.made('setting.change')).toEqual([{ autoLockMinutes: null }]));
  });
});

describe('a keystore that cannot be changed now', () => {
  it.each([
    ['hsm', /^Attach again/],
    ['credentials', /^Import credential/],
    ['configuration', /^Make this the designated/],
    ['security', /^Add another way/],
  ] as const)('keeps the deeds of %s in sight and says why not', async (place, name) => {
    await openAt(realCore('checking'), place);
    const deed = await button(name);
    await userEvent.setup().click(deed);
    expect(useDialogs.getState().open).toEqual([]);
    expect(deed.getAttribute('aria-disabled')).toBe('true');
    expect(deed.getAttribute('aria-label') ?? deed.textContent).toMatch(name);
    expect(screen.getAllByText(/Checking the keystore|still being checked/).length).toBeGreaterThan(
      0,
    );
  });

  it('says why it is open for reading only, and offers the way on', async () => {
    const link = realCore('read-only');
    link.script['session.snapshot'] = () => {
      const picture = snapshotOf('read-only', 'real');
      return {
        ...picture,
        keystore: { ...picture.keystore, reason: 'KEYSTORE_OLDER_THAN_ANCHOR' },
      };
    };
    link.script['keystore.status'] = () =>
      statusOf('read-only', 'real', { reason: 'KEYSTORE_OLDER_THAN_ANCHOR', anchor: 'older' });
    link.script['keystore.unlock'] = () => statusOf('verified', 'real');
    await openAt(link, 'security');
    const user = userEvent.setup();
    expect((await screen.findByRole('alert')).textContent).toMatch(/older than the one the HSM/);
    expect(screen.getByText(/Read-only/).parentElement?.textContent).toMatch(/older than the one/);
    await user.click(await button('Go on with this older keystore…'));
    await user.click(await screen.findByRole('checkbox', { name: /I have looked for a newer/ }));
    await user.click(await button('Go on with this keystore'));
    await waitFor(() => expect(link.made('keystore.unlock')).toEqual([{ acceptOlder: true }]));
  });
});

describe('the designated device', () => {
  it('says what taking over means and what stood in its way', async () => {
    await openAt(realCore(), 'configuration', { kind: 'designate' });
    const user = userEvent.setup();
    expect(await screen.findByText(/Until one device is designated/)).toBeTruthy();
    await user.click(await button('Rotate on this device'));
    expect((await screen.findByRole('alert')).textContent).toContain('The disk is full.');
  });
});

describe('practice', () => {
  it('is elsewhere for a keystore of real keys, and it says where', async () => {
    await openAt(realCore(), 'practice');
    const command = { name: 'Copy the command keyreeve console --keystore practice.keystore' };
    expect(await screen.findByRole('button', command)).toBeTruthy();
  });
});
