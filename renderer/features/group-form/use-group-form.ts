import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { useHost } from '../../state/host.tsx';
import { failureOf } from '../../state/reads.ts';
import { useSettled } from '../../state/settled.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { draftOf, type GroupDraft, type GroupForm } from './fields.ts';
import {
  allProblems,
  type Field,
  firstOf,
  type FormTab,
  type Problems,
  tabOf,
} from './problems.ts';

export type Preview = OutputFor<'group.preview'>;

/** A preview is asked for when nobody has typed for this long (ms). */
const pause = 150;

export interface GroupFormState {
  readonly form: GroupForm;
  readonly tab: FormTab;
  readonly touched: ReadonlySet<Field>;
  /** Somebody pressed a button: from then on every problem is shown. */
  readonly pressed: boolean;
}

export const firstState = (form: GroupForm): GroupFormState => ({
  form,
  tab: 'group',
  touched: new Set(),
  pressed: false,
});

export interface GroupFormControl {
  readonly state: GroupFormState;
  readonly preview: Preview | null;
  /** Of fields that somebody has been in; all once a button was pressed. */
  readonly problems: Problems;
  readonly checking: boolean;
  /** Why the form could not be looked at. */
  readonly failure: Failure | null;
  readonly set: (patch: Partial<GroupForm>, field?: Field) => void;
  readonly showTab: (tab: FormTab) => void;
  /** Looks at the form as it is now; false leads to the first problem. */
  readonly check: () => Promise<boolean>;
  /** Where the focus belongs now, with a number that grows. */
  readonly wanted: { readonly field: Field; readonly n: number } | null;
}

/** The form of a key group: what was typed, what the core says of it, and where it does not fit. */
export function useGroupForm(
  state: GroupFormState,
  setState: (change: (before: GroupFormState) => GroupFormState) => void,
  group: string | null,
): GroupFormControl {
  const { call } = useHost();
  const [wanted, setWanted] = useState<GroupFormControl['wanted']>(null);
  const [checking, setChecking] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const settled = useSettled(state.form, pause);
  const answer = usePreview(settled, group);
  const all = allProblems(state.form, stillTrue(state.form, answer.data));
  const problems = state.pressed
    ? all
    : new Map([...all].filter(([field]) => state.touched.has(field)));
  const latest = useRef(state.form);
  latest.current = state.form;

  const check = async (): Promise<boolean> => {
    setChecking(true);
    setFailure(null);
    try {
      const form = latest.current;
      const now = await call('group.preview', { fields: draftOf(form), group });
      const first = firstOf(allProblems(form, now.problems));
      setState((before) => ({
        ...before,
        pressed: true,
        ...(first === null ? {} : { tab: tabOf(first) }),
      }));
      if (first !== null) setWanted((before) => ({ field: first, n: (before?.n ?? 0) + 1 }));
      return first === null;
    } catch (error) {
      setFailure(failureOf(error));
      return false;
    } finally {
      setChecking(false);
    }
  };
  return {
    state,
    preview: answer.data?.preview ?? null,
    problems,
    checking,
    failure: failure ?? (answer.error ? failureOf(answer.error) : null),
    wanted,
    check,
    set: (patch, field) =>
      setState((before) => ({
        ...before,
        form: { ...before.form, ...patch },
        touched: field === undefined ? before.touched : new Set([...before.touched, field]),
      })),
    showTab: (tab) => setState((before) => ({ ...before, tab })),
  };
}

interface Answer {
  readonly draft: GroupDraft;
  readonly preview: Preview;
}

/** What the core says of the form, together with the form it speaks of; never blank once it was told. */
function usePreview(form: GroupForm, group: string | null) {
  const { call } = useHost();
  const draft = draftOf(form);
  return useQuery({
    queryKey: ['group.preview', { fields: draft, group }, 'form'],
    queryFn: async (): Promise<Answer> => ({
      draft,
      preview: await call('group.preview', { fields: draft, group }),
    }),
    placeholderData: keepPreviousData,
  });
}

/** Problems of fields that read now as they did when the core looked at them. */
function stillTrue(form: GroupForm, answer: Answer | undefined): Preview['problems'] {
  if (answer === undefined) return [];
  const now = draftOf(form);
  const same = (field: keyof GroupDraft): boolean =>
    JSON.stringify(now[field]) === JSON.stringify(answer.draft[field]);
  return answer.preview.problems.filter(
    ({ field }) => same(field as keyof GroupDraft) && (field !== 'alias' || same('name')),
  );
}
