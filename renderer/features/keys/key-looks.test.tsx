// @vitest-environment jsdom
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { type Dialog, useDialogs } from '../../state/dialogs.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { refuse, ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { keyId, keyShown } from '../plans/plan.fixture.ts';

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

const at = 1_800_000_000_000;
const answered = { requestId: '0c7eaaaa-1111-4222-8333-444455556666', readAt: at };
const kmsKeyId = '7c1d0000-0000-4000-8000-00000000e20f';

const remote = {
  keyId: kmsKeyId,
  arn: `arn:aws:kms:eu-west-1:111122223333:key/${kmsKeyId}`,
  account: '111122223333',
  region: 'eu-west-1',
  state: 'Enabled',
  materialId: 'a'.repeat(64),
  otherMaterial: null,
  materialState: null,
  importState: null,
  validTo: null,
  alias: null,
  readAt: at,
};

function looking(dialog: Dialog) {
  const world = { proved: false, fails: false };
  const detail = () => {
    const shown = keyShown();
    const line = world.proved
      ? { ok: true, text: 'Keystore, opened with the right KCV', at }
      : { ok: true, text: 'Keystore, not opened since it was made', at: null };
    return { ...shown, masterId: '5c35ef9a', remote, copies: [line] };
  };
  const material = (end: string, ours: boolean) => ({
    materialId: end.repeat(64),
    state: ours ? 'CURRENT' : 'NON_CURRENT',
    importState: 'IMPORTED',
    description: '',
    validTo: null,
    ours,
  });
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'key.show': detail,
    'key.list': () => ({ keys: [], total: 0, next: null }),
    'key.prove': () => {
      if (world.fails) throw refuse('HSM_PIN_NEEDED');
      world.proved = true;
      link.change('key');
      return detail();
    },
    'key.comparePolicy': () => ({
      same: false,
      here: { text: '{"Version":"2012-10-17"}', reading: ['1. Admin: Allows anybody.'] },
      inAws: { text: '{"Version":"2012-10-18"}', reading: ['1. Other: Allows anybody.'] },
      differences: [
        { name: 'Admin', how: 'removed', here: '1. Admin: Allows anybody.', inAws: null },
        { name: 'Other', how: 'added', here: null, inAws: '1. Other: Allows anybody.' },
      ],
      ...answered,
    }),
    'key.grants': () => ({
      keyId: kmsKeyId,
      grants: [
        {
          grantId: 'f'.repeat(64),
          name: 'rds',
          grantee: 'arn:aws:iam::111122223333:role/rds',
          retiring: 'arn:aws:iam::111122223333:role/rds-ends',
          operations: ['Decrypt', 'CreateGrant'],
          createdAt: at,
        },
      ],
      ...answered,
    }),
    'key.materials': () => ({
      keyId: kmsKeyId,
      materials: [material('a', true), material('b', false)],
      ...answered,
    }),
  });
  opened = openWindow(link);
  act(() => useDialogs.getState().show(dialog));
  return { link, world, user: userEvent.setup() };
}

describe('the details of a key', () => {
  it('prove its copy, and show the moment', async () => {
    const { link, user } = looking({ kind: 'key-properties', key: keyId });
    const copies = await screen.findByRole('region', { name: 'Copies' });
    expect(screen.getByText('Master key').nextElementSibling?.textContent).toBe('5c35ef9a');
    expect(within(copies).getByText(/not opened since/)).toBeTruthy();
    await user.click(within(copies).getByRole('button', { name: 'Prove keystore copy' }));
    expect(await within(copies).findByText(/opened with the right KCV/)).toBeTruthy();
    expect(link.made('key.prove')).toEqual([{ key: keyId }]);
  });

  it('say why a copy could not be proved', async () => {
    const { world, user } = looking({ kind: 'key-properties', key: keyId });
    world.fails = true;
    await user.click(await screen.findByRole('button', { name: 'Prove keystore copy' }));
    expect(await screen.findByRole('alert')).toBeTruthy();
    expect(screen.getByText(/not opened since/)).toBeTruthy();
  });

  it('lead to policy, grants and materials', async () => {
    const { user } = looking({ kind: 'key-properties', key: keyId });
    await user.click(await screen.findByRole('button', { name: 'Show grants' }));
    expect(useDialogs.getState().open.at(-1)).toEqual({ kind: 'key-grants', key: keyId });
  });
});

describe('looking at a KMS key', () => {
  it.each(['key-policy', 'key-grants', 'key-materials'] as const)(
    'asks AWS nothing further for %s once its dialog is closed',
    async (kind) => {
      const { link } = looking({ kind: 'key-properties', key: keyId });
      await screen.findByRole('region', { name: 'Copies' });
      const asked = `key.${{ 'key-policy': 'comparePolicy', 'key-grants': 'grants', 'key-materials': 'materials' }[kind]}`;
      Object.assign(link.script, { [asked]: () => new Promise(() => undefined) });
      act(() => useDialogs.getState().show({ kind, key: keyId }));
      const signal = await waitFor(() => {
        const at = link.calls.findIndex(({ name }) => name === asked);
        expect(at).toBeGreaterThanOrEqual(0);
        return link.givenUp[at];
      });
      expect(signal?.aborted).toBe(false);
      act(() => useDialogs.getState().close());
      await waitFor(() => expect(signal?.aborted).toBe(true));
    },
  );

  it('sets the policy of AWS against the template, statement by statement', async () => {
    const { link, user } = looking({ kind: 'key-policy', key: keyId });
    expect(await screen.findByText(/differs from the template in 2 statements/)).toBeTruthy();
    const admin = screen.getByRole('region', { name: 'Admin' });
    expect(admin.textContent).toContain('Only in the template');
    expect(admin.textContent).toContain('AWShas no such statement');
    act(() => link.change('key', 'job'));
    await user.click(screen.getByRole('button', { name: 'Read again' }));
    await waitFor(() => expect(link.made('key.comparePolicy')).toHaveLength(2));
  });

  it('shows who has a grant, and for what', async () => {
    looking({ kind: 'key-grants', key: keyId });
    expect(await screen.findByText(/^1 grant on this KMS key/)).toBeTruthy();
    const grant = screen.getByRole('region', { name: /role\/rds$/ });
    expect(grant.textContent).toContain('Decrypt, CreateGrant');
    expect(within(grant).getByText(/role\/rds-ends$/)).toBeTruthy();
  });

  it('warns where a KMS key has several materials, and marks the one kept here', async () => {
    looking({ kind: 'key-materials', key: keyId });
    expect(await screen.findByText(/has 2 materials\. If any one is missing/)).toBeTruthy();
    const rows = screen.getAllByRole('row').filter((row) => row.matches('[aria-current]'));
    expect(rows.map(({ textContent }) => textContent)).toEqual([
      expect.stringContaining('✓ yesCURRENT'),
    ]);
  });
});
