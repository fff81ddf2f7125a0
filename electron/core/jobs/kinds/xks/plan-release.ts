import { lostWords } from '../../../../../shared/text/xks.ts';
import type { ExternalStore, XksKey } from '../../../keystore/xks/rows.ts';
import { Checks, type Draft, quote, read, shellWord } from '../plan.ts';
import type { DeedServices } from '../services.ts';
import { accountOf, boundArns, goneKmsKeys } from './key-release.ts';

export interface ReleaseWish {
  readonly store: ExternalStore;
  readonly key: XksKey;
  readonly accountGone: boolean;
}

/** Says what letting go of the KMS keys of an external key would do now. */
export async function planXksKeyRelease(
  services: DeedServices,
  { store, key, accountGone }: ReleaseWish,
): Promise<Draft> {
  const arns = boundArns(services, key);
  const checks = new Checks();
  const gone = await checks.look('No KMS key that needs it is left', () =>
    goneKmsKeys(services, { storeId: store.id, keyId: key.id, accountGone }, {}),
  );
  const assumed = (gone ?? []).filter(({ how }) => how === 'account').map(({ arn }) => arn);
  const practice = services.store.realm === 'practice' ? ' (practice)' : '';
  return {
    deed: 'xks-key',
    title: `Let go of the KMS key of ${quote(key.name)}?`,
    subject: [store.region ?? 'no Region', store.name, key.xksId].join(' · '),
    sentence:
      'The external key belongs to no KMS key afterwards. Its versions may then be destroyed, or the key removed; nothing is erased by letting go.',
    changes: arns.map((arn) => `${arn} may use it no more`),
    stays: [
      'Every version of the external key, here, in the backup and on the device',
      'It stays enabled or disabled as it is; the next KMS key that uses it gets it',
    ],
    lookFirst: [
      ...assumed.map(
        (arn) =>
          `AWS was not asked about ${arn}: that it is gone is your word, and is recorded as that`,
      ),
      ...(arns.length === 0 ? [] : [lostWords(arns)]),
    ],
    checks: checks.lines,
    steps: ['Ask AWS whether the KMS key is gone', 'Let go of the KMS key'],
    calls: [read('GetCallerIdentity'), read('DescribeKey')],
    goBack: 'Allow the KMS key again, as long as no version was removed',
    command: `keyreeve xks key release ${shellWord(`${store.name}/${key.name}`)}${accountGone ? ' --account-gone' : ''}`,
    button: `Let go of the KMS key of ${key.name}${practice}`,
    confirmName: assumed.length === 0 ? key.name : accountOf(assumed[0] ?? ''),
    blocked: checks.blocked?.toFailure() ?? null,
  };
}
