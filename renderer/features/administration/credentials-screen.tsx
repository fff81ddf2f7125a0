import Button from '@mui/material/Button';
import { useState } from 'react';
import { sayUsers } from '../../../shared/text/credential-users.ts';
import { emptyTexts } from '../../../shared/text/states.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useRead } from '../../state/reads.ts';
import { ContextMenu, type MenuPlace } from '../../ui/context-menu.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { ScreenFrame } from '../../ui/screen.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { whenEmpty } from '../../ui/when-empty.ts';
import styles from './administration.module.css';
import { CredentialDetail } from './credential-detail.tsx';
import {
  connectionWords,
  type Credential,
  credentialKinds,
  withoutTls,
} from './credential-words.ts';
import { type ConnectionTest, useConnectionTest } from './use-connection-test.ts';

const columns: readonly Column<Credential>[] = [
  { id: 'name', title: 'Name', width: 'minmax(140px, 1.5fr)', cell: ({ name }) => name },
  { id: 'kind', title: 'Kind', width: '92px', cell: ({ kind }) => credentialKinds[kind] },
  {
    id: 'access-key',
    title: 'Access key ID',
    width: '176px',
    cell: ({ accessKeyId }) => <code>{accessKeyId ?? ''}</code>,
  },
  {
    id: 'account',
    title: 'Account',
    width: '112px',
    cell: ({ account }) => (account === null ? 'not yet known' : <code>{account}</code>),
  },
  {
    id: 'connection',
    title: 'Connection',
    width: '148px',
    cell: ({ connection }) => <StateWord state={connectionWords[connection]} />,
  },
  { id: 'users', title: 'Used by', width: '112px', cell: ({ usedBy }) => sayUsers(usedBy) },
  {
    id: 'endpoint',
    title: 'Address',
    width: 'minmax(96px, 1fr)',
    cell: ({ endpoint }) => endpoint ?? 'AWS',
  },
];

/** What AWS knows this keystore by. Secrets are never shown, for no operation answers with one. */
export function CredentialsScreen() {
  const list = useRead('credential.list', {});
  const [selected, setSelected] = useState<string | null>(null);
  const [menu, setMenu] = useState<MenuPlace | null>(null);
  const blocked = useBlocked();
  const show = useDialogs((state) => state.show);
  const credentials = list.data?.credentials ?? [];
  const test = useConnectionTest(credentials);
  const chosen = credentials.find(({ id }) => id === selected) ?? null;
  const importing = () => show({ kind: 'import-credential' });
  return (
    <ScreenFrame
      screen="credentials"
      deeds={
        <DeedButton
          variant={credentials.length === 0 ? 'contained' : 'outlined'}
          blocked={blocked}
          onClick={importing}
        >
          Import credential…
        </DeedButton>
      }
    >
      <div className={styles['split']}>
        {list.failure ? (
          <FailureNotice failure={list.failure}>
            <Button onClick={list.again}>Read again</Button>
          </FailureNotice>
        ) : null}
        <div className={styles['list']}>
          <DataTable
            label="Credentials"
            columns={columns}
            rows={credentials}
            idOf={({ id }) => id}
            selected={selected}
            onSelect={({ id }) => setSelected(id)}
            onMenu={(_, place) => setMenu(place)}
            empty={whenEmpty(list, 'Reading credentials.', emptyTexts.credentials)}
          />
        </div>
        {chosen ? (
          <CredentialDetail key={chosen.id} credential={chosen} blocked={blocked} test={test} />
        ) : null}
      </div>
      <CredentialMenu
        chosen={chosen}
        blocked={blocked}
        test={test}
        place={menu}
        onClose={() => setMenu(null)}
      />
    </ScreenFrame>
  );
}

function CredentialMenu({
  chosen,
  blocked,
  test,
  place,
  onClose,
}: {
  readonly chosen: Credential | null;
  readonly blocked: string | null;
  readonly test: ConnectionTest;
  readonly place: MenuPlace | null;
  readonly onClose: () => void;
}) {
  const show = useDialogs((state) => state.show);
  return (
    <ContextMenu
      label={chosen?.name ?? 'Credential'}
      place={place}
      onClose={onClose}
      sections={[
        {
          entries: [
            {
              label: 'Test connection',
              blocked,
              run: () => void (chosen && test.run(chosen)),
            },
            {
              label: 'Find in AWS…',
              blocked,
              run: () => {
                if (chosen === null) return;
                const { id, name } = chosen;
                show({ kind: 'find-in-aws', of: { what: 'credential', id, name } });
              },
            },
            {
              label: 'TLS…',
              blocked: blocked ?? (chosen ? withoutTls(chosen) : null),
              run: () =>
                chosen ? show({ kind: 'credential-tls', credential: chosen.id }) : undefined,
            },
            {
              label: 'Remove…',
              blocked,
              run: () =>
                chosen ? show({ kind: 'remove-credential', credential: chosen.id }) : undefined,
            },
          ],
        },
      ]}
    />
  );
}
