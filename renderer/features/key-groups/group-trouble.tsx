import Button from '@mui/material/Button';
import { sayCount } from '../../../shared/text/counted.ts';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { sayAliasElsewhere } from '../../../shared/text/alias-elsewhere.ts';
import { keyStateMeaning, keyStates, shortId } from '../../../shared/text/states.ts';
import { keyWorks } from '../../../shared/text/key-works.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { Ident } from '../../ui/ident.tsx';
import { localTimes, sayTime } from '../../ui/moments.ts';
import { StateWord } from '../../ui/state-word.tsx';
import { makeActiveBlocked, synchronizeBlocked, turnBlocked } from '../keys/key-menu.ts';
import { useCheckKeys } from '../keys/use-check-keys.ts';
import styles from './key-groups.module.css';
import type { GroupCells } from './tree-sources.ts';
import { keyNeedsSomebody } from './tree-words.ts';

type KeyInTrouble = OutputFor<'key.list'>['keys'][number];

/** So many jobs and keys have a button of their own; the others are counted. */
const mostShown = 5;

/** What of a group needs somebody, each with its one deed. Only the first of them stands out. */
export function GroupTrouble({ group }: { readonly group: GroupCells }) {
  if (!group.needsYou) return null;
  return (
    <section aria-label="Needs you" className={styles['trouble']}>
      <h3>Needs you</h3>
      <Trouble group={group} />
    </section>
  );
}

function Trouble({ group: of }: { readonly group: GroupCells }) {
  const group = of.id;
  const jobs = useRead('job.list', { group, state: ['needs-you'], limit: mostShown }).data?.jobs;
  const read = useRead('key.list', { group, limit: 500 }).data?.keys;
  const keys = read ?? [];
  // What applications use now comes first; but what stopped goes on once another version is mended.
  const troubled = keys
    .filter(keyNeedsSomebody)
    .toSorted((a, b) => stopped(a) - stopped(b) || holds(b) - holds(a));
  const states = [...new Set(troubled.map(({ state }) => state))];
  return (
    <>
      {jobs?.map((job, at) => (
        <StoppedJob key={job.id} job={job} first={at === 0} />
      ))}
      {of.aliasElsewhere === null || !jobs || !read ? null : (
        <AliasInTrouble
          group={of}
          elsewhere={of.aliasElsewhere}
          keys={keys}
          first={jobs.length === 0}
        />
      )}
      {states.map((state, at) => (
        <KeysInTrouble
          key={state}
          state={state}
          keys={troubled.filter((key) => key.state === state)}
          first={at === 0 && jobs?.length === 0 && of.aliasElsewhere === null}
        />
      ))}
    </>
  );
}

/** The alias of the group is on none of its keys: what that means, and the deed that helps. */
function AliasInTrouble({
  group,
  elsewhere,
  keys,
  first,
}: {
  readonly group: GroupCells;
  readonly elsewhere: NonNullable<GroupCells['aliasElsewhere']>;
  readonly keys: readonly KeyInTrouble[];
  readonly first: boolean;
}) {
  const show = useDialogs((state) => state.show);
  const blocked = useBlocked();
  const { checkGroups } = useCheckKeys();
  const { keyId, adopted, readAt } = elsewhere;
  const shown = keyId === null ? null : shortId(keyId);
  const { happened, means, next } = sayAliasElsewhere(group, { ...elsewhere, key: shown });
  const inUse = keys.find(({ lifecycle }) => lifecycle === 'active');
  const back = keyId === null || adopted ? inUse : undefined;
  const variant = first ? 'contained' : 'outlined';
  return (
    <div className={styles['lines']}>
      <p>{happened}</p>
      <p>{means}</p>
      <p>{next}</p>
      <p className="detail">
        {keyId === null ? null : (
          <>
            <Ident value={keyId} what="KMS key id" />{' '}
          </>
        )}
        {`Read ${sayTime(readAt)}.`}
      </p>
      <div className={styles['buttons']}>
        {back ? (
          <DeedButton
            variant={variant}
            blocked={makeActiveBlocked(back, blocked)}
            onClick={() => show({ kind: 'make-active', key: back.id })}
          >
            {`Make version ${back.version} active…`}
          </DeedButton>
        ) : null}
        <DeedButton
          variant={back ? 'outlined' : variant}
          blocked={blocked}
          onClick={() => void checkGroups([group])}
        >
          Check against AWS
        </DeedButton>
      </div>
    </div>
  );
}

const stopped = ({ state }: KeyInTrouble): number => (state === 'Stopped' ? 1 : 0);
const holds = ({ remote }: KeyInTrouble): number => (remote?.alias == null ? 0 : 1);

function StoppedJob({
  job,
  first,
}: {
  readonly job: OutputFor<'job.list'>['jobs'][number];
  readonly first: boolean;
}) {
  const show = useDialogs((state) => state.show);
  return (
    <div className={styles['lines']}>
      <p>
        <strong>{job.title}</strong> <span className="detail">{`job ${job.number}`}</span>
      </p>
      <p>{localTimes(job.message)}</p>
      <div>
        <Button
          variant={first ? 'contained' : 'outlined'}
          onClick={() => show({ kind: 'job', job: job.id })}
        >
          {`Show job ${job.number}`}
        </Button>
      </div>
    </div>
  );
}

/** Keys in one and the same state: what it means is said once. */
function KeysInTrouble({
  state,
  keys,
  first,
}: {
  readonly state: KeyInTrouble['state'];
  readonly keys: readonly KeyInTrouble[];
  readonly first: boolean;
}) {
  const shown = state === 'Stopped' ? [] : keys.slice(0, mostShown);
  const others = state === 'Stopped' ? 0 : keys.length - shown.length;
  const [only] = keys;
  return (
    <div className={styles['lines']}>
      <p>
        {keys.length === 1 ? `Version ${only?.version}: ` : `${sayCount(keys.length)} versions: `}
        <StateWord state={keyStates[state]} />
      </p>
      {only ? <p>{keyStateMeaning(state, keyWorks(only))}</p> : null}
      {shown.length === 0 ? null : (
        <div className={styles['buttons']}>
          {shown.map((key, at) => (
            <KeyDeed key={key.id} of={key} first={first && at === 0} />
          ))}
        </div>
      )}
      {others === 0 ? null : (
        <p>
          {`${others} more, in the tree below this group.`}
          {state === 'Off, alias' ? '' : ' Synchronize all… brings them in line together.'}
        </p>
      )}
    </div>
  );
}

function KeyDeed({ of: key, first }: { readonly of: KeyInTrouble; readonly first: boolean }) {
  const show = useDialogs((state) => state.show);
  const blocked = useBlocked();
  const variant = first ? 'contained' : 'outlined';
  return key.state === 'Off, alias' ? (
    <DeedButton
      variant={variant}
      blocked={turnBlocked('enable', key, blocked)}
      onClick={() => show({ kind: 'turn-key', key: key.id, turn: 'enable' })}
    >
      {`Enable version ${key.version} in AWS…`}
    </DeedButton>
  ) : (
    <DeedButton
      variant={variant}
      blocked={synchronizeBlocked(key, blocked)}
      onClick={() => show({ kind: 'synchronize', key: key.id })}
    >
      {`Synchronize version ${key.version}…`}
    </DeedButton>
  );
}
