import type { OutputFor } from '../../../shared/contract/index.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { turnBlocked } from './key-menu.ts';

type KeyView = OutputFor<'key.list'>['keys'][number];

/** Disables the key in AWS, or enables one that is disabled. */
export function TurnButton({ of: key }: { readonly of: KeyView }) {
  const show = useDialogs((state) => state.show);
  const blocked = useBlocked();
  const turn = key.remote?.state === 'Disabled' ? 'enable' : 'disable';
  return (
    <DeedButton
      blocked={turnBlocked(turn, key, blocked)}
      onClick={() => show({ kind: 'turn-key', key: key.id, turn })}
    >
      {turn === 'enable' ? 'Enable in AWS…' : 'Disable in AWS…'}
    </DeedButton>
  );
}
