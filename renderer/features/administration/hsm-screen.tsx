import Button from '@mui/material/Button';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { assuranceTexts, hsmStateTexts } from '../../../shared/text/states.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Ident } from '../../ui/ident.tsx';
import { Facts, ScreenFrame, Section } from '../../ui/screen.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { pinWords } from './pin-words.ts';
import { ProbeSection } from './probe-section.tsx';
import { isolate } from '../../../shared/text/isolate.ts';

type Status = OutputFor<'hsm.status'>;

/** The token this keystore is bound to: what it is, how it stands, what it really does. */
export function HsmScreen() {
  const status = useRead('hsm.status', {});
  const blocked = useBlocked();
  const show = useDialogs((state) => state.show);
  const { data } = status;
  return (
    <ScreenFrame
      screen="hsm"
      padded
      deeds={
        data?.attached ? (
          <DeedButton blocked={blocked} onClick={() => show({ kind: 'attach-hsm' })}>
            Attach again…
          </DeedButton>
        ) : null
      }
    >
      {status.failure ? (
        <FailureNotice failure={status.failure}>
          <Button variant="contained" onClick={status.again}>
            Look again
          </Button>
        </FailureNotice>
      ) : null}
      {status.pending ? <p role="status">Asking the HSM how it stands.</p> : null}
      {data ? <Attached status={data} blocked={blocked} /> : null}
    </ScreenFrame>
  );
}

function Attached({
  status,
  blocked,
}: {
  readonly status: Status;
  readonly blocked: string | null;
}) {
  const show = useDialogs((state) => state.show);
  if (!status.attached)
    return (
      <Section
        title="No HSM is attached"
        deeds={
          <DeedButton
            variant="contained"
            blocked={blocked}
            onClick={() => show({ kind: 'attach-hsm' })}
          >
            Attach HSM…
          </DeedButton>
        }
      >
        <p>
          Keys of HSM protected groups are made inside an HSM, and the clear key never leaves it.
          Attach a token to make such keys. Software protected groups need none.
        </p>
      </Section>
    );
  return (
    <>
      <TokenSection status={status} blocked={blocked} />
      <MasterSection status={status} />
      <ProbeSection probe={status.probe} blocked={blocked} />
    </>
  );
}

/** What each state means for the work, in words. */
const meaning: Readonly<Record<Status['state'], string>> = {
  none: '',
  ready: 'Its PIN was accepted. Jobs that need it run.',
  'pin-needed': 'Jobs that need it wait. Keyreeve never tries a PIN by itself.',
  unavailable: 'Saved keys stay safe. Plug it in again: Keyreeve looks for it by itself.',
  'wrong-token': 'No PIN is tried on it. Attach the token named here.',
};

function TokenSection({
  status: { token, state, module, moduleSha256 },
  blocked,
}: {
  readonly status: Status;
  readonly blocked: string | null;
}) {
  const show = useDialogs((dialogs) => dialogs.show);
  return (
    <Section
      title={`Token ${isolate(token?.label ?? '')}`}
      deeds={
        state === 'pin-needed' ? (
          <DeedButton
            variant="contained"
            blocked={blocked}
            onClick={() => show({ kind: 'enter-pin' })}
          >
            Enter PIN…
          </DeedButton>
        ) : null
      }
    >
      <p>
        <StateWord state={hsmStateTexts[state]} /> <span className="quiet">{meaning[state]}</span>
      </p>
      <Facts
        facts={[
          ...(token
            ? ([
                ['Label', token.label],
                [
                  'Serial',
                  <Ident key="serial" value={token.serial} what="serial number" short={false} />,
                ],
                ['Made by', [token.manufacturer, token.model].join(' · ')],
                ['Firmware', token.firmware],
                ['PIN', <StateWord key="pin" state={pinWords[token.pin]} />],
                ['Counts as', assuranceTexts[token.assurance]],
              ] as const)
            : []),
          ['Module', <code key="module">{module}</code>],
          [
            'SHA-256 of the module',
            moduleSha256 === null ? (
              'not known'
            ) : (
              <Ident key="hash" value={moduleSha256} what="SHA-256 of the module" />
            ),
          ],
        ]}
      />
    </Section>
  );
}

function MasterSection({ status: { master } }: { readonly status: Status }) {
  if (!master) return null;
  return (
    <Section title="Master key">
      <p className="quiet">
        Every HSM protected key is saved wrapped under it. It never leaves the token.
      </p>
      <Facts
        facts={[
          ['Id', <Ident key="id" value={master.id} what="master key id" />],
          ['Check value', <code key="kcv">{`${master.kcv.value} (${master.kcv.method})`}</code>],
          [
            'Second copy',
            master.secondCopy ?? (
              <span key="none" className="tone-attention">
                ! Not recorded: losing this token would lose every key under it
              </span>
            ),
          ],
        ]}
      />
    </Section>
  );
}
