import { kindOf, nameOfSpec } from '../../../../shared/model/key-kinds.ts';
import { addSpan, utcDay } from '../../../../shared/model/span.ts';
import { acrossKmsKeys } from '../../../../shared/text/copy-key.ts';
import { isolate, quote } from '../../../../shared/text/isolate.ts';
import type { Group } from '../../keystore/rows.ts';
import { type CopiedKey, openOriginal } from './copied-key.ts';
import type { Original } from './new-version.ts';
import { type Checks, shellWord } from './plan.ts';
import {
  type IncomingWords,
  planForceRotate,
  type RotationDraft,
  type RotationOptions,
} from './plan-force-rotate.ts';
import { sayMethod } from './reading.ts';
import { sayTwin } from './twins.ts';
import type { DeedServices } from './services.ts';

/** Says what copying this version into the group would do now. Opens it in the vault and reads AWS, changes nothing. */
export function planCopyKey(
  services: DeedServices,
  group: Group,
  original: Original,
  options: RotationOptions & { readonly from: string },
): Promise<RotationDraft> {
  const { key, group: from } = original;
  const words: IncomingWords = {
    deed: 'copy-key',
    title: `Copy version ${key.version} of ${quote(from.name)} into ${quote(group.name)}?`,
    command: `keyreeve group copy-key ${shellWord(options.from)} ${shellWord(options.reference)}`,
    button: `Copy into ${isolate(group.name)}`,
    step: 'Open the kept original and copy it',
    takesFilled: false,
    sentence: (where, backed) =>
      `The ${nameOfSpec(key.spec)} key of that version is opened ${where}; its copy is ${backed} as a version of this group, and goes to AWS wrapped. Last of all the alias of this group moves to it.`,
    look: (checks) => lookAtOriginal(services, group, original, checks),
  };
  return planForceRotate(services, group, options, words);
}

async function lookAtOriginal(
  services: DeedServices,
  group: Group,
  original: Original,
  checks: Checks,
): ReturnType<IncomingWords['look']> {
  const { key, group: from } = original;
  const opened = await checks.look(
    `The kept original opens, KCV ${key.kcv.value} (${sayMethod(key.kcv.method)}), and ${quote(group.name)} does not have it`,
    () => openOriginal(services, group, original),
    {
      COPY_KEY_KNOWN: `${quote(group.name)} has this key already`,
      HSM_KEY_DIFFERS: `The kept original of version ${key.version} of ${quote(from.name)} does not open as it was kept`,
    },
  );
  return opened === null ? null : describe(services, group, original, opened);
}

function describe(
  services: DeedServices,
  group: Group,
  { key, group: from }: Original,
  { kept, same }: CopiedKey,
) {
  const version = kept?.version ?? services.keys.nextVersion(group.id);
  const named = `${key.version} of ${quote(from.name)}`;
  const others = same.filter((each) => each.key.groupId !== group.id);
  const usualEnd = addSpan(services.clock.now(), group.keepValidFor);
  return {
    version: kept?.version ?? null,
    changes: [
      kept
        ? `Version ${version}, which was copied before and has no KMS key, is version ${named}`
        : `Version ${version} gets the material of version ${named}; its properties say so for good`,
      ...(key.plannedEnd < usualEnd
        ? [
            `The planned life of version ${version} ends with that of its original, ${utcDay(key.plannedEnd)}`,
          ]
        : []),
    ],
    stays: [`Version ${named}: its copy, KMS key, alias and schedule`],
    lookFirst: [
      acrossKmsKeys(kindOf(key.spec, key.usage)),
      'Two KMS keys with one material live on by themselves: rotating, disabling, expiry or deletion of one changes nothing of the other',
      'A leak of one is a leak of both: rotate and disable both then',
      ...(key.lifecycle === 'deactivated'
        ? [`Version ${named} is deactivated: it protects nothing new there, and would do so here`]
        : []),
      ...(key.broughtIn
        ? [`Version ${named} was not made here: nothing here shows where else it has been`]
        : []),
      ...others.map((each) => sayTwin(services, each)),
    ],
  };
}
