import type { OutputFor } from '../../../shared/contract/index.ts';
import { assuranceTexts } from '../../../shared/text/states.ts';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Facts, Section } from '../../ui/screen.tsx';
import styles from './administration.module.css';

type Probe = NonNullable<OutputFor<'hsm.status'>['probe']>;

/** What was tried on the token with throw-away keys, and what came out. */
export function ProbeSection({
  probe,
  blocked,
}: {
  readonly probe: Probe | null;
  readonly blocked: string | null;
}) {
  const again = useDeed('hsm.probe');
  const run = async (): Promise<void> => {
    if (await again.run({})) say('Probed the HSM again.');
  };
  return (
    <Section
      title="What it really does"
      deeds={
        <DeedButton blocked={blocked} disabled={again.busy} onClick={() => void run()}>
          {again.busy ? 'Trying with throw-away keys…' : 'Probe again'}
        </DeedButton>
      }
    >
      <p className="quiet">
        Tried with throw-away keys, not read from a data sheet. A mark says what this token cannot
        do; keys already made are not touched by it.
      </p>
      {again.failure ? <FailureNotice failure={again.failure} /> : null}
      {probe ? <Findings probe={probe} /> : <p>Not probed yet.</p>}
    </Section>
  );
}

function Findings({ probe }: { readonly probe: Probe }) {
  const troubled = probe.findings.filter(({ ok }) => !ok);
  const fine = probe.findings.filter(({ ok }) => ok);
  return (
    <>
      <Facts
        facts={[
          ['Probed', <Moment key="at" at={probe.at} />],
          ['Sends keys by', <code key="wrapping">{probe.wrapping ?? 'nothing: it cannot'}</code>],
          ['Counts as', assuranceTexts[probe.assurance]],
        ]}
      />
      <ul className={styles['findings']}>
        {[...troubled, ...fine].map((finding) => (
          <li key={finding.id} className={styles['finding']}>
            <span className={finding.ok ? 'tone-good' : 'tone-attention'}>
              <span aria-hidden="true">{finding.ok ? '✓' : '!'}</span>
              <span className="unseen">{finding.ok ? 'Works:' : 'Does not:'}</span>
            </span>
            <span>
              {finding.sentence}
              {finding.external === null ? null : (
                <code className={styles['external']}>{finding.external}</code>
              )}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
