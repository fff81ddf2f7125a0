import type { z } from 'zod';
import type { SynchronizePlan, keyOps } from '../../../shared/contract/key.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { usualEnd } from '../../../shared/model/material-end.ts';
import { plannedDeletion } from '../jobs/kinds/force-rotate.ts';
import { sealPlan } from '../jobs/kinds/plan.ts';
import { planSynchronize } from '../jobs/kinds/plan-synchronize.ts';
import type { CloudConnection } from '../cloud/cloud.ts';
import { followAlias, readHolder, requireAccount } from '../jobs/kinds/reading.ts';
import { noteHolder, noteReading } from '../jobs/kinds/standing.ts';
import { synchronizeTitle } from '../jobs/kinds/titles.ts';
import type { Group, Key } from '../keystore/rows.ts';
import type { SynchronizePayload } from '../jobs/kinds/synchronize.ts';
import { publicKeyHandler } from './public-key.ts';
import { startDeed } from './start-deed.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';
import { keysEnding } from './key-endings.ts';
import { keyLooks } from './key-looks.ts';
import { keyTurnHandlers } from './key-turn.ts';
import { viewKey, viewKeyDetail } from './key-view.ts';

type SynchronizeInput = z.output<typeof keyOps.planSynchronize.input>;

const latestDeletion = 365 * 86_400_000;

async function plan(
  open: OpenKeystore,
  input: SynchronizeInput,
): Promise<{
  plan: SynchronizePlan;
  payload: SynchronizePayload;
  group: Group;
  key: Key;
  former: number | null;
}> {
  const found = open.references.key(input.key);
  const group = open.groups.get(found.key.groupId);
  const now = open.clock.now();
  const asGroup = group.materialDays === null ? null : plannedDeletion(now, group.materialDays);
  const usual = () => usualEnd(open.keys.get(found.key.id).remote, asGroup, input, now);
  const validTo = input.validTo === undefined ? usual() : input.validTo;
  if (validTo !== null && (validTo <= now || validTo > now + latestDeletion)) {
    throw new OperationError('BAD_INPUT', {
      field: 'validTo',
      problem: 'AWS takes a time in the future, at most 365 days ahead',
    });
  }
  const choices = {
    groupId: group.id,
    keyId: found.key.id,
    deleteMaterial: input.deleteMaterial,
    updatePolicy: input.updatePolicy,
    importMaterial: input.importMaterial,
    validTo: validTo === null ? null : Math.floor(validTo / 1000) * 1000,
    daysOfGroup: input.validTo === undefined && validTo === asGroup ? group.materialDays : null,
  };
  const draft = await planSynchronize(open.deeds, group, found, {
    ...choices,
    reference: `${open.references.groupPath(group)}/${found.key.version}`,
  });
  const payload: SynchronizePayload = {
    ...choices,
    deletes: draft.calls.some(({ call }) => call === 'DeleteImportedKeyMaterial'),
    typed: draft.confirmName !== null,
  };
  open.changed('key', found.key.id);
  // what was read just now may have another date, and the next plan would go by that
  if (input.validTo === undefined && usual() !== validTo) return plan(open, input);
  const former = open.jobs.former('key.synchronize', found.key.id);
  return {
    former,
    plan: sealPlan(draft, {
      now,
      former,
      runningJob: open.jobs.underWay('key.synchronize', payload),
      doneBy: open.jobs.doneBy('key.synchronize', group),
    }),
    payload,
    group,
    key: found.key,
  };
}

/**
 * A date that a person chose is not renewed past; one that follows from the template is. What AWS has now
 * and keeps stays whichever of the two it was.
 */
function noteChosenEnd(
  open: OpenKeystore,
  chosen: number | null | undefined,
  { keyId, validTo }: SynchronizePayload,
): void {
  const stays = chosen === undefined && validTo === (open.keys.get(keyId).remote?.validTo ?? null);
  if (!stays) open.renewals.choose(keyId, chosen === undefined ? null : validTo);
}

async function checkHolder(
  open: OpenKeystore,
  connection: CloudConnection,
  group: Group,
): Promise<void> {
  const holder = await readHolder(open.deeds, connection, group, {});
  open.store.change(() => {
    noteHolder(open.deeds, group, holder);
    // a job that began while AWS was asked says itself what becomes of the alias
    if (open.jobs.ofGroup(group.id).jobAtWork === null) followAlias(open.deeds, group, holder);
  });
}

/** Keys: what is kept here and what AWS has of it. */
export const keyHandlers = (access: Access): HandlersOfNoun<'key'> => ({
  ...keyLooks(access),
  ...keyTurnHandlers(access),
  publicKey: publicKeyHandler(access),

  list: (input) => {
    const open = access.open();
    const after = input.after === null ? null : open.keys.byId(input.after);
    if (input.after !== null && after === null) {
      throw new OperationError('BAD_INPUT', { field: 'after', problem: 'not a page mark' });
    }
    const { keys, total } = open.keys.list({
      groupId: input.group === null ? null : open.references.group(input.group).id,
      find: input.find,
      limit: input.limit,
      after: after ? { groupId: after.key.groupId, version: after.key.version } : null,
    });
    const last = keys.length === input.limit ? keys.at(-1) : undefined;
    return { keys: keys.map((key) => viewKey(open, key)), total, next: last?.key.id ?? null };
  },

  ending: (input) => keysEnding(access.open(), input),

  show: (input) => {
    const open = access.open();
    return viewKeyDetail(open, open.references.key(input.key));
  },

  check: async (input) => {
    const open = access.open();
    const { key, remote } = open.references.key(input.key);
    if (!remote) throw new OperationError('KEY_NOT_IN_AWS', { version: key.version });
    const group = open.groups.get(key.groupId);
    const connection = await open.deeds.connect(group, remote.region);
    await requireAccount(open.deeds, connection, group, {});
    await noteReading(open.deeds, connection, key.id);
    // whoever looks sees whether it has the alias; a job at work moves it and notes that itself
    const atWork = open.jobs.ofGroup(group.id).jobAtWork !== null;
    if (remote.region === group.region && !atWork) await checkHolder(open, connection, group);
    open.audit('OK', [key.id], { name: `${group.name}/${key.version}` });
    open.changed('key', key.id);
    return viewKey(open, open.keys.get(key.id));
  },

  planSynchronize: async (input) => (await plan(access.open(), input)).plan,

  synchronize: async (input, caller) => {
    const open = access.open();
    const { plan: now, payload, group, key, former } = await plan(open, input);
    const { groupId, keyId, deletes: _deletes, typed: _typed, ...choices } = payload;
    return startDeed(open, {
      kind: 'key.synchronize',
      payload,
      title: synchronizeTitle(group, key),
      subjects: { group: groupId, key: keyId },
      plan: now,
      given: input.plan,
      caller,
      former: { subject: keyId, number: former },
      details: choices,
      prepare: () => {
        if (now.confirmName !== null && input.confirm !== now.confirmName) {
          throw new OperationError('NAME_NOT_TYPED', { name: now.confirmName });
        }
        if (payload.importMaterial) noteChosenEnd(open, input.validTo, payload);
      },
    });
  },
});
