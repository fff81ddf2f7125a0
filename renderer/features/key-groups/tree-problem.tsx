import Button from '@mui/material/Button';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import styles from './key-groups.module.css';

interface Problem {
  readonly failure: Failure | null;
  readonly forget: () => void;
}

/** What a deed of this screen ran into, above the tree until it is put away. */
export function TreeProblem({
  problems,
  failure,
}: {
  readonly problems: readonly Problem[];
  /** Of reading: it goes by itself when reading works again. */
  readonly failure: Failure | null;
}) {
  const shown = problems.filter((problem) => problem.failure !== null);
  if (shown.length === 0 && failure === null) return null;
  return (
    <div className={styles['problem']}>
      {failure ? <FailureNotice failure={failure} /> : null}
      {shown.map(({ failure: of, forget }) =>
        of ? (
          <FailureNotice key={of.code} failure={of}>
            <Button onClick={forget}>Put away</Button>
          </FailureNotice>
        ) : null,
      )}
    </div>
  );
}
