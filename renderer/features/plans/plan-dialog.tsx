import { type ReactNode, useEffect, useEffectEvent, useRef } from 'react';
import type { Plan } from '../../../shared/contract/shapes.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { tellFailure } from '../../ui/failure-words.ts';
import { useBlocked } from '../../state/blocked.ts';
import { type Dialog, useDialogs } from '../../state/dialogs.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { Moment } from '../../ui/moment.tsx';
import { type About, type OneDeed, useOneDeed } from './blocked-plan.tsx';
import { anyMark } from './plan-marks.ts';
import { PlanNotices } from './plan-notices.tsx';
import {
  ChangesAndStays,
  CheckLines,
  LookFirst,
  PlanDetails,
  PlanSentence,
} from './plan-sections.tsx';
import styles from './plans.module.css';
import { PlanFocus } from './plan-focus.tsx';
import type { Planning } from './use-plan.ts';

/** The deed behind the button of a plan. */
export interface PlanStart<P extends Plan> {
  /** Starts it under the number of this plan; the dialog gives way by itself when it began. */
  readonly run: (plan: P) => Promise<unknown>;
  readonly busy: boolean;
  readonly failure: Failure | null;
  readonly forget: () => void;
}

export interface PlanDialogProps<P extends Plan> {
  readonly dialog: Dialog;
  readonly close: () => void;
  readonly planning: Planning<P>;
  readonly start: PlanStart<P>;
  /** What can be read before the first check is done. */
  readonly first: { readonly title: string; readonly subject: string; readonly sentence: string };
  readonly about: About;
  /** What a job of the same deed is at: "Already rotating". */
  readonly doing: string;
  /** Something in it cannot be undone: Enter alone must not start it. */
  readonly careful?: boolean;
  /** It takes something away. */
  readonly takesAway?: boolean;
  /** What is still missing before it can start, as a sentence. */
  readonly missing?: string | null;
  /** Another deed than the usual one for what is in the way; null for the usual one. */
  readonly otherDeed?: (failure: Failure) => OneDeed | null;
  /** In place of the sentence, CHANGES and STAYS. */
  readonly children?: ReactNode;
  /** What has to be done before the button: it stands above it, always in sight. */
  readonly before?: ReactNode;
  /** The button while there is nothing to plan. */
  readonly idle?: string;
  /** Parts of the details that stand first. */
  readonly details?: ReactNode;
  /** The plan says that all is well as it is: nothing is in the way, and there is no button to press. */
  readonly nothingToDo?: boolean;
  /** What the second button at the left is called. */
  readonly leave?: string;
}

/**
 * A plan before it runs: what happens, what changes and what stays, what to look at first, what was
 * checked and when, and the details. Nothing starts but by its button, under the number shown.
 */
export function PlanDialog<P extends Plan>(props: PlanDialogProps<P>) {
  const { planning, start, first, careful = false } = props;
  const { plan, marks, checking } = planning;
  const cancel = useRef<HTMLButtonElement>(null);
  const primary = useRef<HTMLButtonElement>(null);
  const pressed = useRef(false);
  const why = useWhyNot(props);
  const again = (): void => {
    start.forget();
    planning.again();
  };
  useReplanning(props.dialog, planning, start.failure);
  const press = (): void => {
    if (!plan || why !== null || pressed.current) return;
    // A second press before the first is answered must not even be asked about.
    pressed.current = true;
    void start.run(plan).finally(() => {
      pressed.current = false;
    });
  };
  const oneDeed = useOneDeed(props.about, again);
  const shown = plan ?? first;
  const standing = standingButton(props);
  return (
    <DialogFrame
      title={shown.title}
      subject={shown.subject}
      width="wide"
      steady
      busy={start.busy}
      onClose={props.close}
      {...(careful ? {} : { onSubmit: press })}
      {...(props.before === undefined ? {} : { outcome: props.before })}
      deeds={
        <PlanButtons props={props} why={why} press={press} primary={primary} cancel={cancel} />
      }
    >
      <PlanFocus
        primary={primary}
        cancel={cancel}
        careful={careful}
        ready={why === null}
        standing={standing}
      />
      <div className={styles['plan']} aria-busy={checking}>
        <PlanNotices
          planning={planning}
          startFailure={start.failure}
          nothingToDo={standing === 'none'}
          doing={props.doing}
          deedFor={(failure) => props.otherDeed?.(failure) ?? oneDeed(failure)}
          again={again}
          primary={primary}
        />
        {props.children ?? (
          <>
            <PlanSentence sentence={shown.sentence} marks={marks} />
            {plan ? <ChangesAndStays plan={plan} marks={marks} /> : <Unknown />}
          </>
        )}
        {plan ? <LookFirst plan={plan} marks={marks} /> : null}
        {nothingChecked(props) ? null : <Checked planning={planning} again={again} />}
        {plan ? <PlanDetails plan={plan} marks={marks} more={props.details} /> : null}
      </div>
    </DialogFrame>
  );
}

/** Which button stands at the right. */
function standingButton<P extends Plan>({
  planning: { plan, checking },
  nothingToDo = false,
}: PlanDialogProps<P>): 'start' | 'job' | 'none' {
  if (checking || plan === null) return 'start';
  if (plan.runningJob !== null) return 'job';
  return nothingToDo ? 'none' : 'start';
}

/** Something has to be given first, so that AWS was not even asked. */
const nothingChecked = <P extends Plan>({
  planning: { plan, checking, failure },
  missing = null,
}: PlanDialogProps<P>): boolean =>
  missing !== null && plan === null && !checking && failure === null;

function Unknown() {
  return (
    <div className={styles['columns']}>
      {['Changes', 'Stays'].map((title) => (
        <section key={title} aria-label={title}>
          <h3>{title}</h3>
          <p className="quiet">Being read from AWS and from the keystore.</p>
        </section>
      ))}
    </div>
  );
}

/** Why the button cannot be pressed just now; null when it can. */
function useWhyNot<P extends Plan>(props: PlanDialogProps<P>): string | null {
  const notOpen = useBlocked();
  const { plan, checking } = props.planning;
  if (notOpen !== null) return notOpen;
  // The button says so itself.
  if (checking || props.start.busy) return '';
  if (!plan) return props.missing ?? 'There is no plan to start.';
  if (plan.runningJob !== null) return '';
  // The whole of it stands above, with its deed.
  if (plan.blocked) return tellFailure(plan.blocked).headline;
  return props.missing ?? null;
}

/** Plans again after another dialog was over this one, and when the plan was not true any more. */
function useReplanning<P extends Plan>(
  dialog: Dialog,
  planning: Planning<P>,
  startFailure: Failure | null,
): void {
  const onTop = useDialogs(({ open }) => open.at(-1) === dialog);
  const wasOnTop = useRef(onTop);
  const again = useEffectEvent(() => planning.again());
  useEffect(() => {
    if (onTop && !wasOnTop.current) again();
    wasOnTop.current = onTop;
  }, [onTop]);
  const changed = startFailure?.code === 'PLAN_CHANGED';
  useEffect(() => {
    if (changed) again();
  }, [changed]);
}

function Checked<P extends Plan>({
  planning: { plan, marks, checking, times },
  again,
}: {
  readonly planning: Planning<P>;
  readonly again: () => void;
}) {
  const told = checking
    ? 'Checking.'
    : plan === null
      ? ''
      : anyMark(marks)
        ? 'Checked. Lines that changed since you looked are marked.'
        : times > 1
          ? 'Checked again. Nothing changed since you looked.'
          : 'Checked.';
  return (
    <section aria-label="Checked">
      <div className={styles['checkedHead']}>
        <h3>
          {checking ? 'Checking…' : 'Checked '}
          {plan && !checking ? <Moment at={plan.checkedAt} /> : null}
        </h3>
        <DeedButton blocked={checking ? '' : null} onClick={again}>
          Check again
        </DeedButton>
      </div>
      <p role="status" className="unseen">
        {told}
      </p>
      {plan ? <CheckLines plan={plan} marks={marks} /> : null}
    </section>
  );
}

/** Beside the button: why it cannot be pressed, or the number of the plan that it would run. */
function Foot({ plan, why }: { readonly plan: Plan | null; readonly why: string | null }) {
  if (plan === null || plan.runningJob !== null) return null;
  return (
    <span className={styles['foot']}>
      {plan.blocked ? (
        'Cannot start yet: what is in the way stands above.'
      ) : why === null ? (
        <>
          Plan <code>{plan.number}</code>
        </>
      ) : (
        why
      )}
    </span>
  );
}

function PlanButtons<P extends Plan>({
  props,
  why,
  press,
  primary,
  cancel,
}: {
  readonly props: PlanDialogProps<P>;
  readonly why: string | null;
  readonly press: () => void;
  readonly primary: React.RefObject<HTMLButtonElement | null>;
  readonly cancel: React.RefObject<HTMLButtonElement | null>;
}) {
  const { planning, start, careful = false } = props;
  const { plan, checking } = planning;
  const replace = useDialogs((state) => state.replace);
  const job = plan?.runningJob ?? null;
  const standing = standingButton(props);
  const label = start.busy
    ? 'Starting…'
    : checking
      ? 'Checking…'
      : (plan?.button ?? props.idle ?? 'Nothing to start');
  return (
    <>
      <LeaveButton ref={cancel}>
        {props.leave ?? (standing === 'none' ? 'Close' : 'Cancel')}
      </LeaveButton>
      <Foot plan={checking || standing === 'none' ? null : plan} why={why} />
      {standing === 'none' ? null : standing === 'job' && job !== null ? (
        <DeedButton
          ref={primary}
          variant="contained"
          unmarked
          onClick={() => replace({ kind: 'job', job })}
        >
          Show job
        </DeedButton>
      ) : (
        <DeedButton
          ref={primary}
          variant={plan?.blocked ? 'outlined' : 'contained'}
          color={props.takesAway ? 'error' : 'primary'}
          type={careful ? 'button' : 'submit'}
          blocked={why}
          // The core says it in the words of each plan.
          unmarked
          {...(careful ? { onClick: press } : {})}
        >
          {label}
        </DeedButton>
      )}
    </>
  );
}
