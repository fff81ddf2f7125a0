import { counted } from '../../../shared/text/counted.ts';
import type { JobView } from '../../../shared/contract/job.ts';
import { isFinal } from '../../../shared/model/job.ts';
import { tellFailure } from '../../ui/failure-words.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useHost } from '../../state/host.tsx';
import { useNavigation } from '../../state/navigation.ts';
import { useNotices } from '../../state/notices.ts';
import { failureOf, useAsk } from '../../state/reads.ts';
import { ContextMenu, type MenuPlace, type MenuSection } from '../../ui/context-menu.tsx';
import { copyText } from '../../ui/copy.ts';
import { useShowGroup } from './show-group.ts';
import { useCancelChosen } from './use-cancel-chosen.ts';

const nothingToMenu = 'It does not wait for you.';

/** What can be done with one job of the list, or with all that are chosen with it. */
export function JobMenu({
  menu,
  chosen,
  onOpen,
  onClose,
}: {
  readonly menu: { readonly job: JobView; readonly place: MenuPlace } | null;
  /** All that are chosen in the list. */
  readonly chosen: readonly JobView[];
  readonly onOpen: (job: JobView) => void;
  readonly onClose: () => void;
}) {
  const sections = useJobMenu(menu?.job ?? null, onOpen);
  const several = useSeveralMenu(chosen);
  const together = chosen.length > 1 && chosen.some(({ id }) => id === menu?.job.id);
  const one = menu === null ? 'Job' : `Job ${menu.job.number}`;
  return (
    <ContextMenu
      label={together ? counted(chosen.length, 'job') : one}
      place={menu?.place ?? null}
      sections={together ? several : sections}
      onClose={onClose}
    />
  );
}

function useSeveralMenu(chosen: readonly JobView[]): readonly MenuSection[] {
  const cancel = useCancelChosen(chosen);
  return [{ entries: [{ label: cancel.label, blocked: cancel.blocked, run: cancel.run }] }];
}

function useJobMenu(job: JobView | null, onOpen: (job: JobView) => void): readonly MenuSection[] {
  const show = useDialogs((state) => state.show);
  const showJobsOf = useNavigation((state) => state.showJobsOf);
  const showGroup = useShowGroup();
  const blocked = useBlocked();
  const deeds = useMenuDeeds();
  if (job === null) return [];
  const group = job.groupId;
  const noGroup = group === null ? 'It is about no single group.' : null;
  const retry = job.state === 'done-with-remark';
  const waits = job.state === 'needs-you' || retry;
  return [
    {
      entries: [
        { label: 'Open job', shortcut: 'Enter', run: () => onOpen(job) },
        {
          label: retry ? 'Try the open remark again' : goOnLabel(job),
          blocked: waits ? blocked : nothingToMenu,
          run: () => deeds.run(retry ? 'job.retry' : 'job.continue', job.id),
        },
        {
          label: 'Cancel job…',
          blocked: isFinal(job.state) ? 'It has ended.' : blocked,
          run: () => show({ kind: 'cancel-job', jobs: [job.id] }),
        },
      ],
    },
    {
      entries: [
        { label: 'Show group', blocked: noGroup, run: () => group && showGroup(group) },
        {
          label: 'Only jobs of this group',
          blocked: noGroup,
          run: () =>
            void deeds
              .nameOf(group ?? '')
              .then((name) => group && name !== null && showJobsOf({ id: group, name })),
        },
        { label: 'Copy job number', run: () => void copyText(String(job.number), 'job number') },
      ],
    },
  ];
}

const goOnLabel = ({ step, state }: JobView): string =>
  state === 'needs-you' && step !== null ? `Continue from step ${step.n}` : 'Continue';

/** Deeds that leave no dialog behind: what fails is said in the bottom line. */
function useMenuDeeds() {
  const { call } = useHost();
  const ask = useAsk();
  const say = useNotices((state) => state.say);
  const tell = (error: unknown, jobId: string | null): null => {
    const { headline, next } = tellFailure(failureOf(error));
    say({ text: `${headline} ${next}`, jobId, tone: 'attention' });
    return null;
  };
  return {
    run: (name: 'job.continue' | 'job.retry', job: string): void => {
      ask(name, { job }).catch((error: unknown) => tell(error, job));
    },
    nameOf: (group: string): Promise<string | null> =>
      call('group.show', { group }).then(
        (found) => found.group.name,
        (error: unknown) => tell(error, null),
      ),
  };
}
