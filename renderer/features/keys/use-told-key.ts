import { useEffect } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { isolate } from '../../../shared/text/isolate.ts';
import { useSelection } from '../../state/selection.ts';

type KeyView = OutputFor<'key.list'>['keys'][number];

/** Tells the window's commands which key they would be about. */
export function useToldKey(key: KeyView | null): void {
  const select = useSelection((state) => state.select);
  useEffect(() => {
    if (key === null) return;
    const name = `${isolate(key.groupName)}, version ${key.version}`;
    select({ kind: 'key', id: key.id, name, key });
    return () => select(null);
  }, [select, key]);
}
