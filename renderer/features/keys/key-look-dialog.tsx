import type { ReactNode } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import {
  differenceTexts,
  grantsTitle,
  materialsTitle,
  policyVerdict,
} from '../../../shared/text/key-looks.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useRead } from '../../state/reads.ts';
import { keyed } from '../../ui/keyed.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Ident } from '../../ui/ident.tsx';
import { Moment } from '../../ui/moment.tsx';
import styles from './keys.module.css';
import { type LookCall, useLook } from './use-look.ts';
import { isolate } from '../../../shared/text/isolate.ts';

/** What AWS says of one KMS key now, with the request that answered. */
function Look<Name extends LookCall>({
  name,
  title,
  keyId,
  close,
  children,
}: {
  readonly name: Name;
  readonly title: string;
  readonly keyId: string;
  readonly close: () => void;
  readonly children: (answer: OutputFor<Name>) => ReactNode;
}) {
  const key = useRead('key.show', { key: keyId }).data;
  const { answer, failure, busy, again } = useLook(name, keyId);
  const subject = key
    ? `${isolate(key.groupName)}, version ${key.version} · KMS key ${key.remote?.keyId ?? ''}`
    : 'Being read.';
  return (
    <DialogFrame
      title={title}
      subject={subject}
      width="wide"
      steady
      onClose={close}
      deeds={
        <>
          <LeaveButton autoFocus>Close</LeaveButton>
          <DeedButton blocked={busy ? '' : null} onClick={again}>
            {busy ? 'Reading…' : 'Read again'}
          </DeedButton>
        </>
      }
    >
      <div className={styles['look']} aria-busy={busy}>
        {failure ? <FailureNotice failure={failure} /> : null}
        {answer === null && failure === null ? <p role="status">Being read from AWS.</p> : null}
        {answer === null ? null : (
          <>
            {children(answer)}
            <p className="detail">
              Read <Moment at={answer.readAt} />
              {answer.requestId === null ? null : (
                <>
                  {', request '}
                  <Ident value={answer.requestId} what="AWS request id" />
                </>
              )}
            </p>
          </>
        )}
      </div>
    </DialogFrame>
  );
}

/** The template of the group against what AWS has, statement by statement. */
export function KeyPolicyDialog({ dialog, close }: DialogProps<'key-policy'>) {
  return (
    <Look
      name="key.comparePolicy"
      title="Policy in AWS and in the template"
      keyId={dialog.key}
      close={close}
    >
      {(answer) => <Comparison answer={answer} />}
    </Look>
  );
}

function Comparison({ answer }: { readonly answer: OutputFor<'key.comparePolicy'> }) {
  const { same, differences, here, inAws } = answer;
  return (
    <>
      <p role="status">
        <span aria-hidden="true" className={same === false ? 'tone-attention' : 'tone-good'}>
          {same === false ? '! ' : same ? '✓ ' : ''}
        </span>
        {policyVerdict(same, differences.length)}
      </p>
      {keyed(differences, ({ name }) => name).map(
        ({ key, thing: { name, how, here: own, inAws: theirs } }) => (
          <section key={key} aria-label={name} className={styles['difference']}>
            <h3>
              <bdi>{name}</bdi>: <span className="tone-attention">{differenceTexts[how]}</span>
            </h3>
            <dl>
              <dt>Template</dt>
              <dd>{own ?? 'has no such statement'}</dd>
              <dt>AWS</dt>
              <dd>{theirs ?? 'has no such statement'}</dd>
            </dl>
          </section>
        ),
      )}
      {same === null ? <Sentences lines={inAws.reading} /> : null}
      {here === null ? null : <InFull title="Template as it is kept" text={here.text} />}
      <InFull title="Policy as AWS gives it" text={inAws.text} />
    </>
  );
}

const Sentences = ({ lines }: { readonly lines: readonly string[] }) => (
  <ul className={styles['sentences']}>
    {keyed(lines).map(({ key, thing: line }) => (
      <li key={key}>{line}</li>
    ))}
  </ul>
);

function InFull({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <details>
      <summary>{title}</summary>
      <pre className={`${styles['json']} mono`}>{text}</pre>
    </details>
  );
}

/** Who may use a KMS key beside its policy. */
export function KeyGrantsDialog({ dialog, close }: DialogProps<'key-grants'>) {
  return (
    <Look name="key.grants" title="Grants of the KMS key" keyId={dialog.key} close={close}>
      {({ grants }) => (
        <>
          <p role="status">{grantsTitle(grants.length)}</p>
          {grants.map((grant) => (
            <section
              key={grant.grantId}
              aria-label={`Grant to ${grant.grantee}`}
              className={styles['difference']}
            >
              <h3>{grant.grantee}</h3>
              <dl>
                <dt>May</dt>
                <dd>{grant.operations.join(', ')}</dd>
                {grant.retiring === null ? null : (
                  <>
                    <dt>May retire it</dt>
                    <dd>{grant.retiring}</dd>
                  </>
                )}
                {grant.name === '' ? null : (
                  <>
                    <dt>Name</dt>
                    <dd>{grant.name}</dd>
                  </>
                )}
                <dt>Grant</dt>
                <dd>
                  <Ident value={grant.grantId} what="grant id" />
                </dd>
                {grant.createdAt === null ? null : (
                  <>
                    <dt>Made</dt>
                    <dd>
                      <Moment at={grant.createdAt} />
                    </dd>
                  </>
                )}
              </dl>
            </section>
          ))}
        </>
      )}
    </Look>
  );
}

/** Every key material of one KMS key, the one that is kept here marked. */
export function KeyMaterialsDialog({ dialog, close }: DialogProps<'key-materials'>) {
  return (
    <Look name="key.materials" title="Materials of the KMS key" keyId={dialog.key} close={close}>
      {({ materials }) => (
        <>
          <p role="status">{materialsTitle(materials.length)}</p>
          {materials.length === 0 ? null : <MaterialTable materials={materials} />}
        </>
      )}
    </Look>
  );
}

function MaterialTable({ materials }: Pick<OutputFor<'key.materials'>, 'materials'>) {
  return (
    <div className={styles['scroll']}>
      <table className={styles['versions']}>
        <thead>
          <tr>
            <th scope="col">Material</th>
            <th scope="col">Kept here</th>
            <th scope="col">State</th>
            <th scope="col">Import</th>
            <th scope="col">Deleted by AWS</th>
          </tr>
        </thead>
        <tbody>
          {materials.map((material) => (
            <tr key={material.materialId} aria-current={material.ours || undefined}>
              <td>
                <Ident value={material.materialId} what="material id" />
              </td>
              <td>{material.ours ? '✓ yes' : 'no'}</td>
              <td>{material.state}</td>
              <td>{material.importState ?? 'not said'}</td>
              <td>{material.validTo === null ? 'never' : <Moment at={material.validTo} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
