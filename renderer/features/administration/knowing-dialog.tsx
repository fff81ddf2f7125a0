import { type ReactNode, useState } from 'react';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { Agreement } from '../../ui/choices.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import styles from './administration.module.css';

/** Takes protection away, only from somebody who says that they know what it means. */
export function KnowingDialog(props: {
  readonly title: string;
  /** What the button does. */
  readonly deed: string;
  readonly agreement: string;
  readonly busy: boolean;
  readonly failure: Failure | null;
  readonly children: ReactNode;
  readonly onClose: () => void;
  readonly onDeed: () => void;
}) {
  const { busy, failure } = props;
  const [knows, setKnows] = useState(false);
  return (
    <DialogFrame
      title={props.title}
      width="small"
      busy={busy}
      onClose={props.onClose}
      deeds={
        <>
          <LeaveButton autoFocus>Leave it as it is</LeaveButton>
          <DeedButton
            variant="contained"
            blocked={knows ? null : 'Say that you know what it means.'}
            disabled={busy}
            onClick={props.onDeed}
          >
            {props.deed}
          </DeedButton>
        </>
      }
    >
      {props.children}
      <div className={styles['careful']}>
        <Agreement checked={knows} onChange={setKnows} disabled={busy}>
          {props.agreement}
        </Agreement>
      </div>
      {failure ? <FailureNotice failure={failure} /> : null}
    </DialogFrame>
  );
}
