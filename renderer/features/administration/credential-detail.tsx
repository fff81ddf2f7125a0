import { sayUsers } from '../../../shared/text/credential-users.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Ident } from '../../ui/ident.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Facts } from '../../ui/screen.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import styles from './administration.module.css';
import { TlsFact } from './credential-tls-facts.tsx';
import {
  connectionWords,
  type Credential,
  credentialKinds,
  withoutTls,
} from './credential-words.ts';
import type { ConnectionTest } from './use-connection-test.ts';

/** One credential: who AWS says it is, since when, and what can be done with it. */
export function CredentialDetail({
  credential,
  blocked,
  test,
}: {
  readonly credential: Credential;
  readonly blocked: string | null;
  readonly test: ConnectionTest;
}) {
  const show = useDialogs((state) => state.show);
  const failure = test.failureOf(credential.id);
  return (
    <section className={styles['detail']} aria-label={`Credential ${credential.name}`}>
      <h2>{credential.name}</h2>
      <div className={styles['line']}>
        <DeedButton
          variant="contained"
          blocked={blocked}
          disabled={test.busy}
          onClick={() => void test.run(credential)}
        >
          {test.busy ? 'Asking AWS…' : 'Test connection'}
        </DeedButton>
        <DeedButton
          blocked={blocked ?? withoutTls(credential)}
          onClick={() => show({ kind: 'credential-tls', credential: credential.id })}
        >
          TLS…
        </DeedButton>
        <DeedButton
          blocked={blocked}
          onClick={() =>
            show({
              kind: 'find-in-aws',
              of: { what: 'credential', id: credential.id, name: credential.name },
            })
          }
        >
          Find in AWS…
        </DeedButton>
        <DeedButton
          blocked={blocked}
          onClick={() => show({ kind: 'remove-credential', credential: credential.id })}
        >
          Remove…
        </DeedButton>
      </div>
      {failure ? <FailureNotice failure={failure} /> : null}
      <Facts facts={factsOf(credential)} />
    </section>
  );
}

function factsOf(credential: Credential): Parameters<typeof Facts>[0]['facts'] {
  const { accessKeyId, account, principalArn, endpoint, expiresAt, testedAt, problem } = credential;
  return [
    [
      'Connection',
      <span key="connection">
        <StateWord state={connectionWords[credential.connection]} />
        {testedAt === null ? null : (
          <span className="quiet">
            {' '}
            tested <Moment at={testedAt} />
          </span>
        )}
        {problem === null ? null : <code> {problem}</code>}
      </span>,
    ],
    ['Kind', credentialKinds[credential.kind]],
    [
      'Account',
      account === null ? (
        'not known before the first test'
      ) : (
        <Ident key="a" value={account} what="account" />
      ),
    ],
    [
      'Principal',
      principalArn === null ? (
        'not known before the first test'
      ) : (
        <Ident key="arn" value={principalArn} what="ARN of the principal" short={false} />
      ),
    ],
    ...(accessKeyId === null
      ? []
      : [
          [
            'Access key ID',
            <Ident key="k" value={accessKeyId} what="access key ID" short={false} />,
          ] as const,
        ]),
    ['Address', endpoint === null ? 'AWS’s own' : <code key="endpoint">{endpoint}</code>],
    ['TLS', <TlsFact key="tls" credential={credential} />],
    ...(expiresAt === null ? [] : [['Ends', <Moment key="ends" at={expiresAt} />] as const]),
    ['Used by', sayUsers(credential.usedBy)],
  ];
}
