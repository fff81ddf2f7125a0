import type { DialogProps } from '../../dialogs.tsx';
import { counted } from '../../../shared/text/counted.ts';
import { blockConsequences } from '../../../shared/text/xks.ts';
import { useBlocked } from '../../state/blocked.ts';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Points } from './points.tsx';
import { useXksKey, useXksStore } from './use-target.ts';
import { isolate } from '../../../shared/text/isolate.ts';

/** The kill switch of a store or a key, and the disabling of a key: what follows is said first. */
export function StopDialog({ dialog, close }: DialogProps<'xks-stop'>) {
  const { how, target, id } = dialog;
  const store = useXksStore(target === 'store' ? id : null);
  const key = useXksKey(target === 'key' ? id : null);
  const kill = useDeed('xks.kill');
  const disable = useDeed('xksKey.disable');
  const blocked = useBlocked();
  const { thing, absent, failure: unread } = target === 'store' ? store : key;
  const what = target === 'store' ? 'the whole store' : 'the external key';
  const name = thing === null ? what : isolate(thing.name);
  const busy = kill.busy || disable.busy;
  const verb = how === 'block' ? 'Block' : 'Disable';
  const go = async (): Promise<void> => {
    if (how === 'disable') {
      if (!(await disable.run({ key: id }))) return;
      say(`Disabled the external key ${name}.`);
    } else {
      const asked = target === 'store' ? { store: id } : { key: id };
      const serving = await kill.run({ ...asked, confirm: true });
      if (!serving) return;
      const obey = serving.nodes.filter(({ newest }) => newest).length;
      say(
        `Blocked ${name}. ${counted(obey, 'proxy').replace('proxys', 'proxies')} on this computer obey${obey === 1 ? 's' : ''}.`,
      );
    }
    close();
  };
  const failure = kill.failure ?? disable.failure;
  return (
    <DialogFrame
      title={`${verb} ${thing === null ? what : `${what} ${name}`}?`}
      subject={
        store.thing ? `${counted(store.thing.keys, 'external key')} in it` : key.thing?.storeName
      }
      busy={busy}
      onClose={close}
      deeds={
        <>
          <LeaveButton autoFocus>Leave it as it is</LeaveButton>
          <DeedButton
            variant="contained"
            color="error"
            blocked={blocked ?? absent}
            disabled={busy}
            onClick={() => void go()}
          >
            {busy ? 'Telling the proxies…' : `${verb} ${name}`}
          </DeedButton>
        </>
      }
    >
      <Points
        label="What follows"
        points={how === 'block' ? blockConsequences : disableConsequences}
      />
      <p>
        {how === 'block'
          ? 'Nothing is deleted. Lifting the block lets everything go on as it was, within a second.'
          : 'Nothing is deleted. Enabling the key again lets everything go on as it was.'}
      </p>
      {unread ? <FailureNotice failure={unread} /> : null}
      {failure ? <FailureNotice failure={failure} /> : null}
    </DialogFrame>
  );
}

const disableConsequences: readonly string[] = [
  'AWS goes on showing the KMS key as Enabled; every use fails with KMSInvalidStateException',
  ...blockConsequences.slice(2),
];
