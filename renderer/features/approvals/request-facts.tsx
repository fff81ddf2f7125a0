import type { ReactNode } from 'react';
import type { ApprovalRequest } from '../../../shared/contract/approval.ts';
import { requestDeed } from '../../../shared/text/approvals.ts';
import { Moment } from '../../ui/moment.tsx';
import { Facts } from '../../ui/screen.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { stateOf } from './request-state.ts';
import styles from './approvals.module.css';

/** What would be done, in full, for whoever is to approve it. */
export function RequestFacts({ request }: { readonly request: ApprovalRequest }) {
  const { says, plan, askedBy, askedAt, endsAt, freeAt, decidedBy, decidedAt } = request;
  const waits = request.state === 'open';
  const facts: (readonly [string, ReactNode] | false)[] = [
    ['What would be done', <strong key="deed">{requestDeed(request)}</strong>],
    plan !== null && ['Plan', <code key="plan">{plan}</code>],
    ['Asked by', askedBy],
    ['Asked', <Moment key="asked" at={askedAt} />],
    !waits && ['What became of it', <StateWord key="state" state={stateOf(request)} />],
    decidedBy !== null && ['Decided by', decidedBy],
    decidedAt !== null && ['Decided', <Moment key="decided" at={decidedAt} />],
    waits && ['Waits until', <Moment key="ends" at={endsAt} />],
    waits && freeAt !== null && ['Holds without anybody from', <Moment key="free" at={freeAt} />],
  ];
  return (
    <>
      <Facts facts={facts.filter((fact) => fact !== false)} />
      {says.length === 0 ? null : (
        <ul className={styles['says']} aria-label="What it changes">
          {says.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
    </>
  );
}
