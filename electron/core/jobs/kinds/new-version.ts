import { isolate } from '../../../../shared/text/isolate.ts';
import type { Json } from '../../../../shared/model/json.ts';
import { nameOfSpec } from '../../../../shared/model/key-kinds.ts';
import { addSpan } from '../../../../shared/model/span.ts';
import type { KeyBlob } from '../../hsm/driver.ts';
import { uuidv7 } from '../../kernel/uuid.ts';
import type { Group, Key } from '../../keystore/rows.ts';
import type { Vault } from '../../keystore/vaults.ts';
import type { StepResult } from '../kind.ts';
import { proof, sayMethod } from './reading.ts';
import type { GenerateOutput, RotationContext } from './rotation.ts';
import type { DeedServices } from './services.ts';

/** A version of another group whose material a new one gets. */
export interface Original {
  readonly key: Key;
  readonly group: Group;
}

/** What a version is made of: a key of the vault, wherever it was before. */
export interface Birth {
  readonly group: Group;
  readonly vault: Vault;
  readonly blob: KeyBlob;
  readonly came: 'made' | 'brought-in' | Original;
  /** Inside the `record` that keeps it. */
  readonly kept?: ((context: RotationContext, keyId: string) => void) | undefined;
}

/** A new version, kept in the transaction that records the outcome. */
export function newVersion(
  services: DeedServices,
  context: RotationContext,
  { group, vault, blob, came, kept }: Birth,
): StepResult {
  const { keys } = services;
  const now = services.clock.now();
  const keyId = uuidv7(services);
  const version = keys.nextVersion(group.id);
  const output: GenerateOutput & { readonly [key: string]: Json } = { keyId, version };
  const usualEnd = addSpan(now, group.keepValidFor);
  const ofItsOrigin =
    typeof came === 'string'
      ? {
          assurance: vault.probe.assurance,
          plannedEnd: usualEnd,
          broughtIn: came === 'brought-in',
          copiedFrom: null,
        }
      : {
          // it is as old as its material, and was where that was
          assurance: came.key.assurance,
          plannedEnd: Math.min(usualEnd, came.key.plannedEnd),
          broughtIn: came.key.broughtIn,
          copiedFrom: { keyId: came.key.id, group: came.group.name, version: came.key.version },
        };
  return {
    type: 'done',
    output,
    proof: [
      proof(
        `version ${version}, ${nameOfSpec(blob.spec)}, ${provedWords(came)} ${vault.title}, KCV ${blob.kcv.value} (${sayMethod(blob.kcv.method)})`,
      ),
    ],
    record: () => {
      keys.add(
        {
          id: keyId,
          groupId: group.id,
          version,
          usage: group.keyUsage,
          storage: group.storage,
          tokenSerial: group.storage === 'hsm' ? vault.master.tokenSerial : null,
          mechanism: blob.mechanism,
          masterId: blob.masterId,
          madeAt: now,
          backedUpAt: null,
          provedAt: null,
          ...ofItsOrigin,
        },
        blob,
      );
      keys.addEvent(keyId, `${eventWords(came)} ${vault.title}`, context.jobId);
      kept?.(context, keyId);
    },
  };
}

function provedWords(came: Birth['came']): string {
  if (came === 'made') return 'made in';
  if (came === 'brought-in') return 'brought into';
  return `copied from ${sayOriginal(came)}, which opened in`;
}

function eventWords(came: Birth['came']): string {
  if (came === 'made') return 'Made in';
  if (came === 'brought-in') return 'Brought in from elsewhere, not made here; opened in';
  const outside = came.key.broughtIn ? ', which was not made here' : '';
  return `Copied from ${sayOriginal(came)}${outside}: the same material; opened in`;
}

/** `payments-prod, version 2` */
export const sayOriginal = ({ key, group }: Original): string =>
  `${isolate(group.name)}, version ${key.version}`;
