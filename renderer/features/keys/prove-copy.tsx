import { useBlocked } from '../../state/blocked.ts';
import { useDeed } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import styles from './keys.module.css';

/** Opens the kept copy of a key now and holds its KCV against the one noted at birth. */
export function ProveCopy({ of }: { readonly of: string }) {
  const prove = useDeed('key.prove');
  const blocked = useBlocked();
  return (
    <>
      <div className={styles['prove']}>
        <DeedButton
          size="small"
          blocked={prove.busy ? '' : blocked}
          onClick={() => void prove.run({ key: of })}
        >
          {prove.busy ? 'Proving…' : 'Prove keystore copy'}
        </DeedButton>
      </div>
      {prove.failure ? <FailureNotice failure={prove.failure} /> : null}
    </>
  );
}
