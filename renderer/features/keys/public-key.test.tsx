// @vitest-environment jsdom
import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { useDialogs } from '../../state/dialogs.ts';
import { useNotices } from '../../state/notices.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { refuse, ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { keyId, keyShown } from '../plans/plan.fixture.ts';

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const pem = '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQ==\n-----END PUBLIC KEY-----\n';
const sha256 = '3f'.repeat(32);
const signing = { keyType: 'ECC', keyLength: 'P-256', keyUsage: 'sign-verify' } as const;

/** The properties of a key in a window whose host lets it write files, or does not. */
function properties({ publicKey = true, refused = false, host = false } = {}) {
  const kind = publicKey ? { ...signing, publicKeySha256: sha256 } : {};
  const link = new ScriptedLink(
    {
      'session.snapshot': () => snapshotOf('verified'),
      'key.show': () => ({ ...keyShown(), ...kind }),
      'key.list': () => ({ keys: [], total: 0, next: null }),
      'key.publicKey': () => {
        if (refused) throw refuse('NOT_FOUND', { what: 'key' });
        return { pem, sha256 };
      },
    },
    host ? {} : undefined,
  );
  opened = openWindow(link);
  // after the window is open: user-event brings a clipboard of its own
  const user = userEvent.setup();
  act(() => useDialogs.getState().show({ kind: 'key-properties', key: keyId }));
  return { link, user };
}

const keyFacts = () => screen.findByRole('region', { name: 'Key' });
const notice = () => useNotices.getState().latest?.text;

describe('the public key of a key', () => {
  it('is told by its whole SHA-256, which can be copied', async () => {
    const { user } = properties();
    const facts = await keyFacts();
    expect(within(facts).getByLabelText(sha256)).toBeTruthy();
    await user.click(within(facts).getByRole('button', { name: "Copy public key's SHA-256" }));
    expect(await navigator.clipboard.readText()).toBe(sha256);
    expect(notice()).toBe("Copied: public key's SHA-256.");
  });

  it('is saved as PEM, under the name of the key', async () => {
    const { link, user } = properties();
    const files: Blob[] = [];
    const names: string[] = [];
    vi.stubGlobal(
      'URL',
      Object.assign(class extends URL {}, {
        createObjectURL: (file: Blob) => `blob:test/${files.push(file)}`,
        revokeObjectURL: () => undefined,
      }),
    );
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
      this: HTMLAnchorElement,
    ) {
      names.push(this.download);
    });
    await user.click(await screen.findByRole('button', { name: 'Save as PEM' }));
    expect(names).toEqual(['payments-prod-3.pem']);
    expect(await files[0]?.text()).toBe(pem);
    expect(files[0]?.type).toBe('application/x-pem-file');
    expect(link.made('key.publicKey')).toEqual([{ key: keyId }]);
    expect(notice()).toBe('Saved: payments-prod-3.pem, in the downloads of this browser.');
  });

  it('is copied as PEM where the host writes no file for the window', async () => {
    const { user } = properties({ host: true });
    await user.click(await screen.findByRole('button', { name: 'Copy as PEM' }));
    expect(await navigator.clipboard.readText()).toBe(pem);
    expect(screen.queryByRole('button', { name: 'Save as PEM' })).toBeNull();
  });

  it('is said to be unread where it could not be read, and nothing is offered', async () => {
    properties({ refused: true });
    const facts = await keyFacts();
    expect(await within(facts).findByRole('alert')).toBeTruthy();
    expect(within(facts).queryByRole('button', { name: 'Save as PEM' })).toBeNull();
    expect(within(facts).getByLabelText(sha256)).toBeTruthy();
  });

  it('is not asked for, nor spoken of, where a key has none', async () => {
    const { link } = properties({ publicKey: false });
    const facts = await keyFacts();
    expect(facts.textContent).not.toContain('Public key');
    expect(link.made('key.publicKey')).toEqual([]);
  });
});
