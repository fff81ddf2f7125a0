// @vitest-environment jsdom
import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { clientOver } from '../../client/client.ts';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { useNotices } from '../../state/notices.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { refuse, ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { groupShown, keyShown } from '../plans/plan.fixture.ts';
import { checkInTurn, useCheckFailure } from './checking.ts';
import { keysOfGroup } from './keys-of-group.ts';

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
  useCheckFailure.setState({ failure: null });
  act(() => useNotices.setState({ latest: null, covered: null }));
});

type GroupView = OutputFor<'group.list'>['groups'][number];
const group = '019a0000-0000-7000-8000-0000000000ff';
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
  readAt: 1_800_000_000_000,
};

function keyOf(version: number) {
  const {
    copies: _c,
    history: _h,
    publicKeySha256: _public,
    copiedFrom: _copied,
    sameMaterial: _same,
    tokenSerial: _t,
    masterId: _m,
    lifecycleTimes: _l,
    renewsAt: _r,
    ...view
  } = keyShown();
  const id = `019a0000-0000-7000-8000-${String(version).padStart(12, '0')}`;
  return { ...view, id, version, remote };
}

/** A group of so many keys; `answer` says when AWS answers about one, and whether. */
function checking(
  count: number,
  answer: (version: number) => Promise<void> | void,
  needing: readonly GroupView[] = [],
) {
  const keys = Array.from({ length: count }, (_, n) => keyOf(n + 1));
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'key.list': ({ after, limit }) => {
      const from = after == null ? 0 : Number(after);
      const next = from + (limit ?? 50) < count ? String(from + (limit ?? 50)) : null;
      return { keys: keys.slice(from, from + (limit ?? 50)), total: count, next };
    },
    'group.list': () => ({ groups: [...needing], total: needing.length, next: null }),
    'key.check': async ({ key }) => {
      const version = Number(key.slice(-12));
      await answer(version);
      return keyOf(version);
    },
  });
  opened = openWindow(link);
  const call = clientOver(link);
  const run = () => checkInTurn(call, () => keysOfGroup(call, group), 'payments-prod');
  return { link, run, user: userEvent.setup() };
}

const line = () => within(screen.getByRole('contentinfo'));

describe('Check against AWS', () => {
  it('is stopped in the bottom line, and says how far it came', async () => {
    const answers = new Map<number, PromiseWithResolvers<void>>();
    const { link, run, user } = checking(3, (version) => {
      const held = Promise.withResolvers<void>();
      answers.set(version, held);
      return held.promise;
    });
    await screen.findByRole('contentinfo');
    const over = run();
    await line().findByText('Asking AWS about 3 keys of payments-prod.');
    await user.click(await line().findByRole('button', { name: 'Stop' }));
    await act(async () => {
      answers.get(1)?.resolve();
      await over;
    });
    await line().findByText('Read 1 of 3 keys of payments-prod from AWS.');
    expect(link.made('key.check')).toHaveLength(1);
  });

  it('asks about every key of a group, however many', async () => {
    const { link, run } = checking(620, () => undefined);
    await screen.findByRole('contentinfo');
    await act(run);
    await line().findByText('✓ Read 620 keys of payments-prod from AWS.');
    expect(link.made('key.check')).toHaveLength(620);
  });

  it('is not well where the alias names no key of the group that was read', async () => {
    const { group: view } = groupShown();
    const taken = { keyId: kmsKeyId, group: null, adopted: false, readAt: 0 };
    const another = { ...view, id: group, aliasElsewhere: taken };
    const { run } = checking(2, () => undefined, [another, { ...view, aliasElsewhere: taken }]);
    await screen.findByRole('contentinfo');
    await act(run);
    await line().findByText(
      '! Read 2 keys of payments-prod from AWS. An alias names no key of its group.',
    );
  });

  it('says what ended it also where another place is open by then', async () => {
    const { run } = checking(3, (version) => {
      if (version === 2) throw refuse('AWS_UNREACHABLE');
    });
    await screen.findByRole('contentinfo');
    await act(run);
    await line().findByText(/^! Read 1 of 3 keys of payments-prod from AWS\. AWS /);
    expect(useCheckFailure.getState().failure?.code).toBe('AWS_UNREACHABLE');
  });

  it('begins the next one when the one before it is over', async () => {
    const first = Promise.withResolvers<void>();
    const { link, run } = checking(1, () => first.promise);
    await screen.findByRole('contentinfo');
    const both = [run(), run()];
    await line().findByText('Asking AWS about 1 key of payments-prod.');
    expect(link.made('key.check')).toHaveLength(1);
    await act(async () => {
      first.resolve();
      await Promise.all(both);
    });
    expect(link.made('key.check')).toHaveLength(2);
  });

  it('says nothing of the keys once the keystore is locked', async () => {
    const { run } = checking(2, () => {
      throw refuse('KEYSTORE_LOCKED');
    });
    await screen.findByRole('contentinfo');
    await act(run);
    expect(useNotices.getState().latest).toBeNull();
    expect(useCheckFailure.getState().failure).toBeNull();
  });
});
