import { counted, sayCount } from '../../../shared/text/counted.ts';
import { kindText } from '../../../shared/text/key-kinds.ts';
import { memo } from 'react';
import Button from '@mui/material/Button';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useNavigation } from '../../state/navigation.ts';
import { useRead } from '../../state/reads.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { keyed } from '../../ui/keyed.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Ident } from '../../ui/ident.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { GroupTrouble } from './group-trouble.tsx';
import { PaneFacts } from './pane-parts.tsx';
import styles from './key-groups.module.css';
import type { FolderView } from '../../state/folders.ts';
import { forceRotateBlocked, synchronizeAllBlocked } from './tree-menus.ts';
import type { GroupCells } from './tree-sources.ts';
import { groupStateMeaning, groupStateText, sayNeeding, whenGroup } from './tree-words.ts';

/** A group beside the tree: what its keys are, where they go, when the next one comes. */
export const GroupPane = memo(function GroupPane({ view }: { readonly view: GroupCells }) {
  const show = useDialogs((state) => state.show);
  const showJobsOf = useNavigation((state) => state.showJobsOf);
  const blocked = useBlocked();
  const snapshot = useSnapshot().data;
  const read = useRead('group.show', { group: view.id }, { keep: false });
  const detail = read.data?.group;
  const group = detail ?? view;
  const rotateBlocked = snapshot ? forceRotateBlocked(group, { blocked, snapshot }) : blocked;
  const next = whenGroup(group, Date.now());
  return (
    <>
      <div>
        <h2>{group.name}</h2>
        <StateWord state={groupStateText(group)} />
        <p>{groupStateMeaning(group)}</p>
      </div>
      <GroupTrouble group={group} />
      <PaneFacts
        facts={[
          ['Account', group.account ?? 'known after the first connection'],
          ['Region', group.region],
          ['Alias', <Ident key="a" value={`alias/${group.alias}`} what="alias" short={false} />],
          ['Credential', `${group.credentialName} · ${group.connection}`],
          ['Key type', kindText(group)],
          ['Keys', keysOf(group)],
          ...(group.rotations ? [['KMS key', group.rotations.text] as const] : []),
          ['Rotates next', next === '' ? (group.rotate ? 'after its first key' : 'by hand') : next],
        ]}
      />
      <p className="quiet">{detail?.sentence ?? ''}</p>
      {keyed(detail?.remarks ?? []).map(({ key, thing: remark }) => (
        <p key={key}>
          <span aria-hidden="true" className="tone-attention">
            !{' '}
          </span>
          {remark}
        </p>
      ))}
      {read.failure ? <FailureNotice failure={read.failure} /> : null}
      <div className={styles['buttons']}>
        <DeedButton
          variant={group.needsYou ? 'outlined' : 'contained'}
          blocked={rotateBlocked}
          onClick={() => show({ kind: 'force-rotate', group: group.id })}
        >
          Force Rotate…
        </DeedButton>
        <DeedButton
          blocked={synchronizeAllBlocked(group, blocked)}
          onClick={() => show({ kind: 'synchronize-group', group: group.id })}
        >
          Synchronize all…
        </DeedButton>
        <Button onClick={() => show({ kind: 'group-properties', group: group.id })}>
          Properties
        </Button>
        <Button onClick={() => showJobsOf({ id: group.id, name: group.name })}>Show jobs</Button>
      </div>
    </>
  );
});

const keysOf = (group: Pick<GroupCells, 'keys' | 'activeVersion'>): string => {
  if (group.keys === 0) return 'none yet: Force Rotate makes the first';
  const active =
    group.activeVersion === null
      ? 'none holds the alias'
      : `version ${group.activeVersion} holds the alias`;
  return `${sayCount(group.keys)}, ${active}`;
};

/** A folder beside the tree: what is in it. */
export function FolderPane({
  folder,
  foldersIn,
}: {
  readonly folder: FolderView;
  readonly foldersIn: number;
}) {
  const show = useDialogs((state) => state.show);
  const blocked = useBlocked();
  return (
    <>
      <div>
        <h2>{folder.name}</h2>
        <p className="detail">{folder.path}</p>
      </div>
      <PaneFacts
        facts={[
          ['Folders', counted(foldersIn, 'folder')],
          ['Key groups', `${counted(folder.groups, 'group')}, folders below included`],
          [
            'Needs you',
            folder.needsYou === 0 ? (
              'nothing'
            ) : (
              <span key="n" className="tone-attention">
                ! {sayNeeding(folder.needsYou)}
              </span>
            ),
          ],
        ]}
      />
      <div className={styles['buttons']}>
        <DeedButton
          blocked={blocked}
          onClick={() => show({ kind: 'add-group', folder: folder.id })}
        >
          Add Key Group…
        </DeedButton>
      </div>
    </>
  );
}
