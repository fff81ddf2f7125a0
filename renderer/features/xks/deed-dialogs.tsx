import type { InputFor } from '../../../shared/contract/index.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import type { StoreDeed, XksKeyDeed } from '../../../shared/model/xks.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useDialogs } from '../../state/dialogs.ts';
import { useKept } from '../../state/kept.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import type { OneDeed } from '../plans/blocked-plan.tsx';
import { PlanDialog } from '../plans/plan-dialog.tsx';
import { TypeTheName } from '../plans/type-the-name.tsx';
import { usePlan } from '../plans/use-plan.ts';
import { Agreement } from '../../ui/choices.tsx';
import { type ChosenPolicy, KeyPolicyField, usePolicyLook } from './key-policy-field.tsx';
import { DaysField } from './days-field.tsx';
import { isolate } from '../../../shared/text/isolate.ts';

const nothingKnown = { groupId: null, keyId: null } as const;

const storeWords: Readonly<
  Record<StoreDeed, { readonly title: string; readonly doing: string; readonly sentence: string }>
> = {
  create: {
    title: 'Create the store in AWS?',
    doing: 'Already creating it',
    sentence: 'AWS gets a custom key store that asks your proxy for every use of its keys.',
  },
  connect: {
    title: 'Connect the store?',
    doing: 'Already connecting it',
    sentence: 'AWS connects to the proxy; then KMS keys of the store can be used.',
  },
  disconnect: {
    title: 'Disconnect the store?',
    doing: 'Already disconnecting it',
    sentence: 'AWS sends nothing to the proxy any more, and no key of the store can be used.',
  },
  update: {
    title: 'Update the store in AWS?',
    doing: 'Already updating it',
    sentence: 'AWS is told name and place of the proxy as they are said here.',
  },
  'rotate-credential': {
    title: 'Rotate the proxy credential?',
    doing: 'Already rotating it',
    sentence: 'The proxy accepts a new pair, AWS is given it, then the former one is retired.',
  },
  delete: {
    title: 'Delete the store in AWS?',
    doing: 'Already deleting it',
    sentence: 'AWS forgets the store. Here and at the proxy nothing changes.',
  },
};
const takesAway: readonly string[] = [
  'disconnect',
  'delete',
  'schedule-deletion',
  'disable',
  'release',
];

/** The plan of a deed on an external key store in AWS. */
export function StoreDeedDialog({ dialog, close }: DialogProps<'xks-store-deed'>) {
  const { store, deed } = dialog;
  const replace = useDialogs((state) => state.replace);
  const [typed, setTyped] = useKept(dialog, () => '', 'typed');
  const known = useRead('xksStore.show', { store }).data ?? null;
  const planning = usePlan('xksStore.plan', { store, deed });
  const start = useDeed('xksStore.run');
  const otherDeed = useWayOut(store);
  const words = storeWords[deed];
  const confirmName = planning.plan?.confirmName ?? null;
  return (
    <PlanDialog
      dialog={dialog}
      close={close}
      planning={planning}
      about={nothingKnown}
      doing={words.doing}
      takesAway={takesAway.includes(deed)}
      careful={takesAway.includes(deed)}
      missing={missingName(confirmName, typed)}
      otherDeed={otherDeed}
      first={{
        title: known === null ? words.title : words.title.replace('the store', known.name),
        subject: known?.region ?? '',
        sentence: words.sentence,
      }}
      start={{
        busy: start.busy,
        failure: start.failure,
        forget: start.forget,
        run: async ({ number }) => {
          const confirm = confirmName === null ? {} : { confirm: typed };
          const begun = await start.run({ store, deed, plan: number, ...confirm });
          if (begun) replace({ kind: 'job', job: begun.jobId });
        },
      }}
      {...(confirmName === null
        ? {}
        : { before: <TypeTheName name={confirmName} typed={typed} onChange={setTyped} /> })}
    />
  );
}

const keyWords: Readonly<
  Record<XksKeyDeed, { readonly title: string; readonly doing: string; readonly sentence: string }>
> = {
  create: {
    title: 'Create a KMS key?',
    doing: 'Already creating it',
    sentence: 'The external key is made and served; then AWS gets a KMS key that stands for it.',
  },
  enable: {
    title: 'Enable the KMS key?',
    doing: 'Already enabling it',
    sentence: 'AWS uses the KMS key again, as long as its external key can be used.',
  },
  disable: {
    title: 'Disable the KMS key?',
    doing: 'Already disabling it',
    sentence: 'AWS refuses every use of the KMS key. The external key goes on as it was.',
  },
  'schedule-deletion': {
    title: 'Schedule the deletion of the KMS key?',
    doing: 'Already scheduling it',
    sentence: 'AWS deletes the KMS key after a wait. The external key stays.',
  },
  'cancel-deletion': {
    title: 'Cancel the deletion of the KMS key?',
    doing: 'Already cancelling it',
    sentence: 'AWS keeps the KMS key; it is disabled afterwards.',
  },
  release: {
    title: 'Let go of the KMS key?',
    doing: 'Already letting go of it',
    sentence: 'Only where AWS has no such KMS key any more. Nothing is erased by letting go.',
  },
};

/** The plan of a deed on the KMS key of an external key. */
export function KeyDeedDialog({ dialog, close }: DialogProps<'xks-key-deed'>) {
  const { key, deed, made } = dialog;
  const replace = useDialogs((state) => state.replace);
  const [typed, setTyped] = useKept(dialog, () => '', 'typed');
  const [days, setDays] = useKept(dialog, () => 30, 'days');
  const [accountGone, setAccountGone] = useKept(dialog, () => false, 'account gone');
  const given = useGivenPolicy(dialog);
  const planned: InputFor<'xksKey.plan'> = {
    key,
    deed,
    days,
    ...(accountGone ? { accountGone } : {}),
    ...(made === undefined
      ? { policy: given.text }
      : { alias: made.alias, description: made.description, policy: made.policy }),
  };
  const planning = usePlan('xksKey.plan', planned);
  const start = useDeed('xksKey.run');
  const otherDeed = useWayOut(made?.store ?? null);
  const words = keyWords[deed];
  const confirmName = planning.plan?.confirmName ?? null;
  const asked = (
    <>
      {deed === 'schedule-deletion' ? <DaysField days={days} onChange={setDays} /> : null}
      {deed === 'release' ? (
        <Agreement checked={accountGone} onChange={setAccountGone} disabled={start.busy}>
          AWS cannot be asked: the account of the KMS key is closed for good.
        </Agreement>
      ) : null}
      {given.storeId === null ? null : (
        <KeyPolicyField
          policy={given.policy}
          look={given.look}
          disabled={start.busy}
          onChange={given.choose}
        />
      )}
      {confirmName === null ? null : (
        <TypeTheName name={confirmName} typed={typed} onChange={setTyped} />
      )}
    </>
  );
  return (
    <PlanDialog
      dialog={dialog}
      close={close}
      planning={planning}
      about={nothingKnown}
      doing={words.doing}
      takesAway={takesAway.includes(deed)}
      careful={takesAway.includes(deed)}
      missing={given.look.missing ?? missingName(confirmName, typed)}
      otherDeed={otherDeed}
      first={{ title: words.title, subject: '', sentence: words.sentence }}
      start={{
        busy: start.busy,
        failure: start.failure,
        forget: start.forget,
        run: async ({ number }) => {
          const confirm = confirmName === null ? {} : { confirm: typed };
          const begun = await start.run({ ...planned, plan: number, ...confirm });
          if (begun) replace({ kind: 'job', job: begun.jobId });
        },
      }}
      {...(deed === 'schedule-deletion' ||
      deed === 'release' ||
      given.storeId !== null ||
      confirmName !== null
        ? { before: asked }
        : {})}
    />
  );
}

/**
 * The key policy for an external key that waits for its KMS key. One that is made together with it was
 * given its policy before the plan.
 */
function useGivenPolicy(dialog: DialogProps<'xks-key-deed'>['dialog']) {
  const { key, deed, made } = dialog;
  const [policy, choose] = useKept<ChosenPolicy | null>(dialog, () => null, 'policy');
  const waits = deed === 'create' && made === undefined;
  const storeId = useRead('xksKey.show', { key }, { enabled: waits }).data?.storeId ?? null;
  const look = usePolicyLook(storeId ?? '', waits && storeId !== null ? policy : null);
  // what cannot be read as a policy is said beside its field, and plans nothing
  const text = look.read === null ? null : (policy?.text ?? null);
  return { policy, choose, storeId, look, text };
}

const missingName = (name: string | null, typed: string): string | null =>
  name !== null && typed !== name ? `Type ${isolate(name)} first.` : null;

/** What removes the obstacle, where it is another deed on the same store. */
function useWayOut(store: string | null): (failure: Failure) => OneDeed | null {
  const show = useDialogs((state) => state.show);
  return ({ code, details }) => {
    if (store === null) return null;
    const deed = (label: string, name: StoreDeed): OneDeed => ({
      label,
      run: () => show({ kind: 'xks-store-deed', store, deed: name }),
    });
    if (code === 'XKS_STORE_STATE' && details['needs'] === 'CONNECTED')
      return deed('Connect the store…', 'connect');
    if (code === 'XKS_STORE_STATE' && details['state'] === 'CONNECTED')
      return deed('Disconnect the store…', 'disconnect');
    if (['ACCOUNT_MISMATCH', 'CREDENTIAL_REJECTED', 'BAD_INPUT'].includes(code))
      return {
        label: 'Edit the store…',
        run: () => show({ kind: 'xks-edit-store', store }),
      };
    return null;
  };
}
