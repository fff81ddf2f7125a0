// @vitest-environment jsdom
import { screen, waitFor, within } from '@testing-library/react';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { refuse } from '../../testing/scripted-link.fixture.ts';
import { memoryOf } from '../../testing/window.fixture.tsx';
import { button, closeWindow, id, openAt, realCore } from './administration.fixture.ts';

afterEach(closeWindow);

const ca = '-----BEGIN CERTIFICATE-----\nMIIBhouse\n-----END CERTIFICATE-----\n';
const own = '-----BEGIN CERTIFICATE-----\nMIIBconsole\n-----END CERTIFICATE-----\n';
const key = '-----BEGIN PRIVATE KEY-----\nwJalrXUtnFEMI\n-----END PRIVATE KEY-----\n';
const seen = (subject: string) => ({
  certificates: [
    {
      subject,
      issuer: 'House CA',
      notBefore: 1_700_000_000_000,
      notAfter: 1_900_000_000_000,
      fingerprint: `AB:${subject}`,
    },
  ],
  remarks: [],
});
/** What was typed is kept by this very object. */
const dialog = () => ({ kind: 'credential-tls' as const, credential: id });

/** A core that keeps what it is told of the TLS of its one credential, but no key. */
function coreWithTls() {
  const link = realCore();
  let kept: OutputFor<'credential.tls'>['tls'] = null;
  link.script['credential.tls'] = () => ({ tls: kept });
  link.script['credential.previewTls'] = ({ client }) => ({
    authorities: seen('House CA'),
    client: client ? seen('console') : null,
  });
  link.script['credential.setTls'] = ({ validateHost = true, client = null }) => {
    const ofClient = client === null ? null : seen('console');
    kept = { ca, authorities: seen('House CA'), validateHost, client: ofClient };
    return { tls: null };
  };
  return link;
}
const pem = (label: string) => screen.findByRole('textbox', { name: label });
const put = async (user: UserEvent, label: string, text: string) => {
  await user.clear(await pem(label));
  await user.click(await pem(label));
  await user.paste(text);
};
const agree = async (user: UserEvent, text: RegExp) =>
  user.click(await screen.findByRole('checkbox', { name: text }));

it('shows what would be trusted, and hands the private key over to the call and to nothing else', async () => {
  const link = coreWithTls();
  const window = await openAt(link, 'credentials', dialog());
  const user = userEvent.setup();
  expect((await button('Save')).getAttribute('aria-disabled')).toBe('true');
  await user.click(await screen.findByRole('radio', { name: /^Custom CA/ }));
  await put(user, 'Custom CA certificate', ca);
  const trusted = await screen.findByRole('region', { name: 'These are trusted' });
  expect(within(trusted).getByText('AB:House CA')).toBeTruthy();
  await user.click(screen.getByRole('radio', { name: 'Show a client certificate' }));
  await put(user, 'Client certificate', own);
  await screen.findByRole('region', { name: 'This client certificate is shown' });
  const file = new File([key], 'console.key');
  await user.upload(screen.getByLabelText(/^File: private key/), file);
  await user.type(screen.getByLabelText('Passphrase of the private key'), 'open-sesame');
  expect((await button('Save')).getAttribute('aria-disabled')).toBe('true');
  await agree(user, /^I trust whoever holds/);
  await user.click(await button('Save'));
  await waitFor(() =>
    expect(link.made('credential.setTls')).toEqual([
      {
        credential: id,
        ca,
        validateHost: true,
        client: { certificate: own, privateKey: key, passphrase: 'open-sesame' },
        trustAuthority: true,
        trustAnyHost: false,
      },
    ]),
  );
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  // The search sees what is kept, so that it would see a secret.
  expect(memoryOf(window)).toContain('payments-kms');
  expect(memoryOf(window)).not.toContain('wJalrXUtnFEMI');
  expect(memoryOf(window)).not.toContain('open-sesame');
  expect(JSON.stringify(link.given)).not.toContain('open-sesame');
});

it('begins with what is kept now, not with what an earlier look found', async () => {
  const link = coreWithTls();
  await openAt(link, 'credentials', dialog());
  const user = userEvent.setup();
  await user.click(await screen.findByRole('radio', { name: /^Custom CA/ }));
  await put(user, 'Custom CA certificate', ca);
  await agree(user, /^Validate host/);
  await agree(user, /^I trust whoever holds/);
  expect((await button('Save')).getAttribute('aria-disabled')).toBe('true');
  await agree(user, /^The host name is not checked/);
  await user.click(await button('Save'));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  useDialogs.getState().show(dialog());
  const custom = await screen.findByRole('radio', { name: /^Custom CA/ });
  expect(custom).toHaveProperty('checked', true);
  expect(await pem('Custom CA certificate')).toHaveProperty('value', ca);
  expect(screen.getByRole('checkbox', { name: /^Validate host/ })).toHaveProperty('checked', false);
});

it('takes no private key where certificates go', async () => {
  const link = coreWithTls();
  const window = await openAt(link, 'credentials', dialog());
  const user = userEvent.setup();
  await user.click(await screen.findByRole('radio', { name: /^Custom CA/ }));
  await put(user, 'Custom CA certificate', ca + key);
  expect(await screen.findByText(/^That holds a private key, and was not taken/)).toBeTruthy();
  expect(await pem('Custom CA certificate')).toHaveProperty('value', '');
  expect(memoryOf(window)).not.toContain('wJalrXUtnFEMI');
  expect(link.made('credential.previewTls')).toEqual([]);
});

it('says by the words of the form what was refused, beside the field', async () => {
  const link = coreWithTls();
  link.script['credential.previewTls'] = () => {
    throw refuse('BAD_INPUT', { field: 'ca', problem: 'console is no certificate authority' });
  };
  await openAt(link, 'credentials', dialog());
  const user = userEvent.setup();
  await user.click(await screen.findByRole('radio', { name: /^Custom CA/ }));
  await put(user, 'Custom CA certificate', own);
  const said = (await screen.findByRole('alert')).textContent;
  expect(said).toContain('Something in this request is not right: the CA certificate.');
  expect(said).toContain('Correct it: console is no certificate authority.');
});
