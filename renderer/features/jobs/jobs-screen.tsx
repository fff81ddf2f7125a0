import { useRef, useState } from 'react';
import { sayCount } from '../../../shared/text/counted.ts';
import { emptyTexts } from '../../../shared/text/states.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useKeptOnScreen } from '../../state/kept-on-screen.ts';
import { useNavigation } from '../../state/navigation.ts';
import type { MenuPlace } from '../../ui/context-menu.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { ListBar, usePresence } from '../../ui/list-bar.tsx';
import { NarrowField } from '../../ui/narrow-field.tsx';
import { chooseOnly, nothingChosen } from '../../ui/row-selection.ts';
import { ScreenFrame } from '../../ui/screen.tsx';
import { whenEmpty } from '../../ui/when-empty.ts';
import type { JobView } from '../../../shared/contract/job.ts';
import { jobColumns } from './job-columns.tsx';
import { nothingFits, statesOf, toggled } from './job-filter.ts';
import { JobFilters } from './job-filters.tsx';
import { JobMenu } from './job-menu.tsx';
import { useCancelChosen } from './use-cancel-chosen.ts';
import { useJobs } from './use-jobs.ts';
import styles from './jobs.module.css';

const everyState: ReadonlySet<string> = new Set();

/** Logging and Reporting > Jobs: every job, newest first, live. */
export function JobsScreen() {
  const [chosen, setChosen] = useKeptOnScreen('job states', everyState);
  const { jobsOf, showJobsOf } = useNavigation();
  const show = useDialogs((state) => state.show);
  const presence = usePresence();
  const [selection, choose] = useState(nothingChosen);
  const [menu, setMenu] = useState<{ job: JobView; place: MenuPlace } | null>(null);
  const table = useRef<HTMLDivElement>(null);
  const [find, setFind] = useState('');
  const question = { state: statesOf(chosen), group: jobsOf?.id ?? null, find };
  const jobs = useJobs(question, presence.there);
  const several = jobs.rows.filter(({ id }) => selection.chosen.has(id));
  const filtered = chosen.size > 0 || jobsOf !== null || find !== '';
  const open = (job: JobView): void => show({ kind: 'job', job: job.id });
  const release = (): void => {
    jobs.release();
    table.current?.querySelector('[role="grid"]')?.scrollTo({ top: 0 });
  };
  return (
    <ScreenFrame screen="jobs" deeds={<NarrowField label="Title or number" onText={setFind} />}>
      <div className={styles['screen']}>
        <JobFilters
          chosen={chosen}
          onToggle={(id) => setChosen(id === null ? new Set() : toggled(chosen, id))}
          group={jobsOf?.name ?? null}
          onAllGroups={() => showJobsOf(null)}
        />
        <ListBar
          arrived={jobs.arrived}
          left={jobs.left.length}
          one="new job"
          many="new jobs"
          onShow={release}
          deed={several.length > 1 ? <CancelChosen chosen={several} /> : null}
        >
          {countWords(jobs.rows.length, jobs.more, several.length)}
        </ListBar>
        {jobs.failure ? <FailureNotice failure={jobs.failure} /> : null}
        <div ref={table} className={styles['table']} {...presence.around}>
          <DataTable
            label="Jobs"
            columns={jobColumns}
            rows={jobs.rows}
            idOf={({ id }) => id}
            selected={selection.active}
            onSelect={({ id }) => choose(chooseOnly(id))}
            choice={{ selection, onChange: choose }}
            onOpen={open}
            onMenu={(job, place) => setMenu({ job, place })}
            more={jobs.more}
            onEnd={jobs.loadMore}
            onView={jobs.look}
            onTop={presence.onTop}
            empty={whenEmpty(
              jobs,
              'Reading the jobs.',
              filtered ? nothingFits(chosen, jobsOf?.name ?? null, find) : emptyTexts.jobs,
            )}
          />
        </div>
      </div>
      <JobMenu menu={menu} chosen={several} onOpen={open} onClose={() => setMenu(null)} />
    </ScreenFrame>
  );
}

/** In sight while more than one job is chosen. */
function CancelChosen({ chosen }: { readonly chosen: readonly JobView[] }) {
  const cancel = useCancelChosen(chosen);
  return (
    <DeedButton
      size="small"
      className={styles['deed']}
      blocked={cancel.blocked}
      onClick={cancel.run}
    >
      {cancel.label}
    </DeedButton>
  );
}

function countWords(read: number, more: boolean, chosen: number): string {
  if (read === 0) return '';
  const jobs = `${sayCount(read)}${more ? ' and more' : ''} ${read === 1 && !more ? 'job' : 'jobs'}, newest first`;
  return chosen > 1 ? `${jobs} · ${sayCount(chosen)} chosen` : jobs;
}
