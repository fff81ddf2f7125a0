// @vitest-environment jsdom
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import type { TokenSeen } from '../../ui/token-place.tsx';
import { memoryOf } from '../../testing/window.fixture.tsx';
import { button, closeWindow, hsm, openAt, realCore, token } from './administration.fixture.ts';

afterEach(closeWindow);

/** A core whose HSM wants its PIN, as it does when the keystore was just opened. */
function pinNeeded(state: 'checking' | 'verified') {
  const link = realCore(state);
  link.script['session.snapshot'] = () => snapshotOf(state, 'real', { hsm: 'pin-needed' });
  link.script['hsm.status'] = () => ({ ...hsm, state: 'pin-needed' });
  return link;
}
/** Nothing is attached, and each module on the computer shows these tokens. */
function attachable(tokens: readonly (readonly TokenSeen[])[]) {
  const link = realCore();
  const none = { attached: false, token: null, state: 'none', master: null, probe: null } as const;
  link.script['hsm.status'] = () => ({ ...hsm, ...none, module: null, moduleSha256: null });
  link.script['hsm.list'] = () => ({
    modules: tokens.map((these, n) => ({
      path: `/opt/hsm/libp11-${n}.so`,
      usable: true,
      failure: null,
      tokens: [...these],
    })),
  });
  return link;
}
function verified(link: ReturnType<typeof realCore>): void {
  link.script['session.snapshot'] = () => snapshotOf('verified', 'real');
  link.change('session');
}

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
    await dialog.findByRole('radio', { name: /BYOK-A, serial 7016234/, checked: true });
    await user.type(dialog.getByLabelText('PIN'), '4711-4711');
    expect(dialog.getByText(/Still needed: where the second copy/)).toBeTruthy();
    const deed = dialog.getByRole('button', { name: 'Attach BYOK-A' });
    expect(deed.getAttribute('aria-disabled')).toBe('true');
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

  it('takes the only module and its only token by itself, and leaves them to whoever says otherwise', async () => {
    const user = userEvent.setup();
    await openAt(attachable([[token]]), 'hsm', { kind: 'attach-hsm' });
    const dialog = within(await screen.findByRole('dialog'));
    await dialog.findByRole('radio', { name: /BYOK-A, serial 7016234/, checked: true });
    await user.click(dialog.getByLabelText('PKCS#11 module'));
    await user.click(await screen.findByRole('option', { name: /^Another module/ }));
    await dialog.findByLabelText('Path of the module');
    expect(dialog.getByText('Still needed: the module that reaches the token.')).toBeTruthy();
  });

  it.each([
    ['of two tokens', [[token, { ...token, serial: '7016235' }]], /^Still needed: which token/],
    ['a locked token', [[{ ...token, pin: 'locked' as const }]], /^Still needed: which token/],
    ['of two modules', [[token], [token]], /^Still needed: the module/],
  ])('takes none %s by itself', async (_what, tokens, needed) => {
    const link = attachable(tokens);
    await openAt(link, 'hsm', { kind: 'attach-hsm' });
    const dialog = within(await screen.findByRole('dialog'));
    await dialog.findByText(needed);
    await waitFor(() => expect(link.made('hsm.list').length).toBeGreaterThan(0));
    expect(dialog.queryByRole('radio', { name: /BYOK-A/, checked: true })).toBeNull();
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

  it('tries a PIN that was entered during the check of the keystore, once that is over', async () => {
    const link = pinNeeded('checking');
    const window = await openAt(link, 'hsm', { kind: 'enter-pin' });
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText('PIN'), '4711-4711{Enter}');
    await screen.findByText(/still being checked\. This PIN is tried once that is done/);
    expect(link.made('hsm.login')).toEqual([]);
    verified(link);
    await waitFor(() =>
      expect(link.made('hsm.login')).toEqual([{ pin: '4711-4711', confirmed: false }]),
    );
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(memoryOf(window)).not.toContain('4711-4711');
  });

  it('tries no PIN by itself that was changed after it was entered', async () => {
    const link = pinNeeded('checking');
    await openAt(link, 'hsm', { kind: 'enter-pin' });
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText('PIN'), '4711-4711{Enter}');
    await screen.findByText(/This PIN is tried once/);
    await user.type(screen.getByLabelText('PIN'), '9');
    expect(screen.queryByText(/This PIN is tried once/)).toBeNull();
    verified(link);
    await screen.findByText('Keystore verified', { exact: false });
    expect(link.made('hsm.login')).toEqual([]);
    await user.type(screen.getByLabelText('PIN'), '{Enter}');
    await waitFor(() =>
      expect(link.made('hsm.login')).toEqual([{ pin: '4711-47119', confirmed: false }]),
    );
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
    expect(dialog.getAllByText(/Still needed: your word that you are sure of the PIN/)).not.toEqual(
      [],
    );
    expect(link.made('hsm.attach')).toEqual([]);
    await user.click(dialog.getByRole('checkbox', { name: /sure of its PIN.*the last try/ }));
    await user.click(dialog.getByRole('button', { name: 'Attach BYOK-A' }));
    await waitFor(() => expect(link.made('hsm.attach')).toMatchObject([{ confirmLastTry: true }]));
  });

  it('makes a master key in an empty token without being asked, which is of no use without one', async () => {
    const link = realCore();
    link.script['session.snapshot'] = () => snapshotOf('verified', 'practice');
    link.script['hsm.status'] = () => ({ ...hsm, attached: false, token: null, master: null });
    await openAt(link, 'hsm', { kind: 'attach-hsm' });
    const user = userEvent.setup();
    const dialog = within(await screen.findByRole('dialog'));
    await user.click(await dialog.findByLabelText('PKCS#11 module'));
    await user.click(await screen.findByRole('option', { name: /libp11/ }));
    await dialog.findByLabelText(/Make a master key/);
    await user.click(await dialog.findByLabelText(/Set up an empty one first/));
    await user.type(dialog.getByLabelText('Label of the new token'), 'spare');
    await user.type(dialog.getByLabelText('PIN'), '4711-4711');
    await user.type(dialog.getByLabelText('SO PIN'), '0815-0815');
    expect(dialog.queryByLabelText(/Make a master key/)).toBeNull();
    expect(dialog.getByText(/A master key is made in it/)).toBeTruthy();
    await user.click(dialog.getByRole('button', { name: 'Set up and attach spare (practice)' }));
    await waitFor(() =>
      expect(link.made('hsm.attach')).toMatchObject([
        { label: 'spare', initializeToken: true, createMaster: true },
      ]),
    );
  });
});
