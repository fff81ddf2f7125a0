import type { OutputFor } from '../../../shared/contract/index.ts';
import { counted } from '../../../shared/text/counted.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { sayMoment } from '../../ui/moments.ts';
import { Facts } from '../../ui/screen.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { leftOnDeviceText, linkedText } from '../../../shared/text/xks.ts';
import { storageTexts } from '../../../shared/text/states.ts';
import { ProxyCertificate } from './proxy-certificate.tsx';
import { ProxyFigures } from './proxy-figures.tsx';
import { RefusedKmsKeys } from './refused-kms-keys.tsx';
import { serveCommand } from './serve-command.ts';
import { useServing } from './use-serving.ts';
import styles from './xks.module.css';
import { healthWord, proxyState } from './xks-words.ts';

/** Days before its end from which a certificate needs somebody. */
const soon = 30;

type ServingView = OutputFor<'xks.status'>;

/** Which proxies serve what is published, and how they are. */
export function StoreProxies() {
  const read = useServing();
  const publish = useDeed('xks.publish');
  const blocked = useBlocked();
  const show = useDialogs((state) => state.show);
  const again = async (): Promise<void> => {
    const view = await publish.run({});
    if (view) say(`Published serving set ${view.revision}.`);
  };
  const serving = read.data;
  return (
    <div className={styles['parts']}>
      {read.failure ? <FailureNotice failure={read.failure} /> : null}
      {serving ? (
        <>
          <Facts
            facts={[
              ['Proxies', <StateWord key="state" state={proxyState(serving)} />],
              ['Serving set', `${serving.revision}, published ${serving.published ?? 'not yet'}`],
              ['Folder', <code key="folder">{serving.folder}</code>],
              [
                'External keys',
                serving.storage === null ? 'none yet' : storageTexts[serving.storage],
              ],
              ...(serving.leftOnDevice === 0
                ? []
                : ([['Still on the device', leftOnDeviceText(serving.leftOnDevice)]] as const)),
            ]}
          />
          {serving.nodes.length === 0 ? (
            <StartOne storage={serving.storage} />
          ) : (
            <Nodes nodes={serving.nodes} />
          )}
          <ProxyFigures nodes={serving.nodes} />
          <RefusedKmsKeys refused={serving.refusedKmsKeys} />
          <ProxyCertificate />
        </>
      ) : null}
      {publish.failure ? <FailureNotice failure={publish.failure} /> : null}
      <div className={styles['line']}>
        <DeedButton blocked={null} onClick={read.again}>
          Ask the proxies again
        </DeedButton>
        <DeedButton blocked={null} onClick={() => show({ kind: 'xks-reconcile' })}>
          Match with CloudTrail…
        </DeedButton>
        <DeedButton blocked={blocked} disabled={publish.busy} onClick={() => void again()}>
          Publish again
        </DeedButton>
      </div>
    </div>
  );
}

function StartOne({ storage }: Pick<ServingView, 'storage'>) {
  const keystore = useSnapshot().data?.keystore.path;
  const { data: shown } = useRead('xks.certificate', {});
  const imported = shown !== undefined && shown.current !== null;
  return (
    <>
      <p>
        No proxy has been started on this computer. It is a process of its own, and serves on when
        the keystore is locked. AWS needs one before the store can be created there.
      </p>
      {keystore === undefined || shown === undefined ? null : (
        <CommandLine command={serveCommand({ keystore, imported, storage })} />
      )}
      {storage === 'hsm' ? (
        <p className="quiet">
          PIN-FILE holds the PIN of the token, and only you may read it. A practice token that
          Keyreeve made needs none: leave it out.
        </p>
      ) : null}
    </>
  );
}

type Node = ServingView['nodes'][number];

function Nodes({ nodes }: { readonly nodes: readonly Node[] }) {
  return (
    <div className={styles['scroll']}>
      <table className={styles['rows']} aria-label="Proxies">
        <thead>
          <tr>
            <th scope="col">Proxy</th>
            <th scope="col">Health</th>
            <th scope="col">Serves set</th>
            <th scope="col">Certificate</th>
            <th scope="col">Audit</th>
            <th scope="col">Trouble</th>
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => (
            <tr key={node.node}>
              <td>{node.node}</td>
              <td>
                <StateWord state={healthWord(node.revision === null ? null : node.health)} />
              </td>
              <td>
                {node.revision === null ? (
                  '-'
                ) : node.newest ? (
                  node.revision
                ) : (
                  <span className="tone-attention">! {node.revision}, not the newest</span>
                )}
              </td>
              <td>{certificateOf(node.certificateDays)}</td>
              <td>
                {node.audit.broken ? (
                  <span className="tone-attention">! {linkedText(node.audit, sayMoment)}</span>
                ) : (
                  linkedText(node.audit, sayMoment)
                )}
              </td>
              <td>{node.problem ?? 'none'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function certificateOf(days: number | null) {
  if (days === null) return '-';
  if (days < 0) return <span className="tone-attention">! ended</span>;
  const words = `ends in ${counted(days, 'day')}`;
  return days < soon ? <span className="tone-attention">! {words}</span> : words;
}
