import { memo } from 'react';
import Button from '@mui/material/Button';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useRead } from '../../state/reads.ts';
import { kindText } from '../../../shared/text/key-kinds.ts';
import { keyStates, shortId } from '../../../shared/text/states.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Ident } from '../../ui/ident.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { makeActiveBlocked, synchronizeBlocked } from '../keys/key-menu.ts';
import { ProveCopy } from '../keys/prove-copy.tsx';
import { TurnButton } from '../keys/turn-button.tsx';
import styles from './key-groups.module.css';
import { expirySentence, kcvMethods, keySentence } from './key-sentence.ts';
import { Copies, History, PaneFacts } from './pane-parts.tsx';
import type { KeyView } from './tree-lists.ts';
import { isolate } from '../../../shared/text/isolate.ts';

/** A key beside the tree: its state, its ids, where copies are, what happened to it. */
export const KeyPane = memo(function KeyPane({ view }: { readonly view: KeyView }) {
  const show = useDialogs((state) => state.show);
  const blocked = useBlocked();
  const read = useRead('key.show', { key: view.id }, { keep: false });
  const detail = read.data;
  const key = detail ?? view;
  const { remote } = key;
  const noMakeActive = makeActiveBlocked(key, blocked);
  return (
    <>
      <div>
        <h2>{`${isolate(key.groupName)}, version ${key.version}`}</h2>
        <StateWord state={keyStates[key.state]} />
        <p>{keySentence(key)}</p>
      </div>
      <PaneFacts
        facts={[
          ...(remote
            ? ([
                ['KMS key', <Ident key="id" value={remote.keyId} what="KMS key id" />],
                [
                  'ARN',
                  <Ident
                    key="arn"
                    value={remote.arn}
                    shown={`…:key/${shortId(remote.keyId)}`}
                    what="ARN"
                  />,
                ],
              ] as const)
            : []),
          ['Type', kindText(key)],
          [
            'KCV',
            <span key="kcv">
              <Ident value={key.kcv.value} what="KCV" short={false} />
              <span className="detail"> {kcvMethods[key.kcv.method]}</span>
            </span>,
          ],
          ...(remote?.materialId
            ? ([
                ['Material', <Ident key="m" value={remote.materialId} what="material id" />],
              ] as const)
            : []),
          ...(detail?.publicKeySha256
            ? ([
                [
                  'Public key',
                  <Ident key="pub" value={detail.publicKeySha256} what="public key's SHA-256" />,
                ],
              ] as const)
            : []),
          ['Expires', expirySentence(key)],
        ]}
      />
      <Copies copies={detail?.copies}>
        <ProveCopy of={view.id} />
      </Copies>
      {read.failure ? <FailureNotice failure={read.failure} /> : null}
      <div className={styles['buttons']}>
        <DeedButton
          blocked={synchronizeBlocked(key, blocked)}
          onClick={() => show({ kind: 'synchronize', key: key.id })}
        >
          Synchronize…
        </DeedButton>
        {noMakeActive === null ? (
          <Button onClick={() => show({ kind: 'make-active', key: key.id })}>Make Active…</Button>
        ) : null}
        {remote === null ? null : <TurnButton of={key} />}
        <Button onClick={() => show({ kind: 'key-properties', key: key.id })}>Properties</Button>
      </div>
      <History history={detail?.history} most={5} />
    </>
  );
});
