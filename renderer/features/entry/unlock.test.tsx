// @vitest-environment jsdom
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import type { FailureCode } from '../../../shared/errors/failures.ts';
import { refuse, ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { slot, snapshotOf, statusOf } from '../../testing/pictures.fixture.ts';
import { memoryOf, openWindow, type TestWindow } from '../../testing/window.fixture.tsx';

const secret = 'correct horse battery staple';
const hsmSlot = slot({ id: 'slot-2', kind: 'combined', label: 'with HSM', tokenSerial: '7016234' });

function lockedCore(slots = [slot()], realm: 'practice' | 'real' = 'real') {
  const failures: FailureCode[] = [];
  const world = { state: 'locked' as 'locked' | 'verified' };
  const link: ScriptedLink = new ScriptedLink({
    'session.snapshot': () => snapshotOf(world.state, realm),
    'keystore.status': () => statusOf(world.state, realm, { slots }),
    'keystore.unlock': () => {
      const code = failures.shift();
      if (code) throw refuse(code);
      world.state = 'verified';
      link.change('session');
      return statusOf('verified', realm, { slots });
    },
    'hsm.list': () => ({
      modules: [
        { path: '/usr/lib/softhsm/libsofthsm2.so', usable: true, failure: null, tokens: [] },
      ],
    }),
  });
  return { link, failures };
}

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});
const open = (link: ScriptedLink): TestWindow => {
  opened = openWindow(link);
  return opened;
};

describe('unlocking', () => {
  it('says whose keys these are before anything is typed', async () => {
    open(lockedCore().link);
    expect(await screen.findByRole('heading', { name: 'Unlock desk.keystore' })).toBeTruthy();
    expect(await screen.findByText('REAL KEYS')).toBeTruthy();
  });

  it('sends the passphrase straight to the core and keeps none of it', async () => {
    const { link } = lockedCore();
    const window = open(link);
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText('Passphrase'), secret);
    expect(memoryOf(window)).not.toContain('horse battery');
    await user.keyboard('{Enter}');
    expect(await screen.findByRole('navigation')).toBeTruthy();
    expect(link.made('keystore.unlock')).toEqual([{ passphrase: secret }]);
    expect(memoryOf(window)).not.toContain('horse battery');
  });

  it('says what was refused, empties the field, and waits in it', async () => {
    const { link, failures } = lockedCore();
    failures.push('UNLOCK_REFUSED');
    open(link);
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText('Passphrase'), secret);
    await user.keyboard('{Enter}');
    expect((await screen.findByRole('alert')).textContent).toContain('did not open the keystore');
    const field = screen.getByLabelText<HTMLInputElement>('Passphrase');
    expect(field.value).toBe('');
    await waitFor(() => expect(document.activeElement).toBe(field));
  });

  it('asks the next core where the one that is there gives way after a lock', async () => {
    const { link, failures } = lockedCore();
    failures.push('KEYSTORE_RENEWING', 'KEYSTORE_RENEWING');
    open(link);
    await userEvent.type(await screen.findByLabelText('Passphrase'), `${secret}{Enter}`);
    expect(await screen.findByRole('navigation')).toBeTruthy();
    expect(link.made('keystore.unlock')).toEqual([1, 2, 3].map(() => ({ passphrase: secret })));
    expect(JSON.stringify(link.given)).not.toContain(`${secret.charCodeAt(0)},`);
  });

  it('asks for what the chosen slot needs, and names that slot', async () => {
    const { link } = lockedCore([slot(), hsmSlot]);
    open(link);
    const user = userEvent.setup();
    expect(await screen.findByLabelText('Passphrase')).toBeTruthy();
    expect(screen.queryByLabelText('PIN of the HSM')).toBeNull();
    await user.click(screen.getByLabelText('Open with'));
    await user.click(await screen.findByRole('option', { name: /^with HSM/ }));
    await user.type(screen.getByLabelText('Passphrase'), secret);
    await user.click(screen.getByRole('button', { name: 'Unlock desk.keystore' }));
    expect(screen.getByText(/Type the PIN/)).toBeTruthy();
    await user.type(screen.getByLabelText('PIN of the HSM'), '1234');
    await user.keyboard('{Enter}');
    await waitFor(() =>
      expect(link.made('keystore.unlock')).toEqual([
        { slot: 'slot-2', passphrase: secret, pin: '1234' },
      ]),
    );
  });

  it('tries a PIN that may lock the token only after a person said so', async () => {
    const { link, failures } = lockedCore([slot({ kind: 'hsm', tokenSerial: '7016234' })]);
    failures.push('HSM_PIN_LAST_TRY');
    open(link);
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText('PIN of the HSM'), '1234{Enter}');
    const sure = await screen.findByRole('checkbox', { name: /I have looked/ });
    await user.type(screen.getByLabelText('PIN of the HSM'), '1234{Enter}');
    expect(link.made('keystore.unlock')).toHaveLength(1);
    await user.click(sure);
    await user.click(screen.getByRole('button', { name: 'Unlock desk.keystore' }));
    await waitFor(() =>
      expect(link.made('keystore.unlock')[1]).toEqual({ pin: '1234', confirmLastTry: true }),
    );
  });

  it('asks where the token is when this computer has not seen it, and goes on saying so', async () => {
    const { link, failures } = lockedCore([slot({ kind: 'hsm', tokenSerial: '7016234' })]);
    failures.push('HSM_NOT_ATTACHED', 'HSM_PIN_REFUSED');
    open(link);
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText('PIN of the HSM'), '1234{Enter}');
    await user.click(await screen.findByLabelText('PKCS#11 module'));
    await user.click(await screen.findByRole('option', { name: /libsofthsm2/ }));
    for (let n = 0; n < 2; n += 1) {
      await user.type(screen.getByLabelText('PIN of the HSM'), '1234{Enter}');
      const token = { module: '/usr/lib/softhsm/libsofthsm2.so' };
      await waitFor(() =>
        expect(link.made('keystore.unlock')[n + 1]).toEqual({ pin: '1234', token }),
      );
    }
  });

  it('opens an older keystore only when somebody chose to', async () => {
    const { link, failures } = lockedCore();
    failures.push('KEYSTORE_OLDER_THAN_ANCHOR');
    open(link);
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText('Passphrase'), `${secret}{Enter}`);
    await user.click(await screen.findByRole('checkbox', { name: /Go on with this older/ }));
    await user.type(screen.getByLabelText('Passphrase'), `${secret}{Enter}`);
    await waitFor(() =>
      expect(link.made('keystore.unlock')[1]).toEqual({ passphrase: secret, acceptOlder: true }),
    );
  });

  it('says how a browser is allowed where it is not', async () => {
    const { link, failures } = lockedCore();
    failures.push('CONSOLE_NOT_ALLOWED');
    open(link);
    await userEvent.setup().type(await screen.findByLabelText('Passphrase'), `${secret}{Enter}`);
    const command = (name: RegExp) => screen.findByRole('button', { name });
    expect(await command(/^Copy .* setting change --allow-console$/)).toBeTruthy();
    // beside this console the command line finds it locked, too
    expect(await command(/^Copy .* keystore unlock$/)).toBeTruthy();
  });
});

describe('a window that may not go on', () => {
  it.each([
    ['link-used', /This link has been used/],
    ['no-session', /did not come by a link/],
    ['wrong-port', /listens on another port/],
    ['taken-over', /Another browser has taken over/],
    ['ended', /session has ended/],
  ] as const)('says why: %s', async (reason, heading) => {
    const { link } = lockedCore();
    open(link);
    await screen.findByRole('heading', { name: 'Unlock desk.keystore' });
    link.state({ kind: 'refused', reason });
    expect(await screen.findByRole('heading', { name: heading })).toBeTruthy();
    expect(screen.getByText(/^keyreeve console/)).toBeTruthy();
  });
});
