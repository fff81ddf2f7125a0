import Button from '@mui/material/Button';
import { useMemo, useState } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { largestPrincipalsFile } from '../../../shared/contract/practice-shapes.ts';
import { useBlocked } from '../../state/blocked.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { keyed } from '../../ui/keyed.ts';
import { ChooseFile } from '../../ui/choose-file.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Facts } from '../../ui/screen.tsx';
import { whenEmpty } from '../../ui/when-empty.ts';
import { MayQuestion } from './may-question.tsx';
import styles from './practice.module.css';
import { ReadingPane } from './reading-pane.tsx';

export type Principal = OutputFor<'practice.principals'>['principals'][number];

const kindWords = { root: 'Root', user: 'User', role: 'Role' } as const;
const columns: readonly Column<Principal>[] = [
  {
    id: 'account',
    title: 'Account',
    width: '124px',
    cell: ({ account }) => <code>{account}</code>,
  },
  { id: 'kind', title: 'Kind', width: '64px', cell: ({ kind }) => kindWords[kind] },
  { id: 'name', title: 'Name', width: 'minmax(120px, 2fr)', cell: ({ name }) => name },
  {
    id: 'keys',
    title: 'Access keys',
    width: 'minmax(120px, 2fr)',
    cell: ({ accessKeyIds }) => <code>{accessKeyIds.join(', ')}</code>,
  },
];
const idOf = ({ arn }: Principal): string => arn;
const nobody: readonly Principal[] = [];

/** Who there is in the accounts of the practice KMS, and what each may do. */
export function PeoplePart() {
  const read = useRead('practice.principals', {});
  const [selected, setSelected] = useState<string | null>(null);
  const rows = read.data?.principals ?? nobody;
  const principal = useMemo(() => rows.find(({ arn }) => arn === selected), [rows, selected]);
  return (
    <div className={styles['split']}>
      <div className={styles['list']}>
        <LoadBar />
        {read.failure ? <FailureNotice failure={read.failure} /> : null}
        <div className={styles['table']}>
          <DataTable
            label="Users and roles"
            columns={columns}
            rows={rows}
            idOf={idOf}
            selected={selected}
            onSelect={({ arn }) => setSelected(arn)}
            empty={whenEmpty(read, 'Reading who there is.', 'Nobody.')}
          />
        </div>
      </div>
      <ReadingPane label="The chosen user or role">
        {principal ? (
          <WhatItMay key={principal.arn} principal={principal} />
        ) : (
          <p className="quiet">Choose one to see what it may do.</p>
        )}
      </ReadingPane>
    </div>
  );
}

/** The file holds made-up secrets, and its bytes go straight to the call all the same. */
function LoadBar() {
  const load = useDeed('practice.loadPrincipals');
  const blocked = useBlocked();
  const [problem, setProblem] = useState('');
  const take = async (file: File): Promise<void> => {
    setProblem('');
    if (file.size === 0 || file.size > largestPrincipalsFile) {
      setProblem('! The file is empty or larger than 64 KB.');
      return;
    }
    const bytes = await file.arrayBuffer().catch(() => null);
    if (bytes === null) setProblem('! The file can no longer be read. Choose it again.');
    else if (await load.run({ file: new Uint8Array(bytes) })) say(`${file.name} is loaded.`);
  };
  return (
    <>
      <div className={styles['bar']}>
        <span className={problem === '' ? 'quiet' : 'tone-attention'} role="status">
          {problem === '' ? 'A principals file replaces all users and roles.' : problem}
        </span>
        <ChooseFile
          label="Principals file"
          accept=".json,application/json"
          blocked={blocked}
          disabled={load.busy}
          onFile={(file) => void take(file)}
        >
          {load.busy ? 'Loading…' : 'Load principals file…'}
        </ChooseFile>
      </div>
      {load.failure ? (
        <FailureNotice failure={load.failure}>
          <Button onClick={load.forget}>Close</Button>
        </FailureNotice>
      ) : null}
    </>
  );
}

function WhatItMay({ principal }: { readonly principal: Principal }) {
  const { arn, reading, policies } = principal;
  return (
    <>
      <h2>{principal.name}</h2>
      <Facts facts={[['ARN', <code key="arn">{arn}</code>]]} />
      <h3>What its IAM policies say</h3>
      {reading.length === 0 ? <p>- Nothing: only key policies and grants can let it in.</p> : null}
      <ul>
        {keyed(reading).map(({ key, thing: sentence }) => (
          <li key={key}>{sentence}</li>
        ))}
      </ul>
      <MayQuestion principal={arn} />
      {(policies ?? []).map(({ name, document }) => (
        <div key={name}>
          <h3>
            Policy <bdi>{name}</bdi>
          </h3>
          <pre>{document}</pre>
        </div>
      ))}
    </>
  );
}
