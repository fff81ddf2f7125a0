import type { z } from 'zod';
import type { keyOps } from '../../../shared/contract/key.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { nameOfSpec } from '../../../shared/model/key-kinds.ts';
import type { Read } from '../cloud/answers.ts';
import type { CloudConnection } from '../cloud/cloud.ts';
import { differingStatements } from '../cloud/policy/compare.ts';
import { describePolicy, describeStatement } from '../cloud/policy/describe.ts';
import { parsePolicy } from '../cloud/policy/import.ts';
import { proveCopy, requireAccount } from '../jobs/kinds/reading.ts';
import type { Group, Key, RemoteKey } from '../keystore/rows.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';
import { viewKeyDetail } from './key-view.ts';

type Comparison = z.output<typeof keyOps.comparePolicy.output>;

/** A key that is in AWS, and a connection that is of its group's account. */
async function inAws(open: OpenKeystore, reference: string) {
  const { key, remote } = open.references.key(reference);
  if (!remote) throw new OperationError('KEY_NOT_IN_AWS', { version: key.version });
  const group = open.groups.get(key.groupId);
  const connection = await open.deeds.connect(group, remote.region);
  await requireAccount(open.deeds, connection, group, {});
  return { key, remote, group, connection };
}

interface Subject {
  readonly key: Key;
  readonly remote: RemoteKey;
  readonly group: Group;
  readonly connection: CloudConnection;
}

/** Looks at a KMS key, and leaves in the audit log which call was made and which request answered. */
async function look<Answer extends Read>(
  open: OpenKeystore,
  reference: string,
  call: string,
  read: (subject: Subject) => Promise<Answer>,
): Promise<Subject & { readonly answer: Answer; readonly at: Read }> {
  const subject = await inAws(open, reference);
  const answer = await read(subject);
  const { key, group } = subject;
  open.audit('OK', [key.id], {
    name: `${group.name}/${key.version}`,
    call,
    requestId: answer.requestId,
  });
  return {
    ...subject,
    answer,
    at: { requestId: answer.requestId, readAt: answer.readAt },
  };
}

/** The template of the group against what AWS has, statement by statement. */
function comparison(template: string | null, inAwsNow: string): Omit<Comparison, keyof Read> {
  const aws = parsePolicy(inAwsNow);
  const side = { text: inAwsNow, reading: [...describePolicy(aws)] };
  if (template === null) return { same: null, here: null, inAws: side, differences: [] };
  const own = parsePolicy(template);
  const named = (policy: typeof own, name: string): string | null => {
    const found = policy.statements.find(
      ({ sid, number }) => name === (sid ?? `statement ${number}`),
    );
    return found ? describeStatement(found) : null;
  };
  const differences = differingStatements(template, inAwsNow).map(({ name, how }) => ({
    name,
    how,
    here: how === 'added' ? null : named(own, name),
    inAws: how === 'removed' ? null : named(aws, name),
  }));
  return {
    same: differences.length === 0,
    here: { text: template, reading: [...describePolicy(own)] },
    inAws: side,
    differences,
  };
}

/**
 * AWS lists the materials of symmetric keys only: every other key keeps its first one for life.
 * @throws OperationError NOTHING_TO_DO
 */
function requireNamed({ spec }: Key): void {
  if (spec === 'SYMMETRIC_DEFAULT') return;
  const reason = `AWS lists no materials of ${nameOfSpec(spec)} keys: each keeps its first one for life`;
  throw new OperationError('NOTHING_TO_DO', { reason });
}

/** Looks at one key by itself: its kept copy, and what AWS says of its KMS key. */
export const keyLooks = (
  access: Access,
): Pick<HandlersOfNoun<'key'>, 'prove' | 'grants' | 'comparePolicy' | 'materials'> => ({
  prove: async (input) => {
    const open = access.open();
    const { key } = open.references.key(input.key);
    try {
      const { text } = await proveCopy(open.deeds, key.id);
      open.store.change(() => {
        open.keys.markOpened(key.id, open.clock.now(), true);
        open.keys.addEvent(key.id, `Proved: ${text}`, null);
        const name = `${open.groups.get(key.groupId).name}/${key.version}`;
        open.audit('OK', [key.id], { name, kcv: key.kcv.value });
      });
    } catch (error) {
      if (!(error instanceof OperationError) || error.code !== 'HSM_KEY_DIFFERS') throw error;
      // What was proved before is not true any more; the gate audits the refusal.
      open.store.change(() => {
        open.keys.markOpened(key.id, open.clock.now(), false);
        open.keys.addEvent(key.id, 'Proof failed: our copy does not open as noted at birth', null);
      });
      open.changed('key', key.id);
      throw error;
    }
    open.changed('key', key.id);
    return viewKeyDetail(open, open.keys.get(key.id));
  },

  grants: async (input) => {
    const read = await look(access.open(), input.key, 'ListGrants', ({ connection, remote }) =>
      connection.listGrants(remote.kmsKeyId),
    );
    const grants = read.answer.grants.map((grant) => ({
      ...grant,
      operations: [...grant.operations],
    }));
    return { keyId: read.remote.kmsKeyId, grants, ...read.at };
  },

  comparePolicy: async (input) => {
    const read = await look(access.open(), input.key, 'GetKeyPolicy', ({ connection, remote }) =>
      connection.getPolicy(remote.kmsKeyId),
    );
    return { ...comparison(read.group.policy, read.answer.policy), ...read.at };
  },

  materials: async (input) => {
    const open = access.open();
    requireNamed(open.references.key(input.key).key);
    const read = await look(open, input.key, 'ListKeyRotations', ({ connection, remote }) =>
      connection.listKeyMaterials(remote.kmsKeyId),
    );
    const materials = read.answer.materials.map((material) => ({
      materialId: material.materialId,
      state: material.state,
      importState: material.importState,
      description: material.description,
      validTo: material.validTo,
      ours: material.materialId === read.remote.materialId,
    }));
    return { keyId: read.remote.kmsKeyId, materials, ...read.at };
  },
});
