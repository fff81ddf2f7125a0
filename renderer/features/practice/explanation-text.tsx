import { useState } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { useBlocked } from '../../state/blocked.ts';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { keyed } from '../../ui/keyed.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';

type Explanation = OutputFor<'practice.explain'>;
type Remedy = Explanation['wouldAllow'][number];

/** Which policies were looked at, what each said, and what would let the call through. */
export function ExplanationText({ explanation }: { readonly explanation: Explanation }) {
  const { allowed, summary, findings, wouldAllow } = explanation;
  return (
    <>
      <p className={allowed ? 'tone-good' : 'tone-attention'}>
        {allowed ? '✓' : '!'} {summary}
      </p>
      {wouldAllow.length === 0 ? null : <h3>What would let it through</h3>}
      {keyed(wouldAllow, ({ where, what }) => `${where} ${what}`).map(({ key, thing }) => (
        <RemedyText key={key} remedy={thing} />
      ))}
      <h3>What each policy says</h3>
      <ul>
        {keyed(findings, ({ policy }) => policy).map(({ key, thing: { policy, says } }) => (
          <li key={key}>
            <strong>{policy}</strong>:{' '}
            {says.length === 0 ? 'everything is allowed.' : says.join(' ')}
          </li>
        ))}
      </ul>
    </>
  );
}

const nameOf = (arn: string): string => arn.split('/').at(-1) ?? arn;

function RemedyText({ remedy }: { readonly remedy: Remedy }) {
  const { where, what, add, principal } = remedy;
  const deed = useDeed('practice.addPermission');
  const blocked = useBlocked();
  const [added, setAdded] = useState(false);
  const run = async (): Promise<void> => {
    if (principal === null || add === null) return;
    setAdded(false);
    if (await deed.run({ principal, statement: add })) {
      setAdded(true);
      say(`The statement is added to ${nameOf(principal)}.`);
    }
  };
  return (
    <>
      <p>
        In {where}: {what}
      </p>
      {add === null ? null : <pre>{add}</pre>}
      {add === null || principal === null ? null : (
        <DeedButton blocked={blocked} disabled={deed.busy} onClick={() => void run()}>
          {deed.busy ? 'Adding…' : `Add this statement to ${nameOf(principal)}`}
        </DeedButton>
      )}
      {/* The bottom line is the job's that stopped for this, so that it is said here, too. */}
      {added && principal !== null ? (
        <p className="tone-good">✓ Added to {nameOf(principal)}.</p>
      ) : null}
      {deed.failure ? <FailureNotice failure={deed.failure} /> : null}
    </>
  );
}
