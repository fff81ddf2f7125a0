import type { Effect, JournalEntry } from '../state/journal.ts';
import { eventIdOf } from './event-id.ts';
import { serviceIdentity, userIdentity } from './identity.ts';
import { requestParameters } from './request-parameters.ts';
import { isReadOnly } from './response-elements.ts';
import type { TrailEntry, TrailResource } from './trail.ts';

/** One record in the shape of CloudTrail. */
export interface TrailRecord {
  readonly eventVersion: string;
  readonly userIdentity: Readonly<Record<string, unknown>>;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string | null;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: Readonly<Record<string, unknown>> | null;
  readonly responseElements: unknown;
  readonly additionalEventData?: Readonly<Record<string, unknown>>;
  readonly requestID?: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources?: readonly {
    readonly accountId: string;
    readonly type: string;
    readonly ARN: string;
  }[];
  readonly eventType: 'AwsApiCall' | 'AwsServiceEvent';
  readonly managementEvent: true;
  readonly recipientAccountId: string;
  readonly sharedEventID?: string;
  readonly serviceEventDetails?: Readonly<Record<string, unknown>>;
  readonly eventCategory: 'Management';
}

const eventVersion = '1.11';
const internal = 'AWS Internal';

/** Service events that AWS writes; a name outside this list is ours alone. */
const serviceEventNames = new Set(['DeleteKey', 'DeleteExpiredKeyMaterial']);

/** CloudTrail's times have no fractions. */
const eventTime = (time: string): string => `${time.slice(0, 19)}Z`;

const resourcesOf = (resources: readonly TrailResource[]) =>
  resources.map(({ account, arn }) => ({ accountId: account, type: 'AWS::KMS::Key', ARN: arn }));

const keyIn = (resources: readonly TrailResource[]): string | undefined =>
  resources.find(({ arn }) => arn.includes(':key/'))?.arn;

const bareId = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** What a service event says of the materials that it moved or removed. */
function detailsOf(effects: readonly Effect[]): Readonly<Record<string, string>> {
  for (const effect of effects) {
    if (effect.kind === 'material-deleted') return { keyMaterialId: effect.materialId };
    if (effect.kind === 'material-rotated') {
      return {
        rotationType: effect.rotationType,
        ...(effect.from === null ? {} : { previousKeyMaterialId: effect.from }),
        currentKeyMaterialId: effect.to,
      };
    }
  }
  return {};
}

function serviceRecord(entry: JournalEntry, eventName: string, key: TrailResource): TrailRecord {
  const { arn, account } = key;
  const details = eventName === 'SynchronizeMultiRegionKey' ? {} : detailsOf(entry.effects);
  return {
    eventVersion: eventVersion,
    userIdentity: serviceIdentity(account),
    eventTime: eventTime(entry.time),
    eventSource: 'kms.amazonaws.com',
    eventName,
    awsRegion: entry.region ?? '',
    sourceIPAddress: internal,
    userAgent: internal,
    requestParameters: null,
    responseElements: null,
    eventID: eventIdOf(entry.requestId, ` ${eventName}`),
    readOnly: false,
    resources: resourcesOf([key]),
    eventType: 'AwsServiceEvent',
    managementEvent: true,
    recipientAccountId: account,
    serviceEventDetails: { keyId: bareId(arn), ...details },
    eventCategory: 'Management',
  };
}

/** What a rotation, by the clock or at once, makes KMS do: rotate, and tell the other Regions. */
function rotationEvents(entry: JournalEntry, key: TrailResource): TrailRecord[] {
  if (!entry.effects.some(({ kind }) => kind === 'material-rotated')) return [];
  const family = bareId(key.arn).startsWith('mrk-') ? ['SynchronizeMultiRegionKey'] : [];
  return ['RotateKey', ...family].map((name) => serviceRecord(entry, name, key));
}

function serviceEvents(entry: JournalEntry): TrailRecord[] {
  const arn = (entry.parameters as { readonly keyId?: string } | null)?.keyId;
  if (entry.account === null || arn === undefined) return [];
  const key = { account: entry.account, arn };
  if (entry.operation === 'RotateKey') return rotationEvents(entry, key);
  return serviceEventNames.has(entry.operation) ? [serviceRecord(entry, entry.operation, key)] : [];
}

/** KMS calls it so, CloudTrail otherwise. */
const errorCode = (code: string): string =>
  code === 'AccessDeniedException' ? 'AccessDenied' : code;

function failureOf({ error, message }: JournalEntry) {
  if (error === null) return {};
  return {
    errorCode: errorCode(error),
    ...(message === null ? {} : { errorMessage: message }),
  };
}

/** What a front end refused, or what never arrived, is no event of the service. */
const neverSeen = new Set(['ConnectionDropped', 'ServiceUnavailableException']);

function apiCall(entry: JournalEntry, trail: TrailEntry): TrailRecord[] {
  const { account, region, principal, operation, service } = entry;
  if (account === null || region === null || principal === null) return [];
  if (neverSeen.has(entry.error ?? '')) return [];
  const key = keyIn(trail.resources);
  const record: TrailRecord = {
    eventVersion: eventVersion,
    userIdentity: userIdentity(account, principal, trail),
    eventTime: eventTime(entry.time),
    eventSource: `${service}.amazonaws.com`,
    eventName: operation,
    awsRegion: region,
    sourceIPAddress: '127.0.0.1',
    userAgent: trail.userAgent,
    ...failureOf(entry),
    requestParameters: requestParameters(operation, entry.parameters, key),
    responseElements: trail.response,
    ...(Object.keys(trail.additional).length === 0
      ? {}
      : { additionalEventData: trail.additional }),
    requestID: entry.requestId,
    eventID: eventIdOf(entry.requestId),
    readOnly: service === 'sts' || isReadOnly(operation),
    ...(trail.resources.length === 0 && operation.includes('CustomKeyStore')
      ? {}
      : { resources: resourcesOf(trail.resources) }),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
  };
  const [subject] = trail.resources;
  const rotated = subject === undefined ? [] : rotationEvents(entry, subject);
  return [...shared(record, trail), ...elsewhere(record, entry, trail), ...rotated];
}

/** Use of another account's key is written in both accounts, refusal of it only in the caller's. */
function shared(record: TrailRecord, trail: TrailEntry): TrailRecord[] {
  const owner = trail.resources.find(({ account }) => account !== record.recipientAccountId);
  if (owner === undefined || record.errorCode === 'AccessDenied') return [record];
  const sharedEventID = eventIdOf(record.requestID ?? '', ' shared');
  const eventID = eventIdOf(record.requestID ?? '', ` ${owner.account}`);
  return [
    { ...record, sharedEventID },
    { ...record, eventID, recipientAccountId: owner.account, sharedEventID },
  ];
}

/** What a call on a multi-Region key leaves in the other Region. */
function elsewhere(record: TrailRecord, entry: JournalEntry, trail: TrailEntry): TrailRecord[] {
  if (record.errorCode !== undefined) return [];
  const there = {
    ...record,
    userIdentity: { ...record.userIdentity, invokedBy: 'kms.amazonaws.com' },
    eventID: eventIdOf(entry.requestId, ' elsewhere'),
  };
  const asked = record.requestParameters ?? {};
  if (entry.operation === 'ReplicateKey') {
    const { replicaKeyMetadata } = trail.response as {
      readonly replicaKeyMetadata: { readonly arn: string };
    };
    const made = { account: record.recipientAccountId, arn: replicaKeyMetadata.arn };
    const { keyId: _key, replicaRegion, ...rest } = asked;
    return [
      {
        ...there,
        eventName: 'CreateKey',
        awsRegion: String(replicaRegion),
        requestParameters: rest,
        responseElements: { keyMetadata: replicaKeyMetadata },
        resources: resourcesOf([made]),
      },
    ];
  }
  if (entry.operation !== 'UpdatePrimaryRegion') return [];
  const region = String(asked['primaryRegion']);
  const arn = trail.resources[0]?.arn.replace(`:${record.awsRegion}:`, `:${region}:`) ?? '';
  const { resources: _none, ...rest } = there;
  return [
    {
      ...rest,
      awsRegion: region,
      requestParameters: { keyId: arn, primaryRegion: region },
      responseElements: { keyId: arn },
    },
  ];
}

/** The records that CloudTrail would hold of one entry of the journal, in all accounts and Regions. */
export function recordsOf(entry: JournalEntry): readonly TrailRecord[] {
  return entry.principal === null || entry.trail === null
    ? serviceEvents(entry)
    : apiCall(entry, entry.trail);
}
