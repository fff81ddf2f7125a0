import { sayAliasElsewhere } from '../../../../shared/text/alias-elsewhere.ts';
import { nameOfKind } from '../../../../shared/model/key-kinds.ts';
import { mappingTexts } from '../../../../shared/text/mapping.ts';
import { sayUsers } from '../../../../shared/text/credential-users.ts';
import { kcvNames } from '../../../../shared/text/kcv.ts';
import { kcvOnly, originText } from '../../../../shared/text/origin.ts';
import { kindText, usageTexts } from '../../../../shared/text/key-kinds.ts';
import {
  assuranceTexts,
  emptyTexts,
  keyStates,
  storageTexts,
} from '../../../../shared/text/states.ts';
import type { OutputFor } from '../operations.ts';
import { clean, paint } from '../screen.ts';
import { facts, table } from '../table.ts';
import { spanText } from '../../transport/argv/values.ts';
import type { Style } from './moments.ts';
import { counted, daysLater } from '../../../../shared/text/counted.ts';

type Group = OutputFor<'group.list'>['groups'][number];
type Credential = OutputFor<'credential.test'>;
type Key = OutputFor<'key.list'>['keys'][number];

export function groupsText({ groups }: OutputFor<'group.list'>, style: Style, all = true): string {
  if (groups.length === 0) return all ? emptyTexts.groups : emptyTexts.noneOfThose;
  const columns = [
    { title: 'Name', shrinks: true },
    { title: 'State', shrinks: true },
    { title: 'Keys', align: 'right', spare: 2 },
    { title: 'Active', align: 'right', spare: 1 },
    { title: 'Alias', shrinks: true },
    { title: 'Region' },
    { title: 'Next rotation', spare: 3 },
  ] as const;
  const rows = groups.map((group) => [
    { text: group.path },
    {
      text: `${group.needsYou ? '! ' : ''}${group.state}`,
      tone: group.needsYou ? 'attention' : 'quiet',
    } as const,
    { text: String(group.keys) },
    { text: group.activeVersion === null ? '' : `v${group.activeVersion}` },
    { text: group.alias },
    { text: group.region },
    { text: style.when(group.nextRotationAt) },
  ]);
  return table(columns, rows, style.width);
}

/** One line a person needs after a change, and the remarks that somebody must read. */
export function groupSavedText(group: Group): string {
  return [
    `✓ ${clean(group.path)}`,
    ...(group.sentence ? [`  ${clean(group.sentence)}`] : []),
    ...group.remarks.map((remark) => `  ${paint('attention', '!')} ${clean(remark)}`),
  ].join('\n');
}

/** As the window says it: a version that once had the alias is there, and has it no more. */
function activeVersion({ keys, activeVersion: version }: Group): string {
  if (version !== null) return String(version);
  return keys === 0 ? 'none yet' : 'none holds the alias';
}

/** Where the alias of a group is on none of its keys: in full, for whoever is to mend it in AWS. */
export function aliasLines(group: Pick<Group, AliasField>, style: Style): string[] {
  const { aliasElsewhere } = group;
  if (aliasElsewhere === null) return [];
  const { keyId: key, readAt } = aliasElsewhere;
  const { happened, means, next } = sayAliasElsewhere(group, { ...aliasElsewhere, key });
  return [
    `${paint('attention', '!')} ${clean(happened)} Read ${style.when(readAt)}.`,
    ...[means, next].map((line) => `  ${clean(line)}`),
  ];
}
type AliasField = 'alias' | 'keyType' | 'keyUsage' | 'aliasElsewhere';

export function groupText({ group, policyReading }: OutputFor<'group.show'>, style: Style): string {
  const lines = facts([
    ['Name', group.name, 'strong'],
    ['Path', group.path === group.name ? '' : group.path],
    [
      'State',
      `${group.needsYou ? '! ' : ''}${group.state}`,
      group.needsYou ? 'attention' : 'quiet',
    ],
    ['Service', 'Amazon Web Services'],
    [
      'Credential',
      `${group.credentialName} · ${group.account ?? 'account not known yet'} · ${group.connection}`,
    ],
    ['Region', group.region],
    ['Alias', `alias/${group.alias}`],
    ['Description', group.description],
    ['Keys', `${nameOfKind(group)}, ${storageTexts[group.storage]}, ${usageTexts[group.keyUsage]}`],
    ['Key Material Mapping', mappingTexts[group.mapping].label],
    ['Rotations', group.rotations?.text ?? ''],
    ['Active version', activeVersion(group)],
    ['Versions', String(group.keys)],
    [
      'Active Key ID',
      group.activeKeyId ?? `filled in by the ${group.keys === 0 ? 'first' : 'next'} rotation`,
    ],
    ['Rotate Key', group.rotate ? `every ${spanText(group.rotateEvery)}` : 'off'],
    ['Next rotation', style.when(group.nextRotationAt)],
    ['Keep key valid for', spanText(group.keepValidFor)],
    [
      'AWS deletes material',
      group.awsDeletesMaterialAfterDays === null
        ? 'never'
        : `after ${counted(group.awsDeletesMaterialAfterDays, 'day')}`,
    ],
    [
      'Disable key after rotating',
      group.disableAfterRotating ? `yes, ${daysLater(group.disableWaitDays)}` : 'no',
    ],
    ['Policy', group.hasPolicy ? 'imported' : "AWS's default"],
    ['Id', group.id],
  ]);
  const alias = aliasLines(group, style);
  return [
    lines,
    ...(alias.length > 0 ? ['', ...alias] : []),
    ...(policyReading.length > 0
      ? ['', paint('faint', 'POLICY'), ...policyReading.map((one) => `  ${clean(one)}`)]
      : []),
    ...(group.sentence ? ['', clean(group.sentence)] : []),
    ...group.remarks.map((remark) => `${paint('attention', '!')} ${clean(remark)}`),
  ].join('\n');
}

export function keysText({ keys }: OutputFor<'key.list'>, style: Style, all = true): string {
  if (keys.length === 0) return all ? emptyTexts.keys : emptyTexts.noneOfThose;
  const columns = [
    { title: 'Key', shrinks: 'middle' },
    { title: 'State', shrinks: true },
    { title: 'Type', spare: 2 },
    { title: 'AWS', spare: 3 },
    { title: 'KMS key', spare: 1 },
    { title: 'KCV', spare: 2 },
    { title: 'Assurance', shrinks: true },
    { title: 'Made', spare: 4 },
    { title: 'Planned end', spare: 5 },
  ] as const;
  const rows = keys.map((key) => {
    const { glyph, word, tone } = keyStates[key.state];
    return [
      { text: key.reference },
      { text: `${glyph} ${word}`, tone },
      { text: nameOfKind(key) },
      { text: key.remote?.state ?? '' },
      { text: style.id(key.remote?.keyId ?? null) },
      { text: `${key.kcv.value} ${key.kcv.method}` },
      { text: assuranceTexts[key.assurance] },
      { text: style.day(key.madeAt) },
      { text: style.day(key.plannedEnd) },
    ];
  });
  return table(columns, rows, style.width);
}

/** When AWS deletes the material, which it can do only while it has some. */
function sayExpiry({ remote, state }: Key, style: Style): string {
  if (remote === null) return '';
  if (state === 'Material gone') return 'AWS has no material of it now';
  return remote.validTo === null ? 'never' : style.when(remote.validTo);
}

type Fact = readonly [string, string];

const keyFacts = (key: Key, style: Style, more: readonly Fact[] = []): string => {
  const { glyph, word, tone } = keyStates[key.state];
  const { remote } = key;
  return facts([
    ['Key', `${key.reference} (version ${key.version})`, 'strong'],
    ['State', `${glyph} ${word}`, tone],
    ['Life', key.lifecycle],
    ['Type', kindText(key)],
    ['KCV', `${key.kcv.value} (${kcvNames[key.kcv.method]})`],
    ['Kept', `${storageTexts[key.storage]} · ${assuranceTexts[key.assurance]}`],
    [key.broughtIn ? 'Brought in' : 'Made', style.when(key.madeAt)],
    ['Planned end', style.when(key.plannedEnd)],
    ['KMS key', remote?.keyId ?? 'not in AWS'],
    ['ARN', remote?.arn ?? ''],
    ['In AWS', remote ? `${remote.state}, read ${style.when(remote.readAt)}` : ''],
    ['Alias', remote?.alias ?? ''],
    ['Material', remote?.materialId ?? ''],
    [
      'In use',
      remote?.otherMaterial ? `${remote.otherMaterial}, of which no copy is kept here` : '',
    ],
    ['Deleted by AWS', sayExpiry(key, style)],
    ['Id', key.id],
    ...more,
  ]);
};

export const keyText = (key: Key, style: Style): string => keyFacts(key, style);

function detailFacts(key: OutputFor<'key.show'>, style: Style): Fact[] {
  return [
    ['Public key', key.publicKeySha256 === null ? '' : `SHA-256 ${key.publicKeySha256}`],
    ['Origin', originText(key, style.when(key.madeAt)) ?? ''],
    ...key.sameMaterial.map(
      ({ reference, state, proved }): Fact => [
        'Same material',
        `${reference}, ${state}${proved ? '' : `, ${kcvOnly}`}`,
      ],
    ),
    ['Token', key.tokenSerial ?? ''],
    ['Master key', key.masterId ?? ''],
    ['Renewed', key.renewsAt === null ? '' : style.when(key.renewsAt)],
  ];
}

export function keyDetailText(key: OutputFor<'key.show'>, style: Style): string {
  const lives = Object.entries(key.lifecycleTimes).map(
    ([state, at]) => `  ${style.when(at)}  ${clean(state)}`,
  );
  return [
    keyFacts(key, style, detailFacts(key, style)),
    '',
    paint('faint', 'COPIES'),
    ...key.copies.map(
      ({ ok, text, at }) =>
        `  ${ok ? paint('good', '✓') : paint('attention', '!')} ${clean(text)}${at === null ? '' : `, ${style.when(at)}`}`,
    ),
    ...(lives.length > 0 ? ['', paint('faint', 'LIFE'), ...lives] : []),
    ...(key.history.length > 0 ? ['', paint('faint', 'HISTORY')] : []),
    ...key.history.map(({ at, text }) => `  ${style.when(at)}  ${clean(text)}`),
  ].join('\n');
}

export function foldersText({ folders }: OutputFor<'folder.list'>): string {
  if (folders.length === 0) return emptyTexts.folders;
  return folders.map((folder) => clean(folder.path)).join('\n');
}

export function credentialsText(
  { credentials }: OutputFor<'credential.list'>,
  style: Style,
): string {
  if (credentials.length === 0) return emptyTexts.credentials;
  const columns = [
    { title: 'Name', shrinks: true },
    { title: 'Kind', spare: 3 },
    { title: 'Connection' },
    { title: 'Account' },
    { title: 'Access key', spare: 2 },
    { title: 'Used by', shrinks: true, spare: 1 },
    { title: 'Tested', spare: 4 },
    { title: 'Problem', shrinks: true },
  ] as const;
  const rows = credentials.map((one) => [
    { text: one.name },
    { text: one.kind },
    {
      text: one.connection,
      tone: one.connection === 'Not Connected' ? 'attention' : 'quiet',
    } as const,
    { text: one.account ?? '' },
    { text: one.accessKeyId ?? '' },
    { text: sayUsers(one.usedBy) },
    { text: style.when(one.testedAt) },
    { text: one.problem ?? '' },
  ]);
  return table(columns, rows, style.width);
}

const authoritiesOf = ({ authorities, validateHost }: NonNullable<Credential['tls']>): string => {
  const names = authorities.certificates.map(({ subject }) => subject).join(', ');
  return validateHost ? names : `${names}; the host name is not checked`;
};

export function credentialText(one: OutputFor<'credential.test'>, style: Style): string {
  return facts([
    ['Credential', one.name, 'strong'],
    ['Kind', one.kind],
    ['Access key', one.accessKeyId ?? ''],
    ['Connection', one.connection, one.connection === 'Not Connected' ? 'attention' : 'quiet'],
    ['Account', one.account ?? ''],
    ['Principal', one.principalArn ?? ''],
    ['Endpoint', one.endpoint ?? ''],
    ['TLS', one.tls === null ? '' : authoritiesOf(one.tls)],
    ['Expires', style.when(one.expiresAt)],
    ['Tested', style.when(one.testedAt)],
    ['Problem', one.problem ?? ''],
    ['Id', one.id],
  ]);
}
