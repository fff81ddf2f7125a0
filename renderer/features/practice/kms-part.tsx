import type { OutputFor } from '../../../shared/contract/index.ts';
import { aheadWords } from '../../../shared/text/practice.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useEntry } from '../../state/entry.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Ident } from '../../ui/ident.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Facts, Section } from '../../ui/screen.tsx';
import { holdsWords } from './practice-words.ts';
import styles from './practice.module.css';

type Status = OutputFor<'practice.status'>;
type Room = OutputFor<'practice.show'>;

/** Is it running, what does it hold, which time is it there. */
export function KmsPart() {
  const status = useRead('practice.status', {});
  const room = useRead('practice.show', {}, { enabled: status.data?.ours === true });
  return (
    <div className={styles['scroll']} tabIndex={-1}>
      <StateSection
        status={status.data}
        failure={status.failure}
        holds={status.data?.ours === true ? (room.data?.holds ?? null) : null}
      />
      {status.data?.ours === true && room.failure ? <FailureNotice failure={room.failure} /> : null}
      {status.data?.ours === true && room.data ? <RoomSections room={room.data} /> : null}
      <FirstSteps />
    </div>
  );
}

function StateSection({
  status,
  failure,
  holds,
}: {
  readonly status: Status | undefined;
  readonly failure: ReturnType<typeof useRead>['failure'];
  readonly holds: Room['holds'] | null;
}) {
  const start = useDeed('practice.start');
  const stop = useDeed('practice.stop');
  const setUp = useDeed('practice.setUp');
  const problem = failure ?? start.failure ?? stop.failure ?? setUp.failure;
  return (
    <Section
      title="Practice KMS"
      deeds={status ? <StateDeeds {...{ status, start, stop, setUp }} /> : null}
    >
      <p className="quiet">
        It takes the place of AWS KMS on this computer: same calls, same answers, same limits.
        Nothing leaves this computer.
      </p>
      {problem ? <FailureNotice failure={problem} /> : null}
      {status ? (
        <Facts facts={factsOf(status, holds)} />
      ) : (
        <p role="status">Looking for the practice KMS.</p>
      )}
    </Section>
  );
}

function StateDeeds({
  status,
  start,
  stop,
  setUp,
}: {
  readonly status: Status;
  readonly start: ReturnType<typeof useDeed<'practice.start'>>;
  readonly stop: ReturnType<typeof useDeed<'practice.stop'>>;
  readonly setUp: ReturnType<typeof useDeed<'practice.setUp'>>;
}) {
  const blocked = useBlocked();
  const common = { blocked, disabled: start.busy || stop.busy || setUp.busy };
  if (status.credential === null)
    return (
      <DeedButton
        {...common}
        variant="contained"
        onClick={() =>
          void setUp.run({ keysIn: status.softHsm ? 'softhsm' : 'software' }).then((done) => {
            if (done) say('The practice KMS is running, and its credential is imported.');
          })
        }
      >
        {setUp.busy ? 'Setting up…' : 'Set up practice KMS and credential'}
      </DeedButton>
    );
  if (status.url === null)
    return (
      <DeedButton
        {...common}
        variant="contained"
        onClick={() =>
          void start.run({}).then((done) => {
            if (done) say('The practice KMS is running.');
          })
        }
      >
        {start.busy ? 'Starting…' : 'Start practice KMS'}
      </DeedButton>
    );
  if (!status.ours) return <span className="quiet">Another process runs it.</span>;
  return (
    <DeedButton
      {...common}
      onClick={() =>
        void stop.run({}).then((done) => {
          if (done) say('The practice KMS is stopped. What it holds is kept.');
        })
      }
    >
      {stop.busy ? 'Stopping…' : 'Stop practice KMS'}
    </DeedButton>
  );
}

function factsOf(
  status: Status,
  holds: Room['holds'] | null,
): Parameters<typeof Facts>[0]['facts'] {
  const { url, ours, credential, account, calls, softHsm } = status;
  return [
    [
      'State',
      url === null ? (
        <span key="off" className="tone-attention">
          ! Not running: rotations and reads wait
        </span>
      ) : (
        <span key="on" className="tone-good">
          ✓ Running{ours ? ', started by this Keyreeve' : ''}
        </span>
      ),
    ],
    [
      'Address',
      url === null ? 'none' : <Ident key="url" value={url} what="address" short={false} />,
    ],
    [
      'Account',
      account === null ? 'not known' : <Ident key="account" value={account} what="account" />,
    ],
    ['Credential', credential ?? 'not set up'],
    holds === null
      ? ['Calls so far', calls === null ? 'not known' : String(calls)]
      : ['Holds', holdsWords(holds)],
    ['SoftHSM', softHsm ? 'found on this computer' : 'not found on this computer'],
  ];
}

function RoomSections({ room }: { readonly room: Room }) {
  const show = useDialogs((state) => state.show);
  const quotas = useDeed('practice.setQuotas');
  const blocked = useBlocked();
  const { on, scale } = room.quotas;
  return (
    <>
      <Section
        title="Practice clock"
        deeds={
          <DeedButton
            blocked={blocked}
            onClick={() => show({ kind: 'advance-clock', seconds: null })}
          >
            Move the clock forward…
          </DeedButton>
        }
      >
        <p className="quiet">
          What AWS does by date follows it: expiry, deletion windows, import tokens, AWS's own
          rotations. What Keyreeve does by schedule follows the clock of this computer. It never
          goes back, but for a reset.
        </p>
        <Facts
          facts={[
            ['Shows', <Moment key="now" at={room.clock.now} />],
            ['Ahead of real time', aheadWords(room.clock.aheadSeconds)],
          ]}
        />
      </Section>
      <Section
        title="Quotas"
        deeds={
          <DeedButton
            blocked={blocked}
            disabled={quotas.busy}
            onClick={() =>
              void quotas.run({ on: !on }).then((done) => {
                if (done) say(on ? 'Requests are no longer throttled.' : 'Quotas hold now.');
              })
            }
          >
            {on ? 'Switch quotas off' : 'Switch quotas on'}
          </DeedButton>
        }
      >
        <p>
          {on
            ? `✓ On: the practice KMS takes ${scale === 1 ? '' : `${scale} times `}as many requests a second as AWS does, and throttles the rest.`
            : '- Off: requests are never throttled.'}
        </p>
        {quotas.failure ? <FailureNotice failure={quotas.failure} /> : null}
      </Section>
      <Section
        title="Reset"
        deeds={
          <DeedButton blocked={blocked} onClick={() => show({ kind: 'reset-practice' })}>
            Reset the practice KMS…
          </DeedButton>
        }
      >
        <p>It empties the practice KMS for ever, and sets its clock right again.</p>
      </Section>
    </>
  );
}

function FirstSteps() {
  const guide = useEntry((state) => state.guide);
  const counts = useSnapshot().data?.counts;
  if (counts === undefined || counts.groups > 1 || counts.keys > 1) return null;
  return (
    <Section
      title="First steps"
      deeds={<DeedButton onClick={() => guide(true)}>Go on with the first steps</DeedButton>}
    >
      <p>They lead from here to the first rotated practice key.</p>
    </Section>
  );
}
