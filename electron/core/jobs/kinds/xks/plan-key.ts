import type { UnsupportedFeature } from '../../../../../shared/model/xks.ts';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import { unsupportedReasons, xksRisks } from '../../../../../shared/text/xks.ts';
import type { ExternalStore, XksKey } from '../../../keystore/xks/rows.ts';
import { Checks, type Draft, exceptionLines, quote, read, shellWord, write } from '../plan.ts';
import { shortId } from '../reading.ts';
import type { DeedServices } from '../services.ts';
import { keyObstacle, type KeyStateDeed, turns } from '../kms-key-state.ts';
import { remoteOf } from './key-state.ts';
import { policyLine, refusedTo, refusesTrial, requireKeyPolicy } from './key-policy.ts';
import { kmsKeyOf, kmsStoreIdOf, openStore } from './opening.ts';
import { requireSecondPlace } from '../second-place.ts';
import { storageOf } from './service-key.ts';

export interface KeyWish {
  readonly store: ExternalStore;
  readonly name: string;
  /** The external key of this name; null: it is made. */
  readonly key: XksKey | null;
  readonly alias: string | null;
  /** Key policy, JSON text; null: AWS's default. */
  readonly policy: string | null;
  readonly days: number;
  readonly wants: readonly UnsupportedFeature[];
}

/** Says what creating a KMS key in an external key store would do now. */
export async function planXksKeyCreation(services: DeedServices, wish: KeyWish): Promise<Draft> {
  const { store, name, key, alias, policy } = wish;
  const checks = new Checks();
  refuseUnsupported(wish, checks);
  await lookAtStore(services, store, checks);
  await checks.look('The device that keeps external keys is ready', async () => {
    requireSecondPlace(services);
    const vault = await services.xks.device(storageOf(services));
    services.requireMayLeave(vault.probe.assurance);
  });
  await refuseUsed(services, wish, checks);
  if (policy !== null)
    await checks.look('AWS would take the key policy', async () =>
      requireKeyPolicy(services, { store, text: policy, alias }),
    );
  const refused = checks.blocked ? [] : refusedTo(services, store, policy);
  const opened = checks.blocked ? null : await openStore(services, store.id, {}, 'glance');
  const practice = services.store.realm === 'practice' ? ' (practice)' : '';
  return {
    deed: 'xks-key',
    title: `Create a KMS key for ${quote(name)}?`,
    subject: subjectLine(store, key?.xksId ?? 'a new external key'),
    sentence:
      'The external key is made in the HSM, kept, backed up and served; then AWS gets a KMS key that stands for it. Every use goes through both.',
    changes: [
      key === null
        ? `External key ${name}, AES-256, in ${placeWords(services)}`
        : `External key ${name} gets its KMS key`,
      `A KMS key of origin EXTERNAL_KEY_STORE in ${store.name}`,
      ...(alias === null ? [] : [`alias/${alias} names it`]),
      policyLine(policy),
      'Only this KMS key may use the external key from then on',
    ],
    stays: ['Keys that AWS has already: none can be moved into an external key store'],
    lookFirst: [
      ...exceptionLines(opened?.connection ?? null),
      'The external key id of a KMS key can never be changed, nor can a deleted KMS key be made again',
      'AWS takes 1 USD a month for each KMS key until it is deleted',
      ...refusedLines(refused),
      ...xksRisks,
    ],
    checks: checks.lines,
    steps: [
      'Check account, store, HSM and backup',
      'Make the external key',
      'Save a second copy',
      'Put the external key onto the device',
      'Give the proxies the external key',
      'Create KMS key',
      'Bind the external key to its KMS key',
      'Create alias',
      'Encrypt and decrypt through AWS',
    ],
    calls: [
      read('GetCallerIdentity'),
      read('DescribeCustomKeyStores'),
      write('CreateKey'),
      ...(alias === null ? [] : [write('CreateAlias')]),
      ...(policy === null || refused.includes('kms:GetKeyPolicy') ? [] : [read('GetKeyPolicy')]),
      ...(refusesTrial(refused) ? [] : [read('Encrypt'), read('Decrypt')]),
    ],
    goBack: 'Schedule the deletion of the KMS key; nothing was encrypted under it by then',
    command: `keyreeve xks key create ${shellWord(`${store.name}/${name}`)}${alias === null ? '' : ` --alias ${shellWord(alias)}`}${policy === null ? '' : ' --policy FILE'}`,
    button: `Create KMS key for ${name}${practice}`,
    confirmName: null,
    blocked: checks.blocked?.toFailure() ?? null,
  };
}

/** What the policy keeps the credential from, which a person may well want. */
const refusedLines = (refused: readonly string[]): readonly string[] =>
  refused.length === 0
    ? []
    : [
        `The key policy does not let the credential of the store do this: ${refused.join(', ')}`,
        ...(refusesTrial(refused)
          ? ['The trial through AWS is left out: the key policy does not allow it']
          : []),
      ];

function refuseUnsupported({ wants }: KeyWish, checks: Checks): void {
  for (const feature of wants) {
    const reason = unsupportedReasons[feature];
    checks.fail(new OperationError('XKS_UNSUPPORTED', { feature, reason }), `Not there: ${reason}`);
  }
}

/** One external key, one KMS key: also where AWS would not notice. */
async function refuseUsed(services: DeedServices, { key }: KeyWish, checks: Checks): Promise<void> {
  if (key === null) return;
  const arn = await kmsKeyOf(services, key);
  if (arn !== null) {
    const error = new OperationError('XKS_KEY_BOUND', { name: key.name, arn });
    checks.fail(error, `${key.name} belongs to ${arn}`);
  } else if (!key.enabled || key.blocked || !key.usage.encrypt || !key.usage.decrypt) {
    const problem = 'the external key is disabled, blocked, or not for both directions';
    checks.fail(new OperationError('XKS_KEY_UNUSABLE', { name: key.name, problem }), problem);
  }
}

async function lookAtStore(
  services: DeedServices,
  store: ExternalStore,
  checks: Checks,
): Promise<void> {
  const opened = await checks.look('Credential and account fit the store', () =>
    openStore(services, store.id, {}, 'glance'),
  );
  const seen = opened
    ? await checks.look('The store was read from AWS', async () =>
        opened.connection.describeKeyStore(kmsStoreIdOf(store)),
      )
    : null;
  if (!seen || seen.state === 'CONNECTED') return;
  const details = { state: seen.state, needs: 'CONNECTED' };
  checks.fail(new OperationError('XKS_STORE_STATE', details), `The store is ${seen.state}`);
}

/** Says what a change of the state of a KMS key would do now. */
export async function planXksKeyTurn(
  services: DeedServices,
  deed: KeyStateDeed,
  { store, key, days }: { store: ExternalStore; key: XksKey; days: number },
): Promise<Draft> {
  const checks = new Checks();
  const opened = await checks.look('Credential and account fit the store', () =>
    openStore(services, store.id, {}, 'glance'),
  );
  const seen = opened
    ? await checks.look('The KMS key was read from AWS', async () =>
        opened.connection.describeKey(remoteOf(key).kmsKeyId),
      )
    : null;
  const obstacle = seen === null ? null : keyObstacle(deed, seen.state);
  if (obstacle) checks.fail(obstacle, `The KMS key is ${seen?.state ?? 'unknown'}`);
  const { title, to } = turns[deed];
  const named = key.remote === null ? 'no KMS key' : shortId(key.remote.kmsKeyId);
  const practice = services.store.realm === 'practice' ? ' (practice)' : '';
  const goes = deed === 'schedule-deletion';
  return {
    deed: 'xks-key',
    title: `${title} of ${quote(key.name)}?`,
    subject: subjectLine(store, `${named} for ${key.xksId}`),
    sentence: sentences[deed](days),
    changes: [`KMS key ${named} reads ${to.join(' or ')}`],
    stays: [
      'The external key: it is neither disabled nor deleted by this',
      'Data already encrypted',
    ],
    lookFirst: [
      ...exceptionLines(opened?.connection ?? null),
      ...(goes ? deletionPoints : deed === 'disable' ? disablePoints : []),
    ],
    checks: checks.lines,
    steps: [title],
    calls: [read('DescribeKey'), write(callOf[deed]), read('DescribeKey')],
    goBack: backWords[deed],
    command: `keyreeve xks key ${deed === 'enable' || deed === 'disable' ? `kms-${deed}` : deed} ${shellWord(`${store.name}/${key.name}`)}${goes ? ` --days ${days}` : ''}`,
    button: `${title} of ${key.name}${practice}`,
    confirmName: goes ? key.name : null,
    blocked: checks.blocked?.toFailure() ?? null,
  };
}

const sentences: Readonly<Record<KeyStateDeed, (days: number) => string>> = {
  enable: () => 'AWS uses the KMS key again, as long as its external key can be used.',
  disable: () => 'AWS refuses every use of the KMS key. The external key goes on as it was.',
  'schedule-deletion': (days) =>
    `AWS deletes the KMS key in ${days} days. Until then nothing can be done with it but to cancel.`,
  'cancel-deletion': () => 'AWS keeps the KMS key; it is disabled afterwards.',
};
const callOf: Readonly<Record<KeyStateDeed, string>> = {
  enable: 'EnableKey',
  disable: 'DisableKey',
  'schedule-deletion': 'ScheduleKeyDeletion',
  'cancel-deletion': 'CancelKeyDeletion',
};
const backWords: Readonly<Record<KeyStateDeed, string>> = {
  enable: 'Disable the KMS key, one call',
  disable: 'Enable the KMS key, one call',
  'schedule-deletion': 'Cancel the deletion before its day, then enable the KMS key',
  'cancel-deletion': 'Schedule the deletion again',
};
const deletionPoints = [
  'What was encrypted under this KMS key can then be opened by nobody: the external key alone is not enough',
  'A KMS key made for the same external key later cannot open it either',
  'The external key stays here and on the device; remove it only when nothing needs it',
];
const disablePoints = [
  'Services that cached data keys go on for 5 minutes to 24 hours',
  'To stop every use at once, also by other KMS keys, block the external key here',
];

const placeWords = ({ xks }: DeedServices): string =>
  xks.model.serving.storage === 'software' ? 'the built-in software driver' : 'the HSM';

const subjectLine = (store: ExternalStore, what: string): string =>
  [
    store.remote?.account ?? 'account not known yet',
    store.region ?? 'no Region',
    `${store.name} ${store.remote?.kmsStoreId ?? '(not in AWS)'}`,
    what,
  ].join(' · ');
