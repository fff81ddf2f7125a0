import Button from '@mui/material/Button';
import { emptyTexts } from '../../../shared/text/states.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useNavigation } from '../../state/navigation.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import styles from './key-groups.module.css';
import { useTreeState } from './tree-state.ts';

/** In place of rows: what a key group is, and how the first one comes. */
export function TreeEmpty({ ready }: { readonly ready: boolean }) {
  const show = useDialogs((state) => state.show);
  const go = useNavigation((state) => state.go);
  const needsMe = useTreeState((state) => state.needsMe);
  const filter = useTreeState((state) => state.filter);
  const realm = useSnapshot().data?.keystore.realm;
  const blocked = useBlocked();
  if (!ready) return <p className="quiet">Reading key groups.</p>;
  if (needsMe) {
    return (
      <div className={styles['empty']}>
        <p>✓ No key group needs you.</p>
        <Button onClick={() => filter(false)}>Show all key groups</Button>
      </div>
    );
  }
  return (
    <div className={styles['empty']}>
      <p>{emptyTexts.groups}</p>
      <div className={styles['buttons']}>
        <DeedButton
          variant="contained"
          blocked={blocked}
          onClick={() => show({ kind: 'add-group', folder: null })}
        >
          Add Key Group…
        </DeedButton>
        {realm === 'practice' ? null : (
          <Button onClick={() => go('practice')}>Practise first</Button>
        )}
      </div>
    </div>
  );
}
