// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FoundKey, ScanView } from '../../../shared/contract/scan.ts';
import { compareScanMarks, readScanMark, writeScanMark } from '../../../shared/model/scan.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { layOut } from '../../testing/laid-out.fixture.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { refuse, ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';

beforeAll(layOut);
let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

const id = '019a0000-0000-7000-8000-000000000001';
const beganAt = Date.UTC(2031, 4, 3, 12);
const counts = {
  marked: 0,
  missing: 0,
  'not-readable': 0,
  'not-ours': 0,
  known: 0,
  'aws-managed': 0,
};

function found(n: number, fields: Partial<FoundKey> = {}): FoundKey {
  const keyId = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  return {
    keyId,
    arn: `arn:aws:kms:eu-west-1:111122223333:key/${keyId}`,
    standing: 'not-ours',
    owner: null,
    mark: null,
    aliases: [],
    read: {
      spec: 'SYMMETRIC_DEFAULT',
      usage: 'ENCRYPT_DECRYPT',
      state: 'Enabled',
      origin: 'AWS_KMS',
      multiRegion: 'no',
      createdAt: beganAt,
      description: '',
      keyStoreId: null,
      validTo: null,
      deletionAt: null,
    },
    failure: null,
    ...fields,
  };
}

function scanOf(keys: readonly FoundKey[], fields: Partial<ScanView> = {}): ScanView {
  const all = { ...counts };
  for (const { standing } of keys) all[standing] += 1;
  return {
    id,
    group: { id, name: 'payments-prod' },
    credential: { id, name: 'prod' },
    account: '111122223333',
    region: 'eu-west-1',
    state: 'done',
    listed: keys.length,
    read: keys.length,
    counts: all,
    aliasesFailure: null,
    failure: null,
    beganAt,
    endedAt: beganAt,
    revision: 1,
    ...fields,
  };
}

const mark = {
  marker: 'kr-12-0123456789ab',
  keystore: 'this',
  storeId: id,
  tags: 'read',
  jobNumber: 12,
  job: { id, number: 12, state: 'needs-you' },
  madeFor: null,
} as const;

function show(
  keys: readonly FoundKey[],
  fields: Partial<ScanView> = {},
  what: 'group' | 'credential' = 'group',
) {
  const world = { view: scanOf(keys, fields), refusal: null as string | null };
  const sorted = keys.toSorted(compareScanMarks);
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'group.findInAws': () => {
      if (world.refusal) throw refuse('AWS_ACCESS_DENIED');
      return world.view;
    },
    'credential.findInAws': () => world.view,
    'scan.show': () => world.view,
    'scan.stop': () => {
      world.view = { ...world.view, state: 'stopped', endedAt: beganAt, revision: 9 };
      return world.view;
    },
    'scan.list': ({ standing = null, limit = 100, after = null, find = '' }) => {
      const fits = sorted.filter(
        (key) =>
          (standing === null ? key.standing !== 'aws-managed' : key.standing === standing) &&
          key.keyId.includes(find),
      );
      const from = after === null ? null : readScanMark(after);
      const at = from ? fits.findIndex((key) => compareScanMarks(key, from) > 0) : 0;
      const page = at < 0 ? [] : fits.slice(at, at + limit);
      const last = page.at(-1);
      const more = at >= 0 && at + limit < fits.length;
      return { keys: page, total: fits.length, next: more && last ? writeScanMark(last) : null };
    },
  });
  opened = openWindow(link);
  const of = { what, id, name: 'payments-prod' };
  act(() => useDialogs.getState().show({ kind: 'find-in-aws', of }));
  return { link, world, user: userEvent.setup() };
}

const grid = () => screen.findByRole('grid', { name: 'KMS keys' });
const rows = async () =>
  within(await grid())
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.textContent);

describe('Find in AWS', () => {
  it('reads at once, says what needs a look first, and hides what AWS manages', async () => {
    const { link } = show([
      found(1, { standing: 'known', owner: { kind: 'key', id, reference: 'payments-prod/3' } }),
      found(2, { standing: 'aws-managed' }),
      found(3, { standing: 'marked', mark }),
      found(4),
    ]);
    await waitFor(async () => expect(await rows()).toHaveLength(3));
    const all = await rows();
    expect(all[0]).toContain('Made by Keyreeve, not known here');
    expect(all[1]).toContain('Not ours');
    expect(all[2]).toContain('Version ');
    await screen.findByText('1 key made by Keyreeve and not known here.');
    expect(link.made('group.findInAws')).toEqual([{ group: id }]);
    const shown = screen.getByRole('group', { name: 'Show KMS keys that are' });
    await userEvent.click(within(shown).getByRole('button', { name: 'AWS managed 1' }));
    await waitFor(async () => expect((await rows())[0]).toContain('AWS managed'));
  });

  it('says of the chosen one what it means, and leads to its job or version', async () => {
    const { user } = show([
      found(1, { standing: 'known', owner: { kind: 'key', id, reference: 'payments-prod/3' } }),
      found(3, { standing: 'marked', mark }),
    ]);
    const table = await grid();
    await waitFor(async () => expect(await rows()).toHaveLength(2));
    act(() => table.focus());
    await user.keyboard('{Home}');
    await screen.findByText(/^Job 12 is not over\. Continue it: it takes this KMS key/);
    expect(screen.getByRole('button', { name: 'Show job 12' })).toBeTruthy();
    act(() => table.focus());
    await user.keyboard('{ArrowDown}{Enter}');
    await waitFor(() =>
      expect(useDialogs.getState().open.at(-1)).toEqual({ kind: 'key-properties', key: id }),
    );
  });

  it('marks what AWS is about to delete by the clock of the core', async () => {
    const day = 86_400_000;
    const leaving = found(1);
    show([
      { ...leaving, read: leaving.read && { ...leaving.read, deletionAt: beganAt + 7 * day } },
    ]);
    await waitFor(async () => expect((await rows())[0]).toMatch(/! Enabled.*in 7 days/));
  });

  it('shows how far it is, lists nothing that still moves, and is stopped', async () => {
    const { world, user, link } = show([found(1), found(2)], {
      state: 'running',
      listed: 500,
      read: 200,
      endedAt: null,
    });
    const bar = await screen.findByRole('progressbar', { name: 'KMS keys read' });
    expect(bar.getAttribute('aria-valuetext')).toBe('200 of 500 KMS keys read so far');
    expect(screen.queryByRole('grid')).toBeNull();
    world.view = { ...world.view, read: 300, revision: 2 };
    act(() => link.changeOf('scan', [id]));
    await waitFor(() => expect(bar.getAttribute('aria-valuenow')).toBe('300'));
    await user.click(screen.getByRole('button', { name: 'Stop' }));
    act(() => link.changeOf('scan', [id]));
    await screen.findByText(/^Stopped: 300 of 500 KMS keys read\. The rest was not looked at/);
    await waitFor(async () => expect(await rows()).toHaveLength(2));
    expect(link.made('scan.list').length).toBeGreaterThan(0);
  });

  it('stops with its dialog', async () => {
    const { user, link } = show([], { state: 'running', listed: null, endedAt: null });
    await user.click(await screen.findByRole('button', { name: 'Stop and close' }));
    await waitFor(() => expect(link.made('scan.stop')).toEqual([{ scan: id }]));
    expect(useDialogs.getState().open).toEqual([]);
  });

  it('says why it could not begin, and tries again', async () => {
    const { world, user } = show([found(1)]);
    await waitFor(async () => expect(await rows()).toHaveLength(1));
    world.refusal = 'yes';
    await user.click(screen.getByRole('button', { name: 'Read again' }));
    await screen.findByRole('alert');
    world.refusal = null;
    await user.click(screen.getByRole('button', { name: 'Read again' }));
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });

  it('asks for a Region where a credential has none, and reads nothing before', async () => {
    const { link, user } = show([found(1)], { group: null }, 'credential');
    const region = await screen.findByRole<HTMLInputElement>('combobox', { name: 'Region' });
    await user.clear(region);
    const begin = screen.getByRole('button', { name: 'Find' });
    expect(begin.getAttribute('aria-disabled')).toBe('true');
    expect(link.made('credential.findInAws')).toEqual([]);
    await user.type(region, 'ireland{Enter}');
    await user.click(begin);
    await waitFor(async () => expect(await rows()).toHaveLength(1));
    expect(link.made('credential.findInAws')).toEqual([{ credential: id, region: 'eu-west-1' }]);
  });

  it('reads on to the end of a long list', async () => {
    show(Array.from({ length: 450 }, (_, n) => found(n)));
    const table = await grid();
    await waitFor(() => expect(table.getAttribute('aria-rowcount')).toBe('451'));
    const toEnd = (): void => {
      table.scrollTop = 450 * 28;
      fireEvent.scroll(table);
    };
    await waitFor(async () => {
      toEnd();
      expect((await rows()).length).toBeGreaterThan(0);
      expect(within(table).queryAllByTitle(found(449).keyId)).toHaveLength(1);
    });
  });
});
