import { nameOfSpec } from '../../../../shared/model/key-kinds.ts';
import { sayMinute } from '../../../../shared/model/span.ts';
import { isolate, quote } from '../../../../shared/text/isolate.ts';
import { sha256 } from '../../crypto/mac.ts';
import type { Group } from '../../keystore/rows.ts';
import type { KeptTransportKey } from '../../keystore/transport-keys.ts';
import { type IncomingKey, openIncoming } from './incoming-key.ts';
import { type Checks, shellWord } from './plan.ts';
import {
  type IncomingWords,
  planForceRotate,
  type RotationDraft,
  type RotationOptions,
} from './plan-force-rotate.ts';
import { sayMethod } from './reading.ts';
import type { DeedServices } from './services.ts';
import { sayTwin } from './twins.ts';

export interface Incoming {
  readonly transport: KeptTransportKey;
  readonly file: Uint8Array;
  readonly kcv: string;
}

/** Says what bringing this key in would do now. Opens it in the vault and reads AWS, changes nothing. */
export function planBringIn(
  services: DeedServices,
  group: Group,
  incoming: Incoming,
  options: RotationOptions,
): Promise<RotationDraft> {
  const words: IncomingWords = {
    deed: 'bring-in',
    title: `Bring a key into ${quote(group.name)}?`,
    command: `keyreeve group bring-in ${shellWord(options.reference)} --file FILE --kcv ${incoming.kcv}`,
    button: `Bring into ${isolate(group.name)}`,
    step: 'Open the brought-in key and check its KCV',
    takesFilled: true,
    sentence: (where, backed) =>
      `An ${nameOfSpec(group.keySpec)} key that was made elsewhere is opened ${where} and ${backed}; then a wrapped copy goes to AWS. Last of all the alias names its KMS key.`,
    look: (checks) => lookAtFile(services, group, incoming, checks),
  };
  return planForceRotate(services, group, options, words);
}

async function lookAtFile(
  services: DeedServices,
  group: Group,
  { transport, file, kcv }: Incoming,
  checks: Checks,
): ReturnType<IncomingWords['look']> {
  const { fingerprint, id: transportId } = transport;
  const opened = await checks.look(
    `The file opens under the transport key (SHA-256 ${fingerprint.slice(0, 16)}…), and its KCV is ${kcv}`,
    async () => {
      const vault = await services.vaults.ready(group.storage);
      return openIncoming(services, group, vault, { transportId, file, kcv });
    },
    {
      BRING_IN_NOT_OPENED: 'The file does not open under the transport key',
      BRING_IN_WRONG_LENGTH: 'What the file holds is not as long as this key type',
      BRING_IN_KCV_DIFFERS: `The key in the file has another KCV than ${kcv}`,
    },
  );
  if (opened === null) return null;
  const fileSha256 = sha256(file).toString('hex');
  return describe(services, group, opened, { fileSha256, endsAt: transport.endsAt });
}

function describe(
  services: DeedServices,
  group: Group,
  { blob, kept, elsewhere }: IncomingKey,
  { fileSha256, endsAt }: { readonly fileSha256: string; readonly endsAt: number },
) {
  const version = kept?.version ?? services.keys.nextVersion(group.id);
  const { value, method } = blob.kcv;
  return {
    version: kept?.version ?? null,
    changes: [
      kept
        ? `Version ${version}, which came in before and has no KMS key, is this key, KCV ${value} (${sayMethod(method)})`
        : `The key comes in as version ${version}, KCV ${value} (${sayMethod(method)}); its history says that it was not made here`,
    ],
    stays: [],
    lookFirst: [
      `Compare the SHA-256 of the wrapped key (not of base64) with the other system: ${fileSha256}. Whoever has the transport key can wrap a key of their own that fits a short KCV`,
      `The file can be opened until ${sayMinute(endsAt)}: a job that waits longer ends without it, and the key has to be wrapped again`,
      'Whoever had this key elsewhere may have it still: nothing here shows where it has been',
      ...elsewhere.map((each) => sayTwin(services, each)),
    ],
  };
}
