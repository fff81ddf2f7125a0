import type { TransportKeyView } from '../../../shared/contract/bring-in.ts';
import { quote } from '../../../shared/text/isolate.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useKept } from '../../state/kept.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { useAdopting } from './adopting.tsx';
import { IncomingFields, TransportKey } from './bring-in-parts.tsx';
import { useGroupOfPlan } from './group-of-plan.ts';
import { plainKcv } from '../../../shared/text/kcv.ts';
import { type IncomingFile, isFullKcv, isKcv } from './incoming-file.ts';
import { PlanDialog } from './plan-dialog.tsx';
import { ChangesAndStays, PlanSentence } from './plan-sections.tsx';
import { usePlan } from './use-plan.ts';

type Props = DialogProps<'bring-in'>;

const whatHappens =
  'The key is opened in the vault and saved here; then a wrapped copy goes to AWS. Last of all the alias moves to it.';

/** A key from another HSM or tool: first a transport key goes there, then the wrapped key comes back. */
export function BringInDialog(props: Props) {
  const { group } = props.dialog;
  const read = useRead('group.transportKey', { group });
  const transport = read.data?.transportKey ?? null;
  return transport === null ? (
    <MakeTransportKey {...props} reading={read.pending} unread={read.failure} />
  ) : (
    <BringInPlan
      key={transport.sha256}
      {...props}
      transport={transport}
      onTransportGone={read.again}
    />
  );
}

function MakeTransportKey({
  dialog: { group },
  close,
  reading,
  unread,
}: Props & {
  readonly reading: boolean;
  readonly unread: ReturnType<typeof useRead>['failure'];
}) {
  const { known } = useGroupOfPlan(group);
  const make = useDeed('group.prepareBringIn');
  const blocked = useBlocked();
  const failure = make.failure ?? unread;
  return (
    <DialogFrame
      title={`Bring a key into ${known === null ? 'this key group' : quote(known.name)}`}
      subject="A key that another HSM or tool has becomes the next version of this group."
      width="wide"
      busy={make.busy}
      onClose={close}
      onSubmit={() => {
        if (blocked === null && !reading) void make.run({ group });
      }}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton
            type="submit"
            variant="contained"
            autoFocus
            disabled={make.busy || reading}
            blocked={blocked}
          >
            {make.busy ? 'Making it…' : 'Make transport key'}
          </DeedButton>
        </>
      }
    >
      <p>
        No key travels in clear. The vault makes an RSA pair, the transport key: its private half
        stays inside, its public half is a file for the other system, which wraps the key under it.
        The file that comes back opens in this vault only.
      </p>
      <p>
        Making it changes nothing in AWS. It lives for seven days, lets in one key, and can be given
        up at any time.
      </p>
      {failure ? <FailureNotice failure={failure} /> : null}
    </DialogFrame>
  );
}

/** What is still missing before it can be planned; null when nothing is. */
function whatIsMissing(file: IncomingFile | null, kcv: string, whole: boolean): string | null {
  if (file === null) return 'Choose the file that came back.';
  if (!isKcv(kcv)) return 'Type the KCV that the other system shows: 6 to 10 digits.';
  return whole ? null : `Press Enter if these ${kcv.length} digits are all that it shows.`;
}

/** The KCV as it is typed. A short one is whole once the person says so, by Enter or by going on. */
function useTypedKcv(dialog: Props['dialog']) {
  const [typed, setTyped] = useKept(dialog, () => '', 'kcv');
  const [said, setSaid] = useKept(dialog, () => '', 'kcv, said to be whole');
  const kcv = plainKcv(typed);
  return {
    typed,
    kcv,
    whole: isFullKcv(kcv) || (isKcv(kcv) && said === kcv),
    type: (text: string) => {
      setTyped(text);
      // Back at what was whole once, more may be on its way.
      if (plainKcv(text) !== said) setSaid('');
    },
    sayWhole: () => setSaid(kcv),
  };
}

function BringInPlan({
  dialog,
  close,
  transport,
  onTransportGone,
}: Props & { readonly transport: TransportKeyView; readonly onTransportGone: () => void }) {
  const { group } = dialog;
  // what came back for another transport key opens under none but that
  const ofThis = `file ${transport.sha256}`;
  const [chosen, setChosen] = useKept<IncomingFile | null>(dialog, () => null, ofThis);
  const { typed, kcv, whole, type, sayWhole } = useTypedKcv(dialog);
  const replace = useDialogs((state) => state.replace);
  const { known, alias, subject } = useGroupOfPlan(group);
  const { adopt, otherDeed, agreement } = useAdopting(dialog, group, alias);
  const missing = whatIsMissing(chosen, kcv, whole);
  const input = { group, file: chosen?.file ?? '', kcv, adopt };
  const planning = usePlan('group.planBringIn', input, missing === null);
  const start = useDeed('group.bringIn');
  const { plan, marks } = planning;
  return (
    <PlanDialog
      dialog={dialog}
      close={close}
      planning={planning}
      about={{ groupId: group, keyId: null }}
      doing="Already bringing a key in"
      careful={adopt}
      missing={missing}
      {...(missing === null ? {} : { before: <p className="quiet">{missing}</p> })}
      idle="Bring in"
      first={{
        title: `Bring a key into ${known === null ? 'this key group' : quote(known.name)}`,
        subject,
        sentence: whatHappens,
      }}
      start={{
        busy: start.busy,
        failure: start.failure,
        forget: start.forget,
        run: async ({ number }) => {
          const begun = await start.run({ ...input, plan: number });
          if (begun) replace({ kind: 'job', job: begun.jobId });
        },
      }}
      otherDeed={(failure) =>
        failure.code === 'BRING_IN_NOT_PREPARED'
          ? { label: 'Make another transport key…', run: onTransportGone }
          : otherDeed(failure)
      }
      details={agreement}
    >
      <TransportKey group={group} of={transport} disabled={start.busy} />
      <IncomingFields
        transport={transport}
        file={chosen}
        kcv={typed}
        disabled={start.busy}
        onFile={(file) => {
          setChosen(file);
          start.forget();
        }}
        onKcv={(text) => {
          type(text);
          start.forget();
        }}
        onKcvWhole={whole ? null : sayWhole}
      />
      <PlanSentence sentence={plan?.sentence ?? whatHappens} marks={marks} />
      {plan ? <ChangesAndStays plan={plan} marks={marks} /> : null}
    </PlanDialog>
  );
}
