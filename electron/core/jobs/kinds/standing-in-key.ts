import type { Json } from '../../../../shared/model/json.ts';
import { leftoverTexts } from '../../../../shared/text/leftovers.ts';
import type { Key, RemoteKey } from '../../keystore/rows.ts';
import type { Leftovers, StandingLine } from '../kind.ts';
import { shortId } from './reading.ts';
import type { DeedServices } from './services.ts';

/** How far a job came. */
export interface Progress {
  readonly outputs: Readonly<Record<string, Json>>;
  readonly stepStates: Readonly<Record<string, string>>;
}

const used: readonly (string | null)[] = ['CURRENT', 'NON_CURRENT'];

/** True of a version in a shared KMS key under which AWS does not encrypt yet. */
export const isUnusedMaterial = ({ materialState }: RemoteKey): boolean =>
  materialState !== null && !used.includes(materialState);

/** What AWS has of such a version, read just now. */
export function unusedMaterialLine(
  { keys }: DeedServices,
  { key, remote }: { readonly key: Key; readonly remote: RemoteKey },
  { outputs, stepStates }: Progress,
): StandingLine {
  const line = (good: boolean | null, text: string): StandingLine => ({
    good,
    text,
    readAt: remote.readAt,
  });
  const where = `KMS key ${shortId(remote.kmsKeyId)}`;
  if (remote.materialState === 'NOT_IMPORTED') {
    const begun = stepStates['import'] === 'begun' || outputs['import'] !== undefined;
    // The only material of a KMS key enables it: one that still waits has none.
    const sharing = keys.ofGroup(key.groupId).filter((of) => of.remote?.arn === remote.arn);
    return begun && !(sharing.length === 1 && remote.state === 'PendingImport')
      ? line(null, `${where} may hold the material of version ${key.version}, unused`)
      : line(true, `Nothing of version ${key.version} is in ${where}, which is ${remote.state}`);
  }
  const told = stepStates['rotate'] === 'begun' || outputs['rotate'] !== undefined;
  const waits = `The material of version ${key.version} waits in ${where}`;
  if (remote.state !== 'Enabled') return line(false, `${waits}, which is ${remote.state}`);
  return told || stepStates['rotate'] === 'done'
    ? line(null, `${waits}; AWS may be rotating to it`)
    : line(true, `${waits}; AWS encrypts under the version before`);
}

/** What would stay of a rotation within a KMS key that versions share: the KMS key is no leftover. */
export function leftoversInKey(
  services: DeedServices,
  keyId: string | null,
  stepStates: Readonly<Record<string, string>>,
): Leftovers {
  const found = keyId === null ? null : services.keys.byId(keyId);
  if (!found?.remote) return leftoverTexts({ what: 'nothing' });
  const { key, remote } = found;
  const done = used.includes(remote.materialState);
  const told = stepStates['rotate'] === 'begun' || stepStates['rotate'] === 'done';
  const sent = remote.materialState !== 'NOT_IMPORTED' || stepStates['import'] === 'done';
  return leftoverTexts({
    what: 'material',
    version: key.version,
    key: shortId(remote.kmsKeyId),
    state: remote.state,
    material: done
      ? 'current'
      : told
        ? 'rotating'
        : sent
          ? 'waiting'
          : stepStates['import'] === 'begun'
            ? 'in-doubt'
            : 'none',
  });
}
