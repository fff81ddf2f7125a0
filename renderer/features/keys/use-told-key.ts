import { useEffect } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { useSelection } from '../../state/selection.ts';

type KeyView = OutputFor<'key.list'>['keys'][number];

/** Tells the window's commands which key they would be about. */
export function useToldKey(key: Pick<KeyView, 'id' | 'groupName' | 'version'> | null): void {
  const select = useSelection((state) => state.select);
  const id = key?.id ?? null;
  const name = key ? `${key.groupName}, version ${key.version}` : '';
  useEffect(() => {
    select(id === null ? null : { kind: 'key', id, name });
    return () => select(null);
  }, [select, id, name]);
}
