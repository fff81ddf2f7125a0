import type { z } from 'zod';
import type { groupChanges, groupOps } from '../../../shared/contract/group.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { addSpan } from '../../../shared/model/span.ts';
import { describePolicy } from '../cloud/policy/describe.ts';
import { parsePolicy } from '../cloud/policy/import.ts';
import {
  busy,
  fixedByKeys,
  jobInTheWay,
  planGroupChange,
} from '../jobs/kinds/plan-group-change.ts';
import { requirePlan, sealPlan } from '../jobs/kinds/plan.ts';
import type { GroupChange, NewGroup } from '../keystore/groups.ts';
import type { Group } from '../keystore/rows.ts';
import { groupSentence } from '../keystore/views.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';
import { aliasFrom } from './group-alias.ts';
import { cannotCarry, requireKind } from './group-kind.ts';
import { formHandlers } from './group-form.ts';
import { requireSoundTemplate } from './group-template.ts';
import { viewGroup, viewOneGroup } from './group-view.ts';
import { groupSynchronizeHandlers } from './group-synchronize.ts';
import { groupsNeedingSomebody } from './needing.ts';
import { namesOf } from './renamed.ts';
import { rotationHandlers } from './rotation.ts';
import { bringInHandlers } from './bring-in.ts';
import { copyKeyHandlers } from './copy-key.ts';
import { findForGroup } from './scan.ts';

type Changes = z.output<typeof groupChanges>;

/** Field names of the contract to those of the row. */
function toRow(open: OpenKeystore, group: Group, changes: Changes): GroupChange {
  const { credential, folder, awsDeletesMaterialAfterDays, disableAfterRotating, ...same } =
    changes;
  const change: Record<string, unknown> = { ...same };
  if (credential !== undefined) change['credentialId'] = open.references.credential(credential).id;
  if (folder !== undefined) {
    change['folderId'] = folder === null ? null : open.references.folder(folder).id;
  }
  if (awsDeletesMaterialAfterDays !== undefined)
    change['materialDays'] = awsDeletesMaterialAfterDays;
  if (disableAfterRotating !== undefined) change['disableAfter'] = disableAfterRotating;
  const rotate = changes.rotate ?? group.rotate;
  if (changes.rotate !== undefined || changes.rotateEvery !== undefined) {
    const newest = open.keys.newestUsed(group.id)?.madeAt;
    const every = changes.rotateEvery ?? group.rotateEvery;
    change['nextRotationAt'] = rotate && newest !== undefined ? addSpan(newest, every) : null;
  }
  return change as GroupChange;
}

/** Changes that reach beyond this keystore's own rows once keys are there. */
const weighty = { alias: 'alias', region: 'Region', credential: 'credential' } as const;

/** Which of them are asked for, in words. */
const heavyOf = (changes: Changes): string =>
  (Object.keys(weighty) as (keyof typeof weighty)[])
    .filter((field) => changes[field] !== undefined)
    .map((field) => weighty[field])
    .join(' and ');

async function planEdit(open: OpenKeystore, reference: string, changes: Changes) {
  const group = open.references.group(reference);
  const change = toRow(open, group, changes);
  const next: Group = { ...group, ...change };
  requireSoundTemplate(next);
  const count = open.keys.ofGroup(group.id).length;
  const fixed = fixedByKeys(group, next, count, open.keys.currentOf(group.id)?.remote ?? null);
  if (fixed) throw fixed;
  const draft = await planGroupChange(open.deeds, group, next, {
    ...open.jobs.ofGroup(group.id),
    path: open.references.groupPath(group),
    folder: open.folders.path(next.folderId),
  });
  const now = open.clock.now();
  // it changes the keystore only, in one commit
  const plan = sealPlan(draft, { now, runningJob: null, doneBy: now });
  return { group, change, next, plan };
}

/** Which folder a list is limited to: its id, empty for the top, null for none. */
function folderAsked(
  open: OpenKeystore,
  input: { readonly directlyIn: string | null; readonly folder: string | null },
): string | null {
  if (input.directlyIn !== null) return input.directlyIn === 'top' ? '' : input.directlyIn;
  return input.folder === null ? null : open.references.folder(input.folder).id;
}

/** Key groups: containers and templates. */
export const groupHandlers = (access: Access): HandlersOfNoun<'group'> => ({
  ...readings(access),
  ...changes(access),
  ...formHandlers(access),
  ...rotationHandlers(access),
  ...bringInHandlers(access),
  ...copyKeyHandlers(access),
  ...groupSynchronizeHandlers(access),
  findInAws: findForGroup(access),
});

const readings = (access: Access): Pick<HandlersOfNoun<'group'>, 'list' | 'show' | 'planEdit'> => ({
  list: (input) => {
    const open = access.open();
    const needing = open.jobs.groupsNeedingYou();
    const folderId = folderAsked(open, input);
    const after = input.after === null ? null : cursor(input.after);
    const { groups, total } = open.groups.list({
      ...(folderId === null ? {} : { folderId }),
      find: input.find,
      limit: input.limit,
      after,
      ...(input.needsYou ? { only: groupsNeedingSomebody(open) } : {}),
    });
    const last = groups.length === input.limit ? groups.at(-1) : undefined;
    return {
      groups: groups.map((group) => viewGroup(open, group, needing)),
      total,
      next: last ? `${last.id}` : null,
    };
    function cursor(id: string) {
      const at = open.groups.byId(id);
      if (!at)
        throw new OperationError('BAD_INPUT', { field: 'after', problem: 'not a page mark' });
      return { name: at.name, id: at.id };
    }
  },

  show: (input) => {
    const open = access.open();
    const group = open.references.group(input.group);
    const policy = group.policy === null ? null : parsePolicy(group.policy);
    const aloud = policy ? describePolicy(policy) : [];
    return {
      group: viewOneGroup(open, group),
      policy: group.policy,
      policyReading: [...aloud],
    };
  },

  planEdit: async (input) => (await planEdit(access.open(), input.group, input.changes)).plan,
});

/**
 * A group as it was asked for, where that fits together and its keys can be made.
 * @throws OperationError NOT_FOUND, BAD_INPUT, POLICY_INVALID, HSM_NOT_ATTACHED, HSM_CANNOT_CARRY
 */
function newGroup(open: OpenKeystore, input: z.output<typeof groupOps.add.input>): NewGroup {
  const { credential, folder, alias, keyType, keyLength, keyUsage, ...more } = input;
  const { awsDeletesMaterialAfterDays, disableAfterRotating, ...rest } = more;
  const group = {
    ...rest,
    ...requireKind({ keyType, keyLength, keyUsage }),
    credentialId: open.references.credential(credential).id,
    folderId: folder === null ? null : open.references.folder(folder).id,
    alias: alias ?? aliasFrom(input.name),
    materialDays: awsDeletesMaterialAfterDays,
    disableAfter: disableAfterRotating,
    nextRotationAt: null,
  };
  if (group.storage === 'hsm' && open.hsmTitle === null)
    throw new OperationError('HSM_NOT_ATTACHED');
  const uncarried = cannotCarry(open, group);
  if (uncarried) throw uncarried;
  requireSoundTemplate(group);
  return group;
}

const changes = (access: Access): Pick<HandlersOfNoun<'group'>, 'add' | 'edit' | 'remove'> => ({
  add: (input) => {
    const open = access.open();
    const group = newGroup(open, input);
    const account = open.credentials.get(group.credentialId).account;
    const made = open.store.change(() => {
      // A credential that was tested says whose account this is; else the first job binds it.
      const added = open.groups.add(group, account);
      open.audit('OK', [added.id], {
        name: added.name,
        sentence: groupSentence(group, open.hsmTitle),
      });
      return added;
    });
    open.changed('group', made.id);
    return viewOneGroup(open, open.groups.get(made.id));
  },

  edit: async (input) => {
    const open = access.open();
    const { group, change, next, plan } = await planEdit(open, input.group, input.changes);
    const heavy = heavyOf(input.changes);
    if (heavy !== '' && open.keys.ofGroup(group.id).length > 0 && input.plan === undefined) {
      throw new OperationError('CONFIRMATION_NEEDED', {
        what: `change the ${heavy} of key group ${group.name}, which has keys already`,
        plan: plan.number,
        effects: plan.lookFirst,
      });
    }
    if (input.plan !== undefined) requirePlan(plan, input.plan);
    else if (plan.blocked) throw OperationError.from(plan.blocked);
    open.store.change(() => {
      // again: a job may have begun while AWS was asked
      const inTheWay = jobInTheWay(group, next, open.jobs.ofGroup(group.id));
      if (inTheWay) throw inTheWay;
      open.groups.edit(group.id, change);
      open.audit('OK', [group.id], {
        ...namesOf(group.name, next.name),
        fields: Object.keys(input.changes),
        sentence: groupSentence(next, open.hsmTitle, open.keys.ofGroup(group.id).length > 0),
      });
    });
    open.changed('group', group.id);
    return viewOneGroup(open, open.groups.get(group.id));
  },

  remove: (input) => {
    const open = access.open();
    const group = open.references.group(input.group);
    if (!input.confirm)
      throw new OperationError('CONFIRMATION_NEEDED', { what: `remove key group ${group.name}` });
    open.store.change(() => {
      // its first rotation may be at work and have made no key yet
      const { jobAtWork, stopped } = open.jobs.ofGroup(group.id);
      if (jobAtWork !== null) throw busy(group, jobAtWork, stopped);
      open.groups.remove(group.id);
      open.audit('OK', [group.id], { name: group.name });
    });
    open.changed('group', group.id);
    return {};
  },
});
