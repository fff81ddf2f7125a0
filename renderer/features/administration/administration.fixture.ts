import { screen } from '@testing-library/react';
import { type Dialog, useDialogs } from '../../state/dialogs.ts';
import { type Screen, useNavigation } from '../../state/navigation.ts';
import { refuse, ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { snapshotOf, statusOf } from '../../testing/pictures.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';

export const id = '0190aaaa-0000-7000-8000-00000000000a';
export const credential = {
  id,
  name: 'payments-kms',
  kind: 'keys' as const,
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  account: null,
  principalArn: null,
  endpoint: null,
  tls: null,
  connection: 'Not tested' as const,
  problem: null,
  testedAt: null,
  expiresAt: null,
  usedBy: { groups: 0, stores: 0, roles: 0 },
};
export const token = {
  label: 'BYOK-A',
  serial: '7016234',
  manufacturer: 'Maker',
  model: 'HSM 7',
  firmware: '1.2',
  initialized: true,
  pin: 'ok' as const,
  assurance: 'hardware' as const,
};
export const hsm = {
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
const settings = {
  autoLockMinutes: 10,
  consoleAllowed: false,
  rotationLimit: 25,
  softwareModuleToAws: false,
};

/** A core with a keystore of real keys, an HSM and one credential. */
export function realCore(state: 'verified' | 'checking' | 'read-only' = 'verified') {
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
      modules: [{ path: '/opt/hsm/libp11.so', usable: true, failure: null, tokens: [token] }],
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

/** After each test that opened one. */
export function closeWindow(): void {
  opened?.close();
  opened = null;
}

/** The window at a place, and where one is named with a dialog over it. */
export async function openAt(
  link: ScriptedLink,
  place: Screen,
  dialog?: Dialog,
): Promise<TestWindow> {
  opened = openWindow(link);
  useNavigation.getState().go(place);
  await screen.findByRole('heading', { level: 1 });
  if (dialog) useDialogs.getState().show(dialog);
  return opened;
}
export const button = (name: string | RegExp) => screen.findByRole('button', { name });
