import type { ReactNode } from 'react';
import type { Failure } from '../../shared/errors/operation-error.ts';
import { tellFailure } from './failure-words.ts';
import styles from './failure-notice.module.css';

/**
 * A failure in the one shape there is: what happened, what it means for the keys, what to do next,
 * and what the other system said, verbatim. `children` is the one deed, as a button.
 */
export function FailureNotice({
  failure,
  children,
}: {
  readonly failure: Failure;
  readonly children?: ReactNode;
}) {
  const text = tellFailure(failure);
  return (
    <section role="alert" className={styles['notice']}>
      <p className={styles['headline']}>
        <span aria-hidden="true">! </span>
        {text.headline}
      </p>
      <p>{text.forYourKeys}</p>
      <p>
        <strong>Next: </strong>
        {text.next}
      </p>
      {children ? <div className={styles['deeds']}>{children}</div> : null}
      {text.detail === '' ? null : <code className={styles['detail']}>{text.detail}</code>}
    </section>
  );
}
