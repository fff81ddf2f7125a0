import Button from '@mui/material/Button';
import { tellFailure } from '../../ui/failure-words.ts';
import { useRead } from '../../state/reads.ts';
import { keyed } from '../../ui/keyed.ts';
import { copyText } from '../../ui/copy.ts';
import { Ident } from '../../ui/ident.tsx';
import { localTimes, sayTime, sayTook } from '../../ui/moments.ts';
import {
  awsCommand,
  type CallPlace,
  type CallView,
  namesFiles,
  type StepView,
} from './aws-command.ts';
import { changedWords } from './job-report.ts';
import styles from './jobs.module.css';

/** Inside a step: its proofs with whole request ids, and every attempt at every call. */
export function StepInside({
  step,
  groupId,
}: {
  readonly step: StepView;
  readonly groupId: string | null;
}) {
  const place = useCallPlace(groupId);
  const shown = new Set(step.calls.map(({ requestId }) => requestId));
  const failure = step.failure;
  return (
    <div className={styles['inside']}>
      <p className="detail">{timesOf(step)}</p>
      {failure === null ? null : <Verbatim failure={failure} />}
      {keyed(step.proof, ({ text }) => text).map(({ key, thing: { text, requestId } }) => (
        <p key={key}>
          {localTimes(text)}
          {requestId === undefined || shown.has(requestId) ? null : (
            <>
              {' · request '}
              <Ident value={requestId} what="AWS request id" short={false} />
            </>
          )}
        </p>
      ))}
      {step.calls.map((call, at) => (
        // Attempts are only ever added, at the end.
        <CallFacts key={at} call={call} place={place} />
      ))}
      {step.calls.length === 0 && step.proof.length === 0 && failure === null ? (
        <p className="quiet">No call was made in this step.</p>
      ) : null}
    </div>
  );
}

function timesOf({ beganAt, endedAt, attempts, state }: StepView): string {
  const tries = attempts === 1 ? 'tried once' : `tried ${attempts} times`;
  return [
    ...(beganAt === null ? ['not begun'] : [`began ${sayTime(beganAt)}`, tries]),
    ...(beganAt !== null && endedAt !== null ? [`took ${sayTook(endedAt - beganAt)}`] : []),
    ...(state === 'needs-you' ? ['will not repeat by itself'] : []),
  ].join(' · ');
}

/** What the other system said, word for word. */
function Verbatim({ failure }: { readonly failure: NonNullable<StepView['failure']> }) {
  const { external } = failure;
  if (external === undefined) return <p>{tellFailure(failure).headline}</p>;
  return (
    <p className={styles['verbatim']}>
      <code>{external.name}</code> at <code>{external.at}</code>
      {external.message === undefined ? null : <q>{external.message}</q>}
    </p>
  );
}

function CallFacts({ call, place }: { readonly call: CallView; readonly place: CallPlace | null }) {
  const command = place === null ? null : awsCommand(call, place);
  return (
    <div className={styles['call']}>
      <p>
        <code className={styles['callName']}>{call.call}</code>{' '}
        <span className={call.result === 'ok' ? 'tone-good' : 'tone-attention'}>
          {call.result === 'ok' ? '✓ ok' : `! ${call.result}`}
        </span>{' '}
        <span className="quiet">
          {sayTook(call.took)}, {changedWords[call.changed]}
        </span>
      </p>
      <dl className={styles['parameters']}>
        {Object.entries(call.parameters).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{sayParameter(name, value)}</code>
            </dd>
          </div>
        ))}
        {call.requestId === null ? null : (
          <div>
            <dt>Request</dt>
            <dd>
              <Ident value={call.requestId} what="AWS request id" short={false} />
            </dd>
          </div>
        )}
      </dl>
      {command === null ? null : (
        <Button onClick={() => void copyText(command, 'aws command')}>
          Copy as aws command
          {namesFiles(call) ? <span className="quiet">, material not in it</span> : null}
        </Button>
      )}
    </div>
  );
}

type Value = CallView['parameters'][string];

/** Parameters as they are; blobs by length and hash, and times as people read them. */
function sayParameter(name: string, value: Value): string {
  if (value === null) return name === 'ValidTo' ? 'never' : 'not given';
  if (name === 'ValidTo' && typeof value === 'number') return sayTime(value);
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && !Array.isArray(value) && typeof value['bytes'] === 'number') {
    const hash = value['sha256'];
    return `${value['bytes']} bytes${typeof hash === 'string' ? `, SHA-256 ${hash}` : ''}`;
  }
  return Array.isArray(value) ? value.map(String).join(', ') : JSON.stringify(value);
}

/** Where the calls of this group go: its Region, and who answers there when that is not AWS. */
function useCallPlace(groupId: string | null): CallPlace | null {
  const enabled = groupId !== null;
  const group = useRead('group.show', { group: groupId ?? '-' }, { enabled }).data?.group;
  const credentials = useRead('credential.list', {}, { enabled }).data?.credentials;
  if (group === undefined || credentials === undefined) return null;
  const credential = credentials.find(({ id }) => id === group.credentialId);
  return { region: group.region, endpoint: credential?.endpoint ?? null };
}
