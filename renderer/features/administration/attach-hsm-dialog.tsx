import { useRef, useState } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import type { Dialog } from '../../state/dialogs.ts';
import { useKept } from '../../state/kept.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { Choices } from '../../ui/choices.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { type ChosenPlace, noPlace, placeGiven, TokenPlaceFields } from '../../ui/token-place.tsx';
import { AttachMaster } from './attach-master.tsx';
import { type AttachHow, readyToAttach } from './attach-ready.ts';
import { PinRisk } from './pin-risk.tsx';
import { isRisky, type Pin } from './pin-words.ts';
import { AttachSecrets, type AttachSecretsHandle } from './attach-secrets.tsx';
import { isolate, quote } from '../../../shared/text/isolate.ts';

/** Binds the keystore to one token: where it is, its PIN, and what becomes of its master key. */
export function AttachHsmDialog({ dialog, close }: DialogProps<'attach-hsm'>) {
  const status = useRead('hsm.status', {});
  // Where the keystore is bound already, the form starts from there.
  return status.pending ? null : (
    <AttachForm dialog={dialog} former={status.data ?? null} close={close} />
  );
}

type Former = OutputFor<'hsm.status'>;

function AttachForm({
  dialog,
  former: status,
  close,
}: DialogProps<'attach-hsm'> & {
  readonly former: Former | null;
}) {
  const form = useAttach(dialog, status?.attached ? status : null, close);
  const { realm, former, place, how, label, missing, busy } = form;
  return (
    <DialogFrame
      title={former ? 'Attach the HSM again' : 'Attach an HSM'}
      subject={
        former?.token
          ? `Bound to ${quote(former.token.label)}, serial ${former.token.serial}`
          : undefined
      }
      busy={busy}
      onClose={close}
      onSubmit={() => void form.go()}
      outcome={
        <p className="quiet" role="status">
          {missing ?? 'The PIN is tried once.'}
        </p>
      }
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton type="submit" variant="contained" disabled={busy} blocked={missing}>
            {busy ? 'Attaching and probing…' : sayDeed(place.token?.label, how, label)}
          </DeedButton>
        </>
      }
    >
      {former ? <Rebinding former={former} /> : null}
      <TokenPlaceFields place={place} onChange={form.setPlace} disabled={busy} />
      {realm === 'practice' && former === null && place.module !== '' ? (
        <WhichToken how={how} onHow={form.setHow} disabled={busy} />
      ) : null}
      <AttachSecrets
        ref={form.secrets}
        how={how}
        label={label}
        onLabel={form.setLabel}
        disabled={busy}
      />
      <AttachMaster
        realm={realm}
        former={former !== null}
        empty={how === 'empty'}
        createMaster={form.createMaster}
        onCreateMaster={form.setCreateMaster}
        secondCopy={form.secondCopy}
        onSecondCopy={form.setSecondCopy}
        disabled={busy}
      />
      {form.risk === null ? null : (
        <PinRisk
          pin={form.risk}
          which={`${quote(place.token?.label ?? '')}, serial ${place.token?.serial ?? ''}`}
          sure={form.sure}
          onSure={form.setSure}
          disabled={busy}
        />
      )}
      {form.failure ? <FailureNotice failure={form.failure} /> : null}
    </DialogFrame>
  );
}

/** What is filled in, what is still needed, and the deed itself. */
function useAttach(dialog: Dialog, former: Former | null, close: () => void) {
  const realm = useSnapshot().data?.keystore.realm ?? 'real';
  const attach = useDeed('hsm.attach');
  const blocked = useBlocked();
  const secrets = useRef<AttachSecretsHandle>(null);
  const [place, setPlace] = useKept(dialog, () => placeOf(former), 'place');
  const [how, setHow] = useKept<AttachHow>(dialog, () => 'existing', 'how');
  const [label, setLabel] = useKept(dialog, () => '', 'label');
  const [createMaster, setCreateMaster] = useKept(dialog, () => false, 'master');
  const [secondCopy, setSecondCopy] = useKept(dialog, () => '', 'second copy');
  const pin = how === 'empty' ? undefined : place.token?.pin;
  const { risk, sure, setSure, unsure } = useRisk(pin, attach.failure?.code);
  const needed =
    readyToAttach({ place, how, label, realm, secondCopy, former: former !== null }) ??
    (unsure ? 'your word that you are sure of the PIN.' : null);
  const missing = blocked ?? (needed === null ? null : `Still needed: ${needed}`);

  const go = async (): Promise<void> => {
    if (missing !== null || attach.busy) return;
    const chosen = how === 'empty' ? { ...place, token: null } : place;
    const given = placeGiven(chosen);
    const typed = given && secrets.current?.take();
    if (!typed) return;
    setSure(false);
    const done = await attach.run({
      ...given,
      ...typed,
      ...(how === 'empty' ? { label: label.trim(), initializeToken: true } : {}),
      ...(risk === null ? {} : { confirmLastTry: true }),
      createMaster: createMaster || how === 'empty',
      secondCopy: secondCopy.trim() === '' ? null : secondCopy.trim(),
    });
    if (!done) return;
    close();
    say(`HSM ${isolate(done.token?.label ?? '')} is attached and probed.`);
  };
  return {
    realm,
    former,
    place,
    setPlace,
    how,
    setHow,
    label,
    setLabel,
    createMaster,
    setCreateMaster,
    secondCopy,
    setSecondCopy,
    secrets,
    risk,
    sure,
    setSure,
    missing,
    go,
    busy: attach.busy,
    failure: attach.failure,
  };
}

/** What the token says of its PIN where a wrong one costs something. */
function riskOf(pin: Pin | undefined, code: string | undefined): Pin | null {
  if (pin === 'locked' || code === 'HSM_PIN_LOCKED') return 'locked';
  if (isRisky(pin)) return pin ?? null;
  return code === 'HSM_PIN_LAST_TRY' ? 'count-low' : null;
}

/** A person's word before a try that could lock the token. */
function useRisk(pin: Pin | undefined, code: string | undefined) {
  const [sure, setSure] = useState(false);
  const risk = riskOf(pin, code);
  return { risk, sure, setSure, unsure: risk !== null && risk !== 'locked' && !sure };
}

const placeOf = (former: Former | null): ChosenPlace =>
  former?.module ? { ...noPlace, module: former.module, token: former.token } : noPlace;

const sayDeed = (token: string | undefined, how: AttachHow, label: string): string => {
  if (how === 'empty') return `Set up and attach ${label.trim()}`.trim();
  return token ? `Attach ${token}` : 'Attach HSM';
};

function Rebinding({ former }: { readonly former: Former }) {
  return (
    <p className="quiet">
      Another token is taken only when it holds the same master key
      {former.master ? <code> {former.master.id}</code> : null}: a second copy, or the token itself
      behind another module.
    </p>
  );
}

function WhichToken({
  how,
  onHow,
  disabled,
}: {
  readonly how: AttachHow;
  readonly onHow: (how: AttachHow) => void;
  readonly disabled: boolean;
}) {
  return (
    <Choices
      legend="Which token"
      value={how}
      disabled={disabled}
      onChoose={onHow}
      choices={[
        { value: 'existing', label: 'The one chosen above' },
        {
          value: 'empty',
          label: 'Set up an empty one first',
          meaning: 'Practice only. Takes a place of the module that holds no token yet.',
        },
      ]}
    />
  );
}
