import type { OutputFor } from '../../../shared/contract/index.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Moment } from '../../ui/moment.tsx';
import { RealmTag } from '../../ui/realm.tsx';
import { Facts } from '../../ui/screen.tsx';
import { quoted } from './shell-words.ts';

/** Where a restored keystore would come to, or why none can come here. */
export function Destination({
  free,
  path,
  from,
}: {
  readonly free: boolean;
  readonly path: string;
  readonly from: string;
}) {
  if (free)
    return (
      <p>
        The keystore comes to <code>{path}</code>. It starts undesignated, so that it rotates
        nothing beside the computer it came from, and its jobs wait until somebody has looked at
        them.
      </p>
    );
  const source = from === '' ? 'FOLDER' : quoted(from);
  return (
    <>
      <p>
        A keystore is never overwritten, and something stands at <code>{path}</code>. Here a backup
        can be looked at and verified. To restore it, name a new file:
      </p>
      <CommandLine command={`keyreeve --keystore NEW-FILE keystore restore --from ${source}`} />
    </>
  );
}

/** What a backup says of itself; of one that was proved, what its report leaves out. */
export function BackupFacts({
  found,
  proved,
}: {
  readonly found: OutputFor<'keystore.lookAtBackup'>;
  readonly proved: boolean;
}) {
  const realm = ['Keystore', <RealmTag key="realm" realm={found.realm} />] as const;
  if (proved) return <Facts facts={[realm]} />;
  const state = `commit ${found.commitNumber} and what was added since; as it says of itself, not proved yet`;
  return (
    <Facts
      facts={[
        ['Copy', <code key="path">{found.path}</code>],
        realm,
        ['Full copy', <Moment key="at" at={found.takenAt} />],
        ['State', state],
      ]}
    />
  );
}
