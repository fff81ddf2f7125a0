import { z } from 'zod';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { renewalOf } from '../../../../shared/model/material-end.ts';
import { sayMinute } from '../../../../shared/model/span.ts';
import type { KmsKeyRead } from '../../cloud/answers.ts';
import type { RemoteKey } from '../../keystore/rows.ts';
import type { JobKind, StepResult, StepSpec } from '../kind.ts';
import { plannedDeletion } from './force-rotate.ts';
import { confirmImport } from './confirm-import.ts';
import { importSteps } from './import-steps.ts';
import { contentMatter } from './matters.ts';
import { lookedKey, readAlone, readKey } from './read-key.ts';
import { checkAccount, keyOpener, type OpenKey, proof, proveCopy, shortId } from './reading.ts';
import type { DeedServices } from './services.ts';
import { leftoversOf, standingOf } from './standing.ts';

const renewPayload = z.strictObject({
  groupId: z.uuid(),
  keyId: z.uuid(),
  /** Wall clock ms. */
  dueAt: z.number().int().optional(),
});
export type RenewPayload = z.output<typeof renewPayload>;

/**
 * Imports our copy again before AWS deletes it on its date, and so gives it a later one. The date is
 * reckoned when the copy is sent: days may lie between the beginning and that.
 */
export function renew(services: DeedServices): JobKind<RenewPayload> {
  const open = keyOpener(services);

  const imports = importSteps<RenewPayload>(services, async (context) => {
    const { group, key, remote, connection } = await open(context);
    const { materialDays } = group;
    return {
      group,
      key,
      kmsKeyId: remote.kmsKeyId,
      validTo: materialDays === null ? null : plannedDeletion(services.clock.now(), materialDays),
      materialId: remote.materialId,
      ...(remote.materialState === null || remote.materialId === null
        ? {}
        : { named: remote.materialId }),
      connection,
    };
  });

  return {
    name: 'key.renew',
    payload: renewPayload,
    steps: [checkStep(services, open), ...imports, confirmStep(services, open)],
    orderKey: (payload) => payload.groupId,
    deedKey: (payload) => `renew:${payload.keyId}`,
    dueAt: ({ dueAt }) => dueAt ?? null,
    matter: ({ keyId }) => contentMatter(keyId),
    needsDesignation: true,
    commitStep: null,
    standing: ({ payload, outputs }) =>
      standingOf(services, payload.groupId, payload.keyId, outputs),
    leftovers: ({ payload, stepStates }) => leftoversOf(services, payload.keyId, stepStates),
    onEnd: ({ jobId }) => services.parcels.drop(jobId),
  };
}

function checkStep(services: DeedServices, open: OpenKey): StepSpec<RenewPayload> {
  return {
    name: 'check',
    title: 'Check account, clock, key and our copy',
    changes: 'nothing',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      const { group, key, remote, connection } = await open(context, { checksItself: true });
      const seen = await checkAccount(services, connection, group, context);
      const keySeen = await readKey(services, connection, { key, remote }, context);
      const read = readAlone(lookedKey(keySeen));
      const reason = whyNot(group.materialDays, { read, remote }, services.clock.now());
      if (reason !== null) {
        services.store.change(() => keySeen.note());
        return stays(reason);
      }
      const opened = await proveCopy(services, key.id);
      return {
        type: 'done',
        output: { stateBefore: read.state },
        proof: [seen.proof, proof(sayNow(read, remote), read.requestId), opened],
        record: () => keySeen.note(),
      };
    },
  };
}

interface Seen {
  readonly read: KmsKeyRead;
  /** As it was last noted. */
  readonly remote: RemoteKey;
}

/** Why there is nothing to renew any more, whatever was due when the job was made; null: there is. */
function whyNot(days: number | null, { read, remote }: Seen, now: number): string | null {
  if (days === null) return 'the group lets AWS keep material for ever now';
  if (read.state === 'PendingImport') {
    // what expired is brought back; what somebody deleted before its date is not
    const expired = remote.validTo !== null && remote.validTo <= now;
    return expired ? null : 'AWS has no material of this key, and none has expired';
  }
  if (read.state !== 'Enabled' && read.state !== 'Disabled') return `AWS says ${read.state}`;
  if (read.validTo === null) return 'AWS does not delete the material any more';
  if (renewalOf(read.validTo, days) <= now) return null;
  return `AWS deletes the material on ${sayMinute(read.validTo)} only`;
}

const sayNow = ({ state, validTo }: KmsKeyRead, { kmsKeyId }: RemoteKey): string =>
  validTo === null
    ? `${shortId(kmsKeyId)} is ${state}`
    : `${shortId(kmsKeyId)} is ${state}, and its material would be deleted on ${sayMinute(validTo)}`;

const stays = (reason: string): StepResult => ({
  type: 'stop',
  error: new OperationError('NOTHING_TO_DO', { reason }),
});

function confirmStep(services: DeedServices, open: OpenKey): StepSpec<RenewPayload> {
  return {
    name: 'confirm',
    title: 'Confirm',
    changes: 'nothing',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      const opened = await open(context);
      return confirmImport(services, opened, context, (read) => {
        requireLaterDate(read, context.outputs['parameters']);
        const until = read.validTo === null ? 'for ever' : `until ${sayMinute(read.validTo)}`;
        return {
          proof: `, material kept ${until}`,
          event: `Renewed: AWS accepted our copy again and keeps it ${until}`,
        };
      });
    },
  };
}

/** AWS must say the date that was sent: without it the key is deleted on the former one all the same. */
function requireLaterDate(read: KmsKeyRead, sent: unknown): void {
  const { materialEnd } = sent as { readonly materialEnd: number | null };
  if (read.validTo === null || (materialEnd !== null && read.validTo >= materialEnd)) return;
  throw new OperationError('READ_BACK_DIFFERS', {
    what: 'date on which AWS deletes the material',
    expected: materialEnd === null ? 'never' : sayMinute(materialEnd),
    found: sayMinute(read.validTo),
    keyId: read.keyId,
  });
}
