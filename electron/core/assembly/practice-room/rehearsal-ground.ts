import { groupOps } from '../../../../shared/contract/group.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { practiceAccount } from '../../../../shared/model/practice-account.ts';
import type { RehearsalName } from '../../../../shared/model/rehearsals.ts';
import type { Caller } from '../../core.ts';
import { Secret } from '../../kernel/secret.ts';
import type { OpenKeystore } from '../../operations/context.ts';
import { groupHandlers } from '../../operations/groups.ts';
import { testCredential } from '../../operations/credentials.ts';
import type { Control } from './control.ts';
import type { Explained, Refused } from './people.ts';
import { folderName, groupOf, readKmsKey } from './rehearsal-facts.ts';
import type { RehearsalSources } from './rehearsals.ts';

/** The user of the rehearsal of permissions. As public as the practice account: it opens nothing. */
const custodian = {
  name: 'rehearsal-custodian',
  accessKeyId: 'AKIAPRACTICEREHEARSE',
  secretAccessKey: 'practice/only/of/the/rehearsal/custodian',
} as const;
const arn = `arn:aws:iam::${practiceAccount.id}:user/${custodian.name}`;

/** Every rotation needs each of them; one is left out. */
const needed = ['kms:CreateKey', 'kms:GetParametersForImport', 'kms:ImportKeyMaterial'] as const;

const allowing = (Action: readonly string[]) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
});
const everythingBut = (missing: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', NotAction: missing, Resource: '*' }],
});

const putUser = (control: Control, document: object) =>
  control.post('/principals/user', {
    accountId: practiceAccount.id,
    user: {
      name: custodian.name,
      accessKeys: [
        { accessKeyId: custodian.accessKeyId, secretAccessKey: custodian.secretAccessKey },
      ],
      policies: { 'may-rotate': document },
    },
  });

/** A user that lacks one permission, and its credential in this keystore. */
export async function prepareUser(
  sources: RehearsalSources,
): Promise<{ readonly credentialId: string; readonly missing: string }> {
  const { open, control } = sources;
  const missing = needed[(open.random(1)[0] ?? 0) % needed.length] ?? needed[0];
  await putUser(control, everythingBut(missing));
  const known = open.credentials
    .list()
    .find(({ accessKeyId }) => accessKeyId === custodian.accessKeyId);
  const credential = known ?? addCredential(open, sources.endpoint());
  open.forget(credential.id);
  await testCredential(open, open.credentials.get(credential.id));
  return { credentialId: credential.id, missing };
}

function addCredential(open: OpenKeystore, endpoint: string) {
  const secretAccessKey = Secret.adopt(Buffer.from(custodian.secretAccessKey, 'utf8'));
  try {
    const added = open.store.change(() => {
      const made = open.credentials.add(
        {
          name: custodian.name,
          kind: 'keys',
          accessKeyId: custodian.accessKeyId,
          endpoint,
          profile: null,
          sourceId: null,
          roleArn: null,
          externalId: null,
          mfaSerial: null,
          expiresAt: null,
        },
        { secretAccessKey },
      );
      open.audit('OK', [made.id], { name: made.name, kind: made.kind, endpoint });
      return made;
    });
    open.changed('credential', added.id);
    return added;
  } finally {
    secretAccessKey.dispose();
  }
}

/** So that jobs of its group do not stay stopped once nobody rehearses. */
export const allowEverything = (sources: RehearsalSources): Promise<unknown> =>
  putUser(sources.control, allowing(['*']));

/** The user as it was when the rehearsal began. */
export const lackAgain = (sources: RehearsalSources, missing: string): Promise<unknown> =>
  putUser(sources.control, everythingBut(missing));

/** May the user do what it lacked, where it was refused last? */
export async function isAllowed(
  control: Control,
  action: string | null,
  keyArn: string | null,
): Promise<boolean> {
  if (action === null) return false;
  const refusals = await control.get<readonly Refused[]>('/denials');
  const last = refusals.find((each) => each.action === action && each.principal === arn);
  const resource = last?.resource ?? keyArn ?? '*';
  try {
    const asked = { principal: arn, action, resource };
    return (await control.post<Explained>('/explain', asked)).allowed;
  } catch (error) {
    // Somebody loaded a principals file without this user, or the key is gone.
    if (error instanceof OperationError && error.code === 'PRACTICE_REFUSED') return false;
    throw error;
  }
}

/** The group it had, as long as the practice KMS knows its keys; else a new one beside it. */
export async function prepareGroup(
  { open, control }: RehearsalSources,
  name: RehearsalName,
  { credentialId, formerId, caller }: GroupWish,
): Promise<string> {
  const former = formerId === undefined ? null : open.groups.byId(formerId);
  if (former && former.credentialId === credentialId) {
    const newest = open.keys.ofGroup(former.id)[0];
    const kmsKeyId = newest?.remote?.kmsKeyId ?? null;
    const atRest = open.jobs.ofGroup(former.id).jobAtWork === null;
    const known = newest === undefined || (await readKmsKey(control, kmsKeyId)) !== null;
    if (known && atRest) return former.id;
  }
  const input = groupOps.add.input.parse({
    name: freeName(open, groupOf[name]),
    credential: credentialId,
    region,
    storage: open.hsmTitle === null ? 'software' : 'hsm',
    rotate: false,
    description: 'For guided rehearsals',
    awsDeletesMaterialAfterDays: name === 'expired' ? expiryDays : null,
    folder: folderOf(open),
  });
  const { id } = await groupHandlers({ open: () => open }).add(input, caller);
  return id;
}

interface GroupWish {
  readonly credentialId: string;
  /** The group of the same rehearsal at an earlier time. */
  readonly formerId: string | undefined;
  readonly caller: Caller;
}
const region = 'eu-central-1';
const expiryDays = 30;

/** Group names may be there twice in different folders; here they tell one run from another. */
function freeName(open: OpenKeystore, wanted: string): string {
  const { groups } = open.groups.list({ find: wanted, limit: 500, after: null });
  const taken = new Set(groups.flatMap(({ name, alias }) => [name, alias]));
  let free = wanted;
  for (let n = 2; taken.has(free); n += 1) free = `${wanted}-${n}`;
  return free;
}

function folderOf(open: OpenKeystore): string {
  const known = open.folders
    .list()
    .find(({ parentId, name }) => parentId === null && name === folderName);
  if (known) return known.id;
  const { id } = open.store.change(() => open.folders.add(folderName, null));
  open.changed('folder', id);
  return id;
}
