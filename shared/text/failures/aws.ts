import { tlsTroubles as allTroubles, type TlsTrouble } from '../../model/tls.ts';
import { spanWords } from '../span.ts';
import { shortId } from '../states.ts';
import type { DetailReader, Wording } from '../wording.ts';

const deed = (d: DetailReader): string => d.text('permission', d.text('action', ''));
const credential = (d: DetailReader): string => d.quoted('credential', 'the credential');
/** What AWS named in its refusal: a permission on the one thing may be there, and on the other not. */
function onResource(d: DetailReader): string {
  const [, kind, name] = /:(key|alias)\/([\w/-]+)$/.exec(d.text('resource', '', 400)) ?? [];
  if (name === undefined) return '';
  if (kind === 'alias') return ` on alias/${name}`;
  const group = d.quoted('group', '');
  if (group === '') return ` on KMS key ${shortId(name)}`;
  return d.when(
    'version',
    (version) => ` on version ${version} of ${group} (KMS key ${shortId(name)})`,
    ` on KMS key ${shortId(name)} of ${group}`,
  );
}

/** What was not allowed, as people call it. Others are told without. */
const refused: Readonly<Record<string, string>> = {
  'kms:CreateKey': 'a new KMS key',
  'kms:GetParametersForImport': 'a wrapping key to be fetched',
  'kms:ImportKeyMaterial': 'the import of key material',
  'kms:DeleteImportedKeyMaterial': 'key material to be deleted',
  'kms:CreateAlias': 'the alias to be made',
  'kms:UpdateAlias': 'the alias to move',
  'kms:DescribeKey': 'the KMS key to be read',
  'kms:GetKeyPolicy': 'the key policy to be read',
  'kms:PutKeyPolicy': 'the key policy to be replaced',
  'kms:EnableKey': 'the KMS key to be enabled',
  'kms:DisableKey': 'the KMS key to be disabled',
  'kms:ScheduleKeyDeletion': 'the KMS key to be deleted',
};

/** The material of a KMS key as every list shows it. */
const material = (d: DetailReader, name: string, unnamed: string): string =>
  d.has(name) ? `material ${shortId(d.text(name, '', 64))}` : unnamed;
const makesKey = (d: DetailReader): boolean => d.text('operation', '') === 'CreateKey';

/** How far this computer's clock is off; a negative number is behind. */
const offBy = (d: DetailReader): string => {
  const seconds = d.number('seconds');
  if (seconds === null || seconds === 0) return '';
  const minutes = Math.max(1, Math.round(Math.abs(seconds) / 60));
  return ` It is ${spanWords(minutes * 60)} ${seconds < 0 ? 'behind' : 'ahead of'} that of AWS.`;
};

const server = (d: DetailReader): string => d.text('host', 'that address');

interface Why {
  readonly headline: string;
  readonly next: (d: DetailReader) => string;
}

/** Headline and one deed for each way in which TLS does not come about. */
const tlsTroubles: Readonly<Record<TlsTrouble, Why>> = {
  'unknown-issuer': {
    headline: 'No trusted authority issued the certificate shown as that of AWS.',
    next: (d) =>
      `Find out who answers as ${server(d)}. If it is a gateway of yours, have it send its whole chain and set its CA under TLS of the credential, then ${d.goOn}.`,
  },
  'wrong-host': {
    headline: 'The certificate shown as that of AWS is for another host.',
    next: (d) =>
      `Correct the address in a new credential, or have a certificate made that names ${server(d)}, then ${d.goOn}.`,
  },
  'not-in-its-time': {
    headline: 'A certificate of the server is over or has not begun.',
    next: (d) =>
      `Look at the clock of this computer; if it is right, have the certificate of ${server(d)} or its CA renewed, then ${d.goOn}.`,
  },
  'client-refused': {
    headline: 'The server broke off TLS: it did not accept this computer.',
    next: (d) =>
      `Set the client certificate that ${server(d)} accepts under TLS of the credential, or ask whoever runs it why, then ${d.goOn}.`,
  },
  other: {
    headline: 'No TLS connection to AWS came about.',
    next: (d) =>
      `Make sure that ${server(d)} speaks TLS 1.2 or later at this address, then ${d.goOn}.`,
  },
};

const closed: Why = {
  headline: 'The connection was closed, for its credential changed.',
  next: (d) => `Test the connection of the credential, then ${d.goOn}.`,
};
const foreign: Why = {
  headline: 'Something that is not AWS answered in its place.',
  next: (d) =>
    `Find out what stands between this computer and AWS: a proxy, a gateway, a login page. Then ${d.goOn}.`,
};

/** Why AWS was not reached, where a closed firewall is not the likely cause. */
const unreachable = (d: DetailReader): Why | null =>
  tlsTrouble(d) ?? (d.has('closed') ? closed : d.has('foreign') ? foreign : null);

function tlsTrouble(d: DetailReader) {
  const named = d.text('tls', '');
  const trouble = allTroubles.find((each) => each === named);
  return trouble === undefined ? null : tlsTroubles[trouble];
}

/** Wording for what AWS answers, or does not answer. Earlier steps of a job always stand. */
export const awsWording = {
  AWS_UNREACHABLE: {
    headline: (d) => unreachable(d)?.headline ?? 'AWS cannot be reached.',
    forYourKeys: (d) =>
      tlsTrouble(d) === null
        ? 'Nothing was changed by this call. Keys in AWS go on working.'
        : `Nothing was sent to ${server(d)}. Keys in AWS go on working.`,
    next: (d) =>
      unreachable(d)?.next(d) ??
      (d.text('practice', '') !== ''
        ? `Start the practice KMS at ${d.text('practice', 'its address')} (keyreeve practice-kms), then ${d.goOn}.`
        : `Allow outbound port 443 to ${d.text('host', '*.amazonaws.com')} in the firewall, then ${d.goOn}.`),
  },
  AWS_THROTTLED: {
    headline: 'AWS asks for a slower pace.',
    forYourKeys: (d) =>
      d.inOpenJob
        ? 'Nothing is lost; the step waits and repeats by itself.'
        : 'AWS changed nothing for this call.',
    next: (d) =>
      d.inOpenJob
        ? 'Wait, or ask AWS for a higher request quota.'
        : 'Try again in a moment, or ask AWS for a higher request quota.',
  },
  AWS_ACCESS_DENIED: {
    headline: (d) => `AWS did not allow ${refused[deed(d)] ?? 'this'}.`,
    forYourKeys:
      'AWS changed nothing for this call. Steps done before stand; no later one was begun.',
    next: (d) =>
      deed(d) === ''
        ? `Give ${credential(d)} the permission named below, then ${d.goOn}.`
        : `Allow ${deed(d)} for ${credential(d)}${onResource(d)}, then ${d.goOn}.`,
  },
  AWS_ANSWER_LOST: {
    headline: "AWS's answer was lost. We look before doing anything again.",
    forYourKeys: (d) =>
      makesKey(d)
        ? 'The key is saved here. AWS may hold one KMS key with our mark; no key material was sent to it.'
        : 'The key is saved here. AWS may or may not have acted on the last call.',
    next: (d) =>
      makesKey(d)
        ? 'Nothing: if the marked key is there, it is taken over, else a new one is made.'
        : 'Nothing: what AWS holds is read back, then the job goes on.',
  },
  AWS_KEY_STATE: {
    headline: (d) =>
      d.has('inUse')
        ? 'The KMS key is to be deleted, and it came into use.'
        : 'The KMS key is in a state that does not allow this.',
    forYourKeys: (d) =>
      d.when(
        'inUse',
        (why) => `AWS deletes it after the waiting period, but ${why}.`,
        `AWS changed nothing for this call.${d.when('state', (s) => ` The key reads ${s}.`)}`,
      ),
    next: (d) => {
      const state = d.text('state', '');
      if (state === 'PendingDeletion')
        return `Cancel its deletion in AWS before the waiting period is over, then ${d.goOn}.`;
      return state === 'PendingImport'
        ? `AWS has no key material for it: bring that back with Synchronize, then ${d.goOn}.`
        : `Look at the key in AWS, put its state right, then ${d.goOn}.`;
    },
  },
  AWS_KEY_GONE: {
    headline: 'AWS no longer has this KMS key.',
    forYourKeys:
      'The key kept here is safe. Nothing can be decrypted, signed or verified with that KMS key.',
    next: 'Make sure of account and Region in AWS. A key that was deleted never comes back: make a new one, for a group by Force Rotate.',
  },
  AWS_LIMIT: {
    headline: 'A limit of the AWS account is reached.',
    forYourKeys: 'AWS changed nothing for this call. Steps done before stand.',
    next: (d) => `Ask AWS for a higher limit or remove what is not needed, then ${d.goOn}.`,
  },
  AWS_REFUSED: {
    headline: 'AWS refused this call.',
    forYourKeys: 'AWS changed nothing for it. Steps done before stand.',
    next: (d) => `Read AWS's own words below, settle what they name, then ${d.goOn}.`,
  },
  AWS_FAILED: {
    headline: 'AWS reported a fault of its own.',
    forYourKeys: (d) =>
      d.inOpenJob
        ? 'The key is saved here. What AWS holds is read back before the step repeats.'
        : 'What is saved here is not touched by it. Earlier steps of a job stand.',
    next: (d) =>
      d.inOpenJob
        ? 'Wait; the step repeats by itself. If it stays so, look at the AWS health page.'
        : 'Try again in a moment. If it stays so, look at the AWS health page.',
  },
  AWS_POLICY_REFUSED: {
    headline: 'AWS did not accept the key policy.',
    forYourKeys: 'The policy in AWS stays as it was. Steps done before stand.',
    next: 'Correct the policy: its principals must exist, and somebody must be able to change it.',
  },
  AWS_CLOCK_SKEW: {
    headline: 'The clock of this computer is off.',
    forYourKeys: (d) => `Nothing was changed.${offBy(d)}`,
    next: (d) => `Set the clock by the network, then ${d.goOn}.`,
  },
  AWS_NOT_PRACTICE: {
    headline: 'That endpoint is not the practice KMS.',
    forYourKeys: (d) =>
      `Nothing was sent to it${d.because()}. A practice keystore never talks to anything else.`,
    next: 'Start the practice KMS and use the address it prints.',
  },
  PRACTICE_NOT_STARTED: {
    headline: 'The practice KMS did not start.',
    forYourKeys: (d) => `Practice keys stay in the keystore${d.because()}.`,
    next: 'Start it again. If it stays so, the log of Keyreeve says why.',
  },
  PRACTICE_NOT_RUNNING: {
    headline: 'This Keyreeve runs no practice KMS.',
    forYourKeys:
      'Nothing was changed. Only the one it started can be looked into and changed here.',
    next: 'Start it under Administration > Practice, or with "keyreeve practice start".',
  },
  PRACTICE_REFUSED: {
    headline: 'The practice KMS did not accept that.',
    forYourKeys: (d) => `Nothing was changed${d.because()}.`,
    next: 'Correct it and try again.',
  },
  IMPORT_TOKEN_EXPIRED: {
    headline: 'The import token of AWS has run out.',
    forYourKeys: 'No key material was sent. The key is saved here.',
    next: 'Continue: a new token is fetched and the key wrapped again.',
  },
  IMPORT_NOT_OPENED: {
    headline: 'AWS could not open what was wrapped for it.',
    forYourKeys:
      'Nothing was imported. If the wrapping key was not from AWS, whoever gave it could open what was sent.',
    next: (d) =>
      `Find out who answers at this endpoint. If it is AWS, ${d.goOn}: with another wrapping key.`,
  },
  IMPORT_WRONG_MATERIAL: {
    headline: (d) =>
      d.has('notTakenOver')
        ? 'AWS does not take this key as the material of that KMS key.'
        : 'AWS says this is not the material the KMS key had.',
    forYourKeys: (d) =>
      d.has('notTakenOver')
        ? `Nothing was changed in AWS, and that KMS key is not taken over. Version ${d.text('version', '')} is kept here, in no KMS key.`
        : `Nothing in AWS was overwritten. That KMS key works with ${material(d, 'expected', 'its own material')} only${d.when('kcv', (kcv) => `; what was sent has KCV ${kcv}`)}${d.has('found') ? `, and AWS calls it ${material(d, 'found', '')}` : ''}.`,
    next: (d) =>
      d.has('notTakenOver')
        ? `${d.inOpenJob ? 'Cancel this job, choose' : 'Choose'} the KMS key that has this material as Active Key ID, or none, and bring the key in again.`
        : `Delete nothing. Look in older backups for ${material(d, 'expected', 'the material of this key')}.`,
  },
  IMPORT_OVER_PRESENT: {
    headline: 'AWS does not take key material over what the KMS key has.',
    forYourKeys: (d) =>
      d.has('unproved')
        ? 'The KMS key keeps its material and the date it had. Whether that is this key is not proved, so it is not taken over. Our copy stays as it is.'
        : 'The KMS key keeps its material and the date it had. Our copy stays as it is.',
    next: (d) =>
      d.has('unproved')
        ? `${d.inOpenJob ? 'Cancel this job' : 'Leave that KMS key as it is'}. Or, where its applications can wait, have its key material deleted in AWS, then ${d.goOn}: AWS takes it back only if it is the same.`
        : `${d.inOpenJob ? 'Cancel this job, then synchronize' : 'Synchronize'} with Delete Key Material and Import Key Material ticked.`,
  },
  WRAPPING_KEY_CHANGED: {
    headline: "AWS's wrapping key is not the one that was noted before.",
    forYourKeys:
      'The key was not wrapped and nothing was sent: whoever holds a wrapping key can open what it wraps.',
    next: 'Find out who answers at this endpoint before going on.',
  },
  WRAPPING_KEY_WEAK: {
    headline: 'The wrapping key offered is too weak or was seen before.',
    forYourKeys: (d) => `The key was not wrapped and nothing was sent${d.because()}.`,
    next: 'Find out who answers at this endpoint before going on.',
  },
  READ_BACK_DIFFERS: {
    headline: 'AWS does not show what was just sent to it.',
    forYourKeys: (d) =>
      `${d.when('what', (w) => `Different: ${w}${d.when('found', (f) => ` (AWS shows ${f})`)}. `)}Steps done before stand; no later one was begun.`,
    next: (d) =>
      d.inOpenJob && ['PendingImport', 'none'].includes(d.text('found', ''))
        ? 'Continue: our copy is sent to it again. Cancel the job where the material is to stay deleted.'
        : `Look in AWS for somebody else changing it, then ${d.goOn}.`,
  },
} as const satisfies Record<string, Wording>;
