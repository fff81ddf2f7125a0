import Button from '@mui/material/Button';
import { keyStateMeanings, keyStates } from '../../../shared/text/states.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { synchronizeBlocked, turnBlocked } from '../keys/key-menu.ts';
import styles from './key-groups.module.css';
import type { GroupCells } from './tree-sources.ts';
import { keyNeedsSomebody } from './tree-words.ts';

/** What of a group needs somebody, each with its one deed. */
export function GroupTrouble({ group }: { readonly group: GroupCells }) {
  if (!group.needsYou) return null;
  return (
    <section aria-label="Needs you" className={styles['trouble']}>
      <h3>Needs you</h3>
      <StoppedJobs group={group.id} />
      <KeysInTrouble group={group.id} />
    </section>
  );
}

function StoppedJobs({ group }: { readonly group: string }) {
  const show = useDialogs((state) => state.show);
  const jobs = useRead('job.list', { group, state: ['needs-you'], limit: 5 });
  return (jobs.data?.jobs ?? []).map((job) => (
    <div key={job.id} className={styles['lines']}>
      <p>
        <strong>{job.title}</strong> <span className="detail">{`job ${job.number}`}</span>
      </p>
      <p>{job.message}</p>
      <div>
        <Button variant="contained" onClick={() => show({ kind: 'job', job: job.id })}>
          {`Show job ${job.number}`}
        </Button>
      </div>
    </div>
  ));
}

function KeysInTrouble({ group }: { readonly group: string }) {
  const show = useDialogs((state) => state.show);
  const blocked = useBlocked();
  const keys = useRead('key.list', { group, limit: 500 }).data?.keys ?? [];
  return keys.filter(keyNeedsSomebody).map((key) => (
    <div key={key.id} className={styles['lines']}>
      <p>
        {`Version ${key.version}: `}
        <StateWord state={keyStates[key.state]} />
      </p>
      <p>{keyStateMeanings[key.state]}</p>
      <div>
        {key.state === 'Off, alias' ? (
          <DeedButton
            variant="contained"
            blocked={turnBlocked('enable', key, blocked)}
            onClick={() => show({ kind: 'turn-key', key: key.id, turn: 'enable' })}
          >
            {`Enable version ${key.version} in AWS…`}
          </DeedButton>
        ) : (
          <DeedButton
            variant="contained"
            blocked={synchronizeBlocked(key, blocked)}
            onClick={() => show({ kind: 'synchronize', key: key.id })}
          >
            {`Synchronize version ${key.version}…`}
          </DeedButton>
        )}
      </div>
    </div>
  ));
}
