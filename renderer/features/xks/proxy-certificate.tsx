import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { sayMoment } from '../../ui/moments.ts';
import { Facts } from '../../ui/screen.tsx';
import styles from './xks.module.css';

/** The certificate that proxies of this computer show, and the request for the next one. */
export function ProxyCertificate() {
  const read = useRead('xks.certificate', {});
  const show = useDialogs((state) => state.show);
  const blocked = useBlocked();
  const shown = read.data;
  const current = shown?.current ?? null;
  const pending = shown?.pending ?? null;
  const problem = shown?.problem ?? null;
  const nothing = shown !== undefined && current === null && problem === null;
  return (
    <section aria-label="Certificate">
      <h3>Certificate</h3>
      {read.failure ? <FailureNotice failure={read.failure} /> : null}
      {current ? (
        <Facts
          facts={[
            ['For', current.names.join(', ') || current.subject],
            ['Issued by', current.issuer],
            ['Valid', `${sayMoment(current.notBefore)} to ${sayMoment(current.notAfter)}`],
          ]}
        />
      ) : nothing ? (
        <p className="quiet">None was imported. A proxy serves the files it is started with.</p>
      ) : null}
      {pending ? (
        <p>{`▸ Asked for ${pending.host} ${sayMoment(pending.madeAt)}: import it once it is issued.`}</p>
      ) : null}
      {problem === null ? null : <p>{`! ${problem}`}</p>}
      <div className={styles['line']}>
        <DeedButton blocked={blocked} onClick={() => show({ kind: 'xks-request-certificate' })}>
          {pending ? 'Show the request…' : 'Request a certificate…'}
        </DeedButton>
        <DeedButton
          blocked={blocked ?? (nothing && pending === null ? 'Make a request for it first.' : null)}
          onClick={() => show({ kind: 'xks-import-certificate' })}
        >
          Import a certificate…
        </DeedButton>
      </div>
    </section>
  );
}
