import Button from '@mui/material/Button';
import { type ReactNode, useState } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { kindText } from '../../../shared/text/key-kinds.ts';
import { kcvOnly, originWords } from '../../../shared/text/origin.ts';
import { keyStates } from '../../../shared/text/states.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Ident } from '../../ui/ident.tsx';
import { Moment } from '../../ui/moment.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { expirySentence, kcvMethods, keySentence } from '../key-groups/key-sentence.ts';
import { Copies, History, PaneFacts } from '../key-groups/pane-parts.tsx';
import { makeActiveBlocked, synchronizeBlocked } from './key-menu.ts';
import { lifecycleWords, sayAssurance } from './key-words.ts';
import styles from './keys.module.css';
import { PublicKey } from './public-key.tsx';
import { ProveCopy } from './prove-copy.tsx';
import { TurnButton } from './turn-button.tsx';
import { isolate } from '../../../shared/text/isolate.ts';

type KeyDetail = OutputFor<'key.show'>;

/** A key in full: its versions, how it can be told from others, where it is, what happened to it. */
export function KeyPropertiesDialog({ dialog, close }: DialogProps<'key-properties'>) {
  const [shown, setShown] = useState(dialog.key);
  const show = useDialogs((state) => state.show);
  const blocked = useBlocked();
  const read = useRead('key.show', { key: shown });
  const key = read.data;
  return (
    <DialogFrame
      title={key ? `${isolate(key.groupName)}, version ${key.version}` : 'Key'}
      subject={key ? keySentence(key) : 'Being read.'}
      width="wide"
      onClose={close}
      deeds={
        <>
          <LeaveButton>Close</LeaveButton>
          {key ? (
            <>
              <TurnButton of={key} />
              <DeedButton
                blocked={makeActiveBlocked(key, blocked)}
                onClick={() => show({ kind: 'make-active', key: key.id })}
              >
                Make Active…
              </DeedButton>
              <DeedButton
                variant="contained"
                blocked={synchronizeBlocked(key, blocked)}
                onClick={() => show({ kind: 'synchronize', key: key.id })}
              >
                Synchronize…
              </DeedButton>
            </>
          ) : null}
        </>
      }
    >
      {read.failure ? <FailureNotice failure={read.failure} /> : null}
      {key ? (
        <>
          <Versions of={key} onChoose={setShown} />
          <div className={styles['columns']}>
            <div className={styles['column']}>
              <KeyFacts detail={key} />
              <Copies copies={key.copies}>
                <ProveCopy key={key.id} of={key.id} />
              </Copies>
              <Lifecycle detail={key} />
            </div>
            <AwsFacts detail={key} />
          </div>
          <History history={key.history} />
        </>
      ) : null}
    </DialogFrame>
  );
}

/** All keys of the group, this one marked; choosing another shows it in the same window. */
function Versions({
  of,
  onChoose,
}: {
  readonly of: KeyDetail;
  readonly onChoose: (id: string) => void;
}) {
  const { data } = useRead('key.list', { group: of.groupId, limit: 500 });
  const keys = [...(data?.keys ?? [of])].sort((a, b) => b.version - a.version);
  return (
    <section aria-label="Versions">
      <h3>
        Versions of <bdi>{of.groupName}</bdi>
      </h3>
      <div className={styles['scroll']}>
        <table className={styles['versions']}>
          <thead>
            <tr>
              <th scope="col">Version</th>
              <th scope="col">State</th>
              <th scope="col">KCV</th>
              <th scope="col">Made</th>
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => (
              <tr key={key.id} aria-current={key.id === of.id || undefined}>
                <td>
                  {/* It stays a button, so that the focus stays where it is. */}
                  <Button
                    variant="text"
                    aria-label={`Show version ${key.version}`}
                    aria-pressed={key.id === of.id}
                    sx={{ minWidth: 24, minHeight: 24, p: 0 }}
                    onClick={() => onChoose(key.id)}
                  >
                    {key.version}
                  </Button>
                </td>
                <td>
                  <StateWord state={keyStates[key.state]} />
                </td>
                <td>
                  <code>{key.kcv.value}</code>
                </td>
                <td>
                  <Moment at={key.madeAt} as="day" />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Where the key came from, and which other versions have its material. */
function originFacts(detail: KeyDetail): [string, ReactNode][] {
  const words = originWords(detail);
  const origin: [string, ReactNode][] =
    words === null
      ? []
      : [
          [
            'Origin',
            <span key="o">
              {words[0]}
              <Moment at={detail.madeAt} as="day" />
              {words[1]}
            </span>,
          ],
        ];
  const twins = detail.sameMaterial.map(({ id, reference, state, proved }) => (
    <div key={id}>
      <bdi>{reference}</bdi>, {keyStates[state].word}
      {proved ? null : `, ${kcvOnly}`}
    </div>
  ));
  return [
    ...origin,
    ...(twins.length === 0 ? [] : [['Same material', twins] as [string, ReactNode]]),
  ];
}

function KeyFacts({ detail }: { readonly detail: KeyDetail }) {
  return (
    <section aria-label="Key">
      <h3>Key</h3>
      <PaneFacts
        facts={[
          ['Type', kindText(detail)],
          [
            'KCV',
            <span key="kcv">
              <Ident value={detail.kcv.value} what="KCV" short={false} />
              <span className="detail"> {kcvMethods[detail.kcv.method]}</span>
            </span>,
          ],
          ['Kept', sayAssurance(detail)],
          ...originFacts(detail),
          ...(detail.tokenSerial === null
            ? []
            : ([['Token serial', <code key="t">{detail.tokenSerial}</code>]] as const)),
          ...(detail.masterId === null
            ? []
            : ([['Master key', <code key="m">{detail.masterId}</code>]] as const)),
          ['Reference', <Ident key="r" value={detail.reference} what="reference" short={false} />],
          ['Planned life ends', <Moment key="e" at={detail.plannedEnd} as="day" />],
        ]}
      />
      {detail.publicKeySha256 === null ? null : (
        <PublicKey of={detail} sha256={detail.publicKeySha256} />
      )}
    </section>
  );
}

function AwsFacts({ detail }: { readonly detail: KeyDetail }) {
  const { remote } = detail;
  if (!remote) {
    return (
      <section aria-label="In AWS">
        <h3>In AWS</h3>
        <p className="quiet">This key is not in AWS. It is saved here.</p>
      </section>
    );
  }
  return (
    <section aria-label="In AWS">
      <h3>In AWS</h3>
      <PaneFacts
        facts={[
          ['KMS key ID', <Ident key="id" value={remote.keyId} what="KMS key id" short={false} />],
          ['ARN', <Ident key="arn" value={remote.arn} what="ARN" short={false} />],
          ...(remote.materialId === null
            ? []
            : ([
                ['Material', <Ident key="m" value={remote.materialId} what="material id" />],
              ] as const)),
          ...(remote.otherMaterial === null
            ? []
            : ([
                [
                  'Encrypts under',
                  <span key="other">
                    <Ident value={remote.otherMaterial} what="other material id" />
                    <span className="detail"> no copy is kept here</span>
                  </span>,
                ],
              ] as const)),
          ['Account', `${remote.account} · ${remote.region}`],
          ['Alias', remote.alias ?? 'none'],
          ['State', remote.state],
          ['Expires', expirySentence(detail, detail.renewsAt)],
          ['Read', <Moment key="at" at={remote.readAt} />],
        ]}
      />
      <Looks of={detail} />
    </section>
  );
}

const noMaterials = 'AWS lists no materials of such keys: each keeps its first one for life.';

/** What else AWS can be asked about this KMS key. */
function Looks({ of: { id: of, keyType } }: { readonly of: KeyDetail }) {
  const show = useDialogs((state) => state.show);
  const blocked = useBlocked();
  return (
    <div className={styles['looks']}>
      <DeedButton blocked={blocked} onClick={() => show({ kind: 'key-policy', key: of })}>
        Compare policy
      </DeedButton>
      <DeedButton blocked={blocked} onClick={() => show({ kind: 'key-grants', key: of })}>
        Show grants
      </DeedButton>
      <DeedButton
        blocked={blocked ?? (keyType === 'AES' ? null : noMaterials)}
        onClick={() => show({ kind: 'key-materials', key: of })}
      >
        Show materials
      </DeedButton>
    </div>
  );
}

function Lifecycle({ detail }: { readonly detail: KeyDetail }) {
  const times = Object.entries(detail.lifecycleTimes).sort(([, a], [, b]) => a - b);
  return (
    <section aria-label="Lifecycle">
      <h3>Lifecycle</h3>
      <PaneFacts
        facts={[
          ['State', lifecycleWords[detail.lifecycle]],
          ...times.map(
            ([state, at]) =>
              [
                lifecycleWords[state as KeyDetail['lifecycle']] ?? state,
                <Moment key={state} at={at} />,
              ] as const,
          ),
        ]}
      />
    </section>
  );
}
