import { useCallback, useEffect, useRef, useState } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import type { CopyProof } from '../../../shared/text/key-looks.ts';
import type { Call } from '../../client/client.ts';
import type { DialogOf } from '../../state/dialogs.ts';
import { useHost } from '../../state/host.tsx';
import { failureOf } from '../../state/reads.ts';
import { keysOfGroup } from './keys-of-group.ts';

type KeyView = OutputFor<'key.list'>['keys'][number];

export interface ProvenKey {
  readonly key: Pick<KeyView, 'id' | 'version' | 'kcv' | 'state'>;
  readonly proof: CopyProof;
}

/** A key, or every key of a group, newest first. */
async function keysOf(call: Call, of: DialogOf<'prove-copies'>['of']): Promise<readonly KeyView[]> {
  if (of.what === 'key') return [await call('key.show', { key: of.id })];
  const keys = await keysOfGroup(call, of.id);
  return keys.toSorted((a, b) => b.version - a.version);
}

/**
 * Opens kept copies one after the other. A copy that is another key is a finding, and the next one is
 * opened all the same; anything else that fails would fail for each of them, and ends it.
 */
export function useProveCopies(of: DialogOf<'prove-copies'>['of']) {
  const { call } = useHost();
  const [keys, setKeys] = useState<readonly ProvenKey[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(true);
  // The newest run; an earlier one, or that of a dialog that was closed, goes no further.
  const run = useRef(0);
  const { what, id, name } = of;

  const begin = useCallback(async (): Promise<void> => {
    run.current += 1;
    const mine = run.current;
    const goesOn = (): boolean => run.current === mine;
    const set = (at: number, proof: CopyProof): void => {
      if (goesOn()) setKeys((now) => now.map((each, n) => (n === at ? { ...each, proof } : each)));
    };
    setBusy(true);
    setFailure(null);
    try {
      const found = await keysOf(call, { what, id, name });
      if (!goesOn()) return;
      setKeys(found.map((key) => ({ key, proof: 'waits' })));
      for (let at = 0; at < found.length && goesOn(); at += 1) {
        set(at, 'opening');
        set(at, await proofOf(call, found[at]?.id ?? ''));
      }
    } catch (error) {
      if (!goesOn()) return;
      setFailure(failureOf(error));
      setKeys((now) =>
        now.map((each) => (each.proof === 'opening' ? { ...each, proof: 'waits' } : each)),
      );
    } finally {
      if (goesOn()) setBusy(false);
    }
  }, [call, what, id, name]);

  useEffect(() => {
    void begin();
    return () => {
      run.current += 1;
    };
  }, [begin]);

  return { keys, failure, busy, again: () => void begin() };
}

async function proofOf(call: Call, key: string): Promise<CopyProof> {
  try {
    await call('key.prove', { key });
    return 'proved';
  } catch (error) {
    if (failureOf(error).code === 'HSM_KEY_DIFFERS') return 'differs';
    throw error;
  }
}
