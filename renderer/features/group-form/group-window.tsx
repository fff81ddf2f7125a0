import Button from '@mui/material/Button';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { type ReactNode, useEffect, useId, useState } from 'react';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { keyed } from '../../ui/keyed.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { AwsTab } from './aws-tab.tsx';
import { fieldId } from './form-row.tsx';
import styles from './group-form.module.css';
import { GroupTab } from './group-tab.tsx';
import { countOn, type FormTab, type Problems } from './problems.ts';
import type { GroupFormControl } from './use-group-form.ts';

export interface GroupWindowProps {
  readonly title: string;
  readonly subject: string;
  readonly control: GroupFormControl;
  readonly hasKeys: boolean;
  /** The group exists: what kind of keys it makes stays. */
  readonly fixed: boolean;
  /** Why what was asked did not happen. */
  readonly failure: Failure | null;
  /** Stands at the left, beside Cancel. */
  readonly left?: ReactNode;
  readonly deeds: ReactNode;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly busy: boolean;
  /** Something was typed that would be lost. */
  readonly changed: boolean;
}

const tabs: readonly (readonly [FormTab, string])[] = [
  ['group', 'Group'],
  ['aws', 'AWS Properties'],
];

/** The window of a key group: two tabs, and in a sentence what its keys will be and do. */
export function GroupWindow(props: GroupWindowProps) {
  const { control, changed, onClose } = props;
  const { problems, preview } = control;
  const { tab } = control.state;
  const base = useId();
  const [leaving, setLeaving] = useState(false);
  const place = { base, problems };
  return (
    <DialogFrame
      title={props.title}
      subject={props.subject}
      width="wide"
      steady
      busy={props.busy}
      onClose={() => (changed && !leaving ? setLeaving(true) : onClose())}
      onSubmit={props.onSubmit}
      outcome={
        <section aria-label="What new keys will be and do">
          <p>{preview?.sentence ?? 'Nothing is sent to AWS until the first Force Rotate.'}</p>
          {keyed(preview?.remarks ?? []).map(({ key, thing: text }) => (
            <p key={key}>
              <span className="tone-attention">! </span>
              {text}
            </p>
          ))}
        </section>
      }
      deeds={
        leaving ? (
          <LeaveQuestion onStay={() => setLeaving(false)} onLeave={onClose} />
        ) : (
          <>
            <span className={styles['left']}>
              <LeaveButton>Cancel</LeaveButton>
              {props.left}
            </span>
            {props.deeds}
          </>
        )
      }
    >
      <FormTabs tab={tab} base={base} problems={problems} onShow={control.showTab} />
      {(props.failure ?? control.failure) ? (
        <FailureNotice failure={(props.failure ?? control.failure) as Failure} />
      ) : null}
      <Panel base={base} tab="group" shown={tab}>
        <GroupTab control={control} place={place} fixed={props.fixed} />
      </Panel>
      <Panel base={base} tab="aws" shown={tab}>
        <AwsTab control={control} place={place} hasKeys={props.hasKeys} />
      </Panel>
      <FocusWhereWanted base={base} wanted={control.wanted} />
    </DialogFrame>
  );
}

/** Inside the dialog, as its content is there only after the dialog itself. */
function FocusWhereWanted({
  base,
  wanted,
}: {
  readonly base: string;
  readonly wanted: GroupFormControl['wanted'];
}) {
  useEffect(() => {
    document.getElementById(fieldId(base, wanted?.field ?? 'name'))?.focus();
  }, [base, wanted]);
  return null;
}

function Panel({
  base,
  tab,
  shown,
  children,
}: {
  readonly base: string;
  readonly tab: FormTab;
  readonly shown: FormTab;
  readonly children: ReactNode;
}) {
  return (
    <div
      role="tabpanel"
      id={`${base}-panel-${tab}`}
      aria-labelledby={`${base}-tab-${tab}`}
      hidden={tab !== shown}
    >
      {children}
    </div>
  );
}

/** The tabs; each says how many problems it holds. */
function FormTabs({
  tab,
  base,
  problems,
  onShow,
}: {
  readonly tab: FormTab;
  readonly base: string;
  readonly problems: Problems;
  readonly onShow: (tab: FormTab) => void;
}) {
  return (
    <Tabs
      value={tab}
      aria-label="Parts of the key group"
      className={styles['tabs'] ?? ''}
      onChange={(_event, next: FormTab) => onShow(next)}
    >
      {tabs.map(([id, label]) => {
        const count = countOn(problems, id);
        return (
          <Tab
            key={id}
            value={id}
            id={`${base}-tab-${id}`}
            aria-controls={`${base}-panel-${id}`}
            label={
              <span>
                {label}
                {count === 0 ? null : (
                  <span className="tone-attention">
                    <span aria-hidden="true"> ! {count}</span>
                    <span className="unseen">
                      , {count} {count === 1 ? 'problem' : 'problems'}
                    </span>
                  </span>
                )}
              </span>
            }
          />
        );
      })}
    </Tabs>
  );
}

/** Asked only where something typed would be lost. */
function LeaveQuestion({
  onStay,
  onLeave,
}: {
  readonly onStay: () => void;
  readonly onLeave: () => void;
}) {
  return (
    <>
      <span role="alert" className={styles['leaving']}>
        What you typed is not saved.
      </span>
      <Button onClick={onLeave}>Discard what I typed</Button>
      {/* The question took the place of the buttons: the focus goes to the harmless one. */}
      <DeedButton autoFocus variant="contained" onClick={onStay} unmarked>
        Go on editing
      </DeedButton>
    </>
  );
}
