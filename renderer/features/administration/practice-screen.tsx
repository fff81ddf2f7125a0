import type { OutputFor } from '../../../shared/contract/index.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useEntry } from '../../state/entry.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Ident } from '../../ui/ident.tsx';
import { Facts, ScreenFrame, Section } from '../../ui/screen.tsx';

/** The practice KMS of a practice keystore, or how to come to one. */
export function PracticeScreen() {
  const realm = useSnapshot().data?.keystore.realm ?? null;
  return (
    <ScreenFrame screen="practice" padded>
      {realm === 'practice' ? <PracticeKms /> : <ElsewhereOnly />}
    </ScreenFrame>
  );
}

function ElsewhereOnly() {
  return (
    <Section title="Practice is done in a keystore of its own">
      <p>
        This keystore holds real keys, and practice keys never mix with them. A practice keystore is
        another file: start Keyreeve with a new name and choose Practise.
      </p>
      <CommandLine command="keyreeve console --keystore practice.keystore" />
    </Section>
  );
}

function PracticeKms() {
  const status = useRead('practice.status', {});
  const start = useDeed('practice.start');
  const setUp = useDeed('practice.setUp');
  const blocked = useBlocked();
  const guide = useEntry((state) => state.guide);
  const counts = useSnapshot().data?.counts;
  const fresh = counts !== undefined && counts.groups <= 1 && counts.keys <= 1;
  const { data } = status;
  const busy = start.busy || setUp.busy;
  const run = async (): Promise<void> => {
    if (await start.run({})) say('The practice KMS is running.');
  };
  const failure = status.failure ?? start.failure ?? setUp.failure;
  return (
    <>
      <Section
        title="Practice KMS"
        deeds={
          <>
            {data && data.url === null && data.credential !== null ? (
              <DeedButton
                variant="contained"
                blocked={blocked}
                disabled={busy}
                onClick={() => void run()}
              >
                {start.busy ? 'Starting…' : 'Start practice KMS'}
              </DeedButton>
            ) : null}
            {data && data.credential === null ? (
              <DeedButton
                variant="contained"
                blocked={blocked}
                disabled={busy}
                onClick={() =>
                  void setUp.run({ keysIn: data.softHsm ? 'softhsm' : 'software' }).then((done) => {
                    if (done) say('The practice KMS is running, and its credential is imported.');
                  })
                }
              >
                {setUp.busy ? 'Setting up…' : 'Set up practice KMS and credential'}
              </DeedButton>
            ) : null}
          </>
        }
      >
        <p className="quiet">
          It takes the place of AWS KMS on this computer: same calls, same answers, same limits.
          Nothing leaves this computer.
        </p>
        {failure ? <FailureNotice failure={failure} /> : null}
        {status.pending ? <p role="status">Looking for the practice KMS.</p> : null}
        {data ? <Facts facts={factsOf(data)} /> : null}
      </Section>
      {fresh ? (
        <Section
          title="First steps"
          deeds={<DeedButton onClick={() => guide(true)}>Go on with the first steps</DeedButton>}
        >
          <p>They lead from here to the first rotated practice key.</p>
        </Section>
      ) : null}
    </>
  );
}

function factsOf(status: OutputFor<'practice.status'>): Parameters<typeof Facts>[0]['facts'] {
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
    ['Calls so far', calls === null ? 'not known' : String(calls)],
    ['SoftHSM', softHsm ? 'found on this computer' : 'not found on this computer'],
  ];
}
