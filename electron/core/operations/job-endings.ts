import { sayMinute, sayTime } from '../../../shared/model/span.ts';
import { jobMessage } from '../../../shared/text/jobs.ts';
import { kindOf } from '../../../shared/model/key-kinds.ts';
import { keyWorks, type KeyWorks } from '../../../shared/text/key-works.ts';
import { endings } from '../../../shared/text/states.ts';
import type { JobDetails } from '../jobs/read.ts';
import type { OpenKeystore } from './context.ts';

/** What stands in the message of one job: told from what its steps read back. */
export function endingOf(open: OpenKeystore, job: JobDetails): string {
  if (job.state === 'cancelled' && job.leftovers !== null) {
    return endings.cancelled({ exists: job.leftovers });
  }
  if (job.state !== 'done') return jobMessage(job);
  const keyId = keyOf(job);
  const found = keyId === null ? null : open.keys.byId(keyId);
  if (!found?.remote) return jobMessage(job);
  const { key, remote } = found;
  const group = open.groups.get(key.groupId);
  const about = {
    group: group.name,
    version: key.version,
    keyId: remote.kmsKeyId,
    alias: group.alias,
    works: keyWorks(kindOf(key.spec, key.usage)),
  };
  switch (job.kind) {
    case 'group.force-rotate':
      return [endings.rotated(about), former(open, job, about), copies(key.backedUpAt)].join(' ');
    case 'group.bring-in':
      return [endings.broughtIn(about), former(open, job, about), copies(key.backedUpAt)].join(' ');
    case 'group.copy-key': {
      const from = key.copiedFrom;
      const made = from === null ? endings.broughtIn(about) : endings.copied({ ...about, from });
      return [made, former(open, job, about), copies(key.backedUpAt)].join(' ');
    }
    case 'group.rotate-material':
      return [endings.rotatedInKey({ ...about, state: remote.state }), copies(key.backedUpAt)].join(
        ' ',
      );
    case 'key.make-active':
      return endings.madeActive(about);
    case 'key.disable-now':
      return endings.disabled(about);
    case 'key.enable':
      return endings.enabled(about);
    case 'key.synchronize':
      return endings.synchronized({ ...about, done: deeds(job) });
    case 'key.renew': {
      const until = remote.validTo === null ? null : sayMinute(remote.validTo);
      return endings.renewed({ ...about, until });
    }
    default:
      return jobMessage(job);
  }
}

function keyOf(job: JobDetails): string | null {
  const made = job.outputs['generate'] as { readonly keyId: string } | undefined;
  return made?.keyId ?? job.subjects['key'] ?? null;
}

/** What became of the key that held the alias before, from what was last read. */
function former(
  open: OpenKeystore,
  job: JobDetails,
  about: {
    readonly alias: string;
    readonly keyId: string;
    readonly version: number;
    readonly works: KeyWorks;
  },
): string {
  const { holder, holderKeyId } = job.outputs['check'] as {
    readonly holder: string | null;
    readonly holderKeyId: string | null;
  };
  const before = holderKeyId === null ? null : open.keys.byId(holderKeyId);
  if (before) {
    const { version } = before.key;
    const state = before.remote?.state ?? 'Enabled';
    return state === 'Enabled'
      ? endings.previousStays({ version, works: about.works })
      : endings.previousIs({ version, state });
  }
  if (holder === about.keyId) return endings.takenOver({ keyId: holder });
  if (holder !== null) return endings.foreignStays({ keyId: holder });
  return about.version === 1 ? endings.firstKey(about) : endings.newAlias(about);
}

const copies = (backedUpAt: number | null): string =>
  endings.copies({ backupAt: backedUpAt === null ? null : sayTime(backedUpAt) });

const stepWords: Readonly<Record<string, string>> = {
  policy: 'policy put back',
  delete: 'material deleted from AWS',
  import: 'material imported again',
};

/** What was done, and what turned out not to be needed, in the order of the steps. */
function deeds(job: JobDetails): readonly string[] {
  const done = job.steps
    .filter((step) => step.state === 'done')
    .flatMap((step) => stepWords[step.name] ?? []);
  return done.length > 0 ? done : ['nothing had to be changed'];
}
