import type { ApprovalRequest } from '../../../shared/contract/approval.ts';
import { requestDeed } from '../../../shared/text/approvals.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Section } from '../../ui/screen.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { stateOf } from './request-state.ts';
import styles from './approvals.module.css';

type Requests = readonly ApprovalRequest[];

/** Approved is not done: until then it can still be refused. */
const isLive = ({ state }: ApprovalRequest): boolean => state === 'open' || state === 'approved';

/** What waits for a second person, or for whoever asked to do it. */
export function WaitingSection({
  requests,
  blocked,
}: {
  readonly requests: Requests;
  readonly blocked: string | null;
}) {
  const refuse = useDeed('approval.refuse');
  const live = requests.filter(isLive);
  const refuseIt = async (number: number): Promise<void> => {
    if (await refuse.run({ number })) say(`Request ${number} is refused.`);
  };
  return (
    <Section title="What waits">
      {live.length === 0 ? (
        <p>Nothing waits. What needs a second person comes here when somebody wants to do it.</p>
      ) : (
        <div className={styles['scroll']}>
          <table className={styles['table']} aria-label="Requests that wait">
            <RequestHead last="Until" deeds />
            <tbody>
              {live.map((request) => (
                <tr key={request.number}>
                  <RequestCells request={request} />
                  <td>
                    <Moment at={request.endsAt} as="short" />
                    <ByItself request={request} />
                  </td>
                  <td>
                    <RequestDeeds
                      request={request}
                      blocked={blocked}
                      busy={refuse.busy}
                      onRefuse={() => void refuseIt(request.number)}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {refuse.failure ? <FailureNotice failure={refuse.failure} /> : null}
    </Section>
  );
}

/** What became of the others; the audit log keeps it for good. */
export function DecidedSection({ requests }: { readonly requests: Requests }) {
  const decided = requests.filter((request) => !isLive(request));
  if (decided.length === 0) return null;
  return (
    <Section title="What became of the others">
      <div className={styles['scroll']}>
        <table className={styles['table']} aria-label="Requests that wait no more">
          <RequestHead last="Decided" />
          <tbody>
            {decided.map((request) => (
              <tr key={request.number}>
                <RequestCells request={request} />
                <td>
                  {request.decidedAt === null ? '–' : <Moment at={request.decidedAt} as="short" />}
                  {request.decidedBy === null ? null : (
                    <span className="detail"> {request.decidedBy}</span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function RequestHead({ last, deeds = false }: { readonly last: string; readonly deeds?: boolean }) {
  return (
    <thead>
      <tr>
        <th scope="col">No.</th>
        <th scope="col">What would be done</th>
        <th scope="col">Asked by</th>
        <th scope="col">How it stands</th>
        <th scope="col">{last}</th>
        {deeds ? (
          <th scope="col">
            <span className="unseen">Deeds</span>
          </th>
        ) : null}
      </tr>
    </thead>
  );
}

function RequestCells({ request }: { readonly request: ApprovalRequest }) {
  return (
    <>
      <td>{request.number}</td>
      <td className={styles['name']}>
        <bdi>{requestDeed(request)}</bdi>
      </td>
      <td>{request.askedBy}</td>
      <td>
        <StateWord state={stateOf(request)} />
      </td>
    </>
  );
}

function ByItself({ request: { freeAt } }: { readonly request: ApprovalRequest }) {
  if (freeAt === null) return null;
  return (
    <div className="detail">
      holds without anybody from <Moment at={freeAt} as="short" />, unless refused
    </div>
  );
}

function RequestDeeds({
  request: { number, state },
  blocked,
  busy,
  onRefuse,
}: {
  readonly request: ApprovalRequest;
  readonly blocked: string | null;
  readonly busy: boolean;
  readonly onRefuse: () => void;
}) {
  const show = useDialogs((all) => all.show);
  return (
    <>
      {state === 'open' ? (
        <DeedButton
          variant="text"
          blocked={blocked}
          aria-label={`Approve request ${number}`}
          onClick={() => show({ kind: 'approve', request: number })}
        >
          Approve…
        </DeedButton>
      ) : null}
      <DeedButton
        variant="text"
        blocked={blocked}
        disabled={busy}
        aria-label={`Refuse request ${number}`}
        onClick={onRefuse}
      >
        Refuse
      </DeedButton>
    </>
  );
}
