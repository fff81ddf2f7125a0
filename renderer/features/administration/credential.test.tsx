// @vitest-environment jsdom
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { refuse } from '../../testing/scripted-link.fixture.ts';
import { memoryOf } from '../../testing/window.fixture.tsx';
import { button, closeWindow, credential, id, openAt, realCore } from './administration.fixture.ts';
import type { Credential } from './credential-words.ts';

afterEach(closeWindow);

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

  it('is tested later where its dialog is closed before AWS answers', async () => {
    const link = realCore();
    link.script['credential.test'] = () => new Promise(() => undefined);
    await openAt(link, 'credentials', { kind: 'import-credential' });
    const user = userEvent.setup();
    await user.click(await screen.findByLabelText('Profile of this computer'));
    await user.type(screen.getByLabelText('Name of the profile'), 'work');
    await user.type(screen.getByLabelText('Name in this keystore'), 'work');
    await user.click(await button('Import work'));
    await user.click(await button('Test connection'));
    await button('Asking AWS…');
    const at = link.calls.findIndex(({ name }) => name === 'credential.test');
    expect(link.givenUp[at]?.aborted).toBe(false);
    await user.click(await button('Close, test later'));
    await waitFor(() => expect(link.givenUp[at]?.aborted).toBe(true));
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('shows no failure of a test that what it is now was not put to', async () => {
    const link = realCore();
    let now: Partial<Pick<Credential, 'connection' | 'testedAt'>> = {};
    link.script['credential.list'] = () => ({ credentials: [{ ...credential, ...now }] });
    link.script['credential.test'] = () => {
      now = { connection: 'Not Connected', testedAt: 1 };
      link.change('credential');
      throw refuse('CREDENTIAL_REJECTED');
    };
    await openAt(link, 'credentials');
    const user = userEvent.setup();
    await user.click(await screen.findByRole('row', { name: /payments-kms/ }));
    await user.click(await button('Test connection'));
    expect(await screen.findByRole('alert')).toBeTruthy();
    const detail = screen.getByRole('region', { name: 'Credential payments-kms' });
    await within(detail).findByText('Not Connected');
    expect(screen.queryByRole('alert')).toBeTruthy();
    // As after Save in the dialog TLS, or when another window changed it.
    now = { connection: 'Not tested', testedAt: null };
    act(() => link.change('credential'));
    await within(detail).findByText('Not tested');
    expect(screen.queryByRole('alert')).toBeNull();
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
    expect(go.getAttribute('aria-disabled')).toBe('true');
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
