import type { OutputFor } from '../../../shared/contract/index.ts';
import { useRead } from '../../state/reads.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Ident } from '../../ui/ident.tsx';
import { SaveText } from '../../ui/save-text.tsx';
import styles from './keys.module.css';

/** The public half of a key: how to tell it from others, and the way to take it along. */
export function PublicKey({
  of,
  sha256,
}: {
  readonly of: OutputFor<'key.show'>;
  readonly sha256: string;
}) {
  const read = useRead('key.publicKey', { key: of.id });
  const pem = read.data?.pem;
  return (
    <div className={styles['looks']}>
      <span>
        Public key, SHA-256 <Ident value={sha256} what="public key's SHA-256" />
      </span>
      {read.failure ? <FailureNotice failure={read.failure} /> : null}
      {pem === undefined ? null : (
        <SaveText
          name={`${of.groupName}-${of.version}.pem`}
          what="public key"
          form="PEM"
          type="application/x-pem-file"
          text={() => pem}
        />
      )}
    </div>
  );
}
