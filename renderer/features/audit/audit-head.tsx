import type { OutputFor } from '../../../shared/contract/index.ts';
import { Ident } from '../../ui/ident.tsx';
import { signedWords } from './audit-words.ts';
import styles from './audit.module.css';

/** How long the log is, its head, and who signed it how far. */
export function AuditHead({ state }: { readonly state: OutputFor<'audit.list'> | null }) {
  if (state === null) return <div className={styles['head']} />;
  const { size, head, signer } = state;
  return (
    <dl className={styles['head']}>
      <div>
        <dt>Records</dt>
        <dd>
          {size}, {signedWords(state)}
        </dd>
      </div>
      <div>
        <dt>Head hash</dt>
        <dd>
          <Ident value={head} what="head hash" />
        </dd>
      </div>
      {signer === null ? null : (
        <div>
          <dt>Fingerprint of the signing key</dt>
          <dd>
            <Ident value={signer.fingerprint} what="fingerprint of the signing key" />
          </dd>
        </div>
      )}
    </dl>
  );
}
