import type { OutputFor } from '../../../shared/contract/index.ts';

export type JobDetail = OutputFor<'job.show'>;
export type StepView = JobDetail['steps'][number];
export type CallView = StepView['calls'][number];

/** Where a job's calls go. */
export interface CallPlace {
  readonly region: string;
  /** Address of the practice KMS; null for AWS. */
  readonly endpoint: string | null;
}

type Value = CallView['parameters'][string];
type Given = Readonly<Record<string, Value>>;
/** A parameter in the JSON that the AWS CLI takes as its input. */
type Input = Readonly<Record<string, unknown>>;

/**
 * A call as a command of the AWS CLI (version 2) for a POSIX shell, with the parameters that were
 * sent. Wrapped material and import tokens are not kept by Keyreeve: the command names files for
 * them. Null for a step's own searches, which are no single call.
 */
export function awsCommand({ call, parameters }: CallView, place: CallPlace): string | null {
  if ('keys' in parameters || !/^[A-Z][A-Za-z]+$/.test(call)) return null;
  const service = call === 'GetCallerIdentity' ? 'sts' : 'kms';
  const input = inputOf(call, parameters);
  const words = ['aws', service, kebab(call), ...wordsOf(input, blobsOf(parameters))];
  words.push('--region', quoted(place.region));
  if (place.endpoint !== null) words.push('--endpoint-url', quoted(place.endpoint));
  return words.join(' ');
}

/** True where the command needs a file that nobody keeps. */
export const namesFiles = ({ parameters }: CallView): boolean =>
  Object.keys(blobsOf(parameters)).length > 0;

/** What was sent beside the parameters that a step shows, or showed in earlier versions. */
const always: Readonly<Record<string, Input>> = {
  CreateKey: { KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT' },
  GetKeyPolicy: { PolicyName: 'default' },
  PutKeyPolicy: { PolicyName: 'default' },
};

function inputOf(call: string, given: Given): Input {
  const input: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === null || isBlob(value) || name === 'Limit') continue;
    if (name === 'Tags' && Array.isArray(value)) input[name] = value.map(tagOf);
    else if (name === 'ValidTo' && typeof value === 'number') input[name] = iso(value);
    else input[name] = value;
  }
  if (call === 'ImportKeyMaterial') {
    input['ExpirationModel'] =
      typeof given['ValidTo'] === 'number'
        ? 'KEY_MATERIAL_EXPIRES'
        : 'KEY_MATERIAL_DOES_NOT_EXPIRE';
  }
  const beside = Object.entries(always[call] ?? {}).filter(([name]) => !(name in input));
  return { ...input, ...Object.fromEntries(beside) };
}

const iso = (at: number): string => new Date(at).toISOString();

function tagOf(tag: unknown): unknown {
  const [key = '', ...value] = String(tag).split('=');
  return { TagKey: key, TagValue: value.join('=') };
}

/** Blobs are shown by length and hash only. */
const isBlob = (value: Value): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && 'bytes' in value;

function blobsOf(given: Given): Readonly<Record<string, string>> {
  const names = Object.keys(given).filter((name) => isBlob(given[name] ?? null));
  return Object.fromEntries(names.map((name) => [name, `fileb://${name}.bin`]));
}

/** The CLI reads a value that begins so from a file or the network; it must be sent as it is. */
const readsElsewhere = (value: unknown): boolean =>
  typeof value === 'string' && /^(file|fileb|https?):\/\//i.test(value);

function wordsOf(input: Input, blobs: Readonly<Record<string, string>>): readonly string[] {
  const files = Object.entries(blobs).flatMap(([name, file]) => [option(name), file]);
  if (Object.values(input).some(readsElsewhere)) {
    return ['--cli-input-json', quoted(JSON.stringify(input)), ...files];
  }
  const words = Object.entries(input).flatMap(([name, value]) => [
    option(name),
    quoted(typeof value === 'string' ? value : JSON.stringify(value)),
  ]);
  return [...words, ...files];
}

const kebab = (name: string): string =>
  name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
const option = (name: string): string => `--${kebab(name)}`;

/** For a POSIX shell: bare where nothing in it has a meaning there. */
const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
