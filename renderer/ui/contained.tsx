import Button from '@mui/material/Button';
import { Component, type ReactNode } from 'react';
import { FailureNotice } from './failure-notice.tsx';
import styles from './contained.module.css';

interface ContainedProps {
  readonly children: ReactNode;
  /** What there is to do beside showing it again: closing the dialog, for one. */
  readonly other?: ReactNode;
  /** It would have stood above the window, and so does what is said of it. */
  readonly above?: boolean;
}

/**
 * A mistake of the window stays in the part where it was made: the rest goes on, jobs are not
 * touched, and the part can be shown again. React offers this to classes only.
 */
export class Contained extends Component<ContainedProps, { readonly broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { readonly broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <div className={styles[this.props.above === true ? 'above' : 'broken']}>
        <FailureNotice failure={{ code: 'INTERNAL', details: { at: 'window' } }}>
          <Button onClick={() => this.setState({ broken: false })}>Show it again</Button>
          {this.props.other}
        </FailureNotice>
      </div>
    );
  }
}
