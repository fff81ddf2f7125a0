import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { KeyWorks } from '../../../../shared/text/key-works.ts';
import type { KeyWithRemote } from '../../keystore/keys.ts';
import type { CloudConnection } from '../../cloud/cloud.ts';
import type { Group, Key, RemoteKey } from '../../keystore/rows.ts';
import {
  capital,
  Checks,
  type Draft,
  lookAtAws,
  lookAtKey,
  otherMaterialLines,
  quote,
  read,
  subjectLine,
  write,
  exceptionLines,
  shellWord,
  staysOff,
  worksOfKey,
} from './plan.ts';
import { earlierMaterial, shortId } from './reading.ts';
import type { DeedServices } from './services.ts';

/** Says what pointing the alias back at an earlier key would do now. */
export async function planMakeActive(
  services: DeedServices,
  group: Group,
  { key, remote }: KeyWithRemote,
  path: string,
): Promise<Draft> {
  const checks = new Checks();
  if (!remote) {
    checks.fail(
      new OperationError('KEY_NOT_IN_AWS', { version: key.version }),
      'This version is not in AWS',
    );
  }
  requireCurrent({ key, remote }, checks);
  const looked = await lookAtAws(services, group, checks, { adopt: false, region: remote?.region });
  const { connection } = looked;
  const other = connection && remote ? await lookAt(services, connection, key, remote, checks) : [];
  // again: by what was read just now
  if (checks.blocked === null && remote) requireCurrent(services.keys.get(key.id), checks);
  const holder = looked.holder?.key?.key.version ?? null;
  if (holder === key.version) {
    const details = { reason: `version ${key.version} holds alias/${group.alias} already` };
    checks.fail(
      new OperationError('NOTHING_TO_DO', details),
      `alias/${group.alias} names version ${key.version} already`,
    );
  }
  const holderId = looked.holder?.kmsKeyId ?? null;
  const from =
    holder !== null
      ? `version ${holder}`
      : holderId !== null
        ? `KMS key ${shortId(holderId)}`
        : null;
  const state = looked.holder?.state ?? 'Enabled';
  const works = worksOfKey(key);
  const practice = services.store.realm === 'practice' ? ' (practice)' : '';
  return {
    deed: 'make-active',
    title: `Make version ${key.version} of ${quote(group.name)} active?`,
    subject: subjectLine(group, looked.account, `${from ?? 'no key'} is active`, remote?.region),
    sentence: `The alias moves to version ${key.version}${remote ? ` (${shortId(remote.kmsKeyId)})` : ''}. No key is made, sent or deleted.`,
    changes: changeLines(group, { key, remote }, from),
    stays: stayLines(from, state, holder !== null, works),
    lookFirst: [
      ...exceptionLines(connection),
      ...other,
      `${capital(works.freshUnder(`version ${key.version}`))} from then on`,
    ],
    checks: checks.lines,
    steps: ['Check account, clock, key and alias holder', 'Move alias'],
    calls: [
      read('GetCallerIdentity'),
      read('DescribeKey'),
      read('DescribeKey'),
      read('DescribeKey'),
      read('DescribeKey'),
      write(looked.holder?.kmsKeyId ? 'UpdateAlias' : 'CreateAlias'),
      read('DescribeKey'),
    ],
    goBack:
      holder === null
        ? from === null
          ? 'There is no other key to go back to'
          : `${capital(from)} is not of this group: the alias is moved back in AWS`
        : `Make Active on version ${holder}, one call`,
    command: `keyreeve group make-active ${shellWord(`${path}/${key.version}`)}`,
    button: `Make version ${key.version} active${practice}`,
    confirmName: null,
    blocked: checks.blocked?.toFailure() ?? null,
  };
}

function changeLines(group: Group, { key, remote }: KeyWithRemote, from: string | null): string[] {
  return [
    from === null
      ? `alias/${group.alias} is made and names version ${key.version}`
      : `alias/${group.alias}: ${from} → version ${key.version}`,
    ...(remote?.materialState == null
      ? []
      : ['All versions of the group go with it: they are in the same KMS key']),
  ];
}

/** Of versions that share a KMS key AWS encrypts under the one that is current, whatever an alias says. */
function requireCurrent({ key, remote }: KeyWithRemote, checks: Checks): void {
  const error = earlierMaterial(key, remote);
  if (error) checks.fail(error, `AWS encrypts under a newer version in the same KMS key`);
}

/** `from` holds the alias now; `ours`: it is of the group. */
function stayLines(from: string | null, state: string, ours: boolean, works: KeyWorks): string[] {
  const former =
    from === null
      ? 'No key holds this alias now'
      : state === 'Enabled'
        ? `${capital(from)} stays enabled and ${works.works}`
        : staysOff(from, state, ours, works);
  return [former, works.untouched, 'The rotation schedule of the group'];
}

/** Whether the alias may be pointed at the key; answers what to read first of its material. */
async function lookAt(
  services: DeedServices,
  connection: CloudConnection,
  key: Key,
  remote: RemoteKey,
  checks: Checks,
): Promise<string[]> {
  const text = `Version ${key.version} was read`;
  const described = await lookAtKey(services, connection, { key, remote }, text, checks);
  if (described && described.state !== 'Enabled') {
    const details = { version: key.version, state: described.state };
    const error = new OperationError('KEY_NOT_ENABLED', details);
    checks.fail(error, `Version ${key.version} is ${described.state}`);
  }
  return otherMaterialLines(services, remote, described);
}
