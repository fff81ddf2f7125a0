import { OperationError } from '../../../shared/errors/operation-error.ts';

export type Partition =
  | 'aws'
  | 'aws-us-gov'
  | 'aws-cn'
  | 'aws-eusc'
  | 'aws-iso'
  | 'aws-iso-b'
  | 'aws-iso-e'
  | 'aws-iso-f';

export interface Region {
  readonly code: string;
  readonly name: string;
  readonly partition: Partition;
  /** What a person must know before choosing it. */
  readonly note?: string;
}

const govNote =
  'Open to US persons and US entities that work with the US government only; AWS decides who may have an account there.';
const chinaNote = 'Needs an account of AWS China; accounts of other Regions do not work there.';
const sovereignNote =
  'Needs an account of the AWS European Sovereign Cloud; other accounts do not work there.';

/** Codes and names as AWS publishes them (same data as the SDK's partition file; tested against it). */
const named: readonly (readonly [Partition, string, string])[] = [
  ['aws', 'af-south-1', 'Africa (Cape Town)'],
  ['aws', 'ap-east-1', 'Asia Pacific (Hong Kong)'],
  ['aws', 'ap-east-2', 'Asia Pacific (Taipei)'],
  ['aws', 'ap-northeast-1', 'Asia Pacific (Tokyo)'],
  ['aws', 'ap-northeast-2', 'Asia Pacific (Seoul)'],
  ['aws', 'ap-northeast-3', 'Asia Pacific (Osaka)'],
  ['aws', 'ap-south-1', 'Asia Pacific (Mumbai)'],
  ['aws', 'ap-south-2', 'Asia Pacific (Hyderabad)'],
  ['aws', 'ap-southeast-1', 'Asia Pacific (Singapore)'],
  ['aws', 'ap-southeast-2', 'Asia Pacific (Sydney)'],
  ['aws', 'ap-southeast-3', 'Asia Pacific (Jakarta)'],
  ['aws', 'ap-southeast-4', 'Asia Pacific (Melbourne)'],
  ['aws', 'ap-southeast-5', 'Asia Pacific (Malaysia)'],
  ['aws', 'ap-southeast-6', 'Asia Pacific (New Zealand)'],
  ['aws', 'ap-southeast-7', 'Asia Pacific (Thailand)'],
  ['aws', 'ca-central-1', 'Canada (Central)'],
  ['aws', 'ca-west-1', 'Canada West (Calgary)'],
  ['aws', 'eu-central-1', 'Europe (Frankfurt)'],
  ['aws', 'eu-central-2', 'Europe (Zurich)'],
  ['aws', 'eu-north-1', 'Europe (Stockholm)'],
  ['aws', 'eu-south-1', 'Europe (Milan)'],
  ['aws', 'eu-south-2', 'Europe (Spain)'],
  ['aws', 'eu-west-1', 'Europe (Ireland)'],
  ['aws', 'eu-west-2', 'Europe (London)'],
  ['aws', 'eu-west-3', 'Europe (Paris)'],
  ['aws', 'il-central-1', 'Israel (Tel Aviv)'],
  ['aws', 'me-central-1', 'Middle East (UAE)'],
  ['aws', 'me-south-1', 'Middle East (Bahrain)'],
  ['aws', 'me-west-1', 'Middle East (Saudi Arabia)'],
  ['aws', 'mx-central-1', 'Mexico (Central)'],
  ['aws', 'sa-east-1', 'South America (Sao Paulo)'],
  ['aws', 'sa-west-1', 'South America (Chile)'],
  ['aws', 'us-east-1', 'US East (N. Virginia)'],
  ['aws', 'us-east-2', 'US East (Ohio)'],
  ['aws', 'us-west-1', 'US West (N. California)'],
  ['aws', 'us-west-2', 'US West (Oregon)'],
  ['aws-us-gov', 'us-gov-east-1', 'AWS GovCloud (US-East)'],
  ['aws-us-gov', 'us-gov-west-1', 'AWS GovCloud (US-West)'],
  ['aws-cn', 'cn-north-1', 'China (Beijing)'],
  ['aws-cn', 'cn-northwest-1', 'China (Ningxia)'],
  ['aws-eusc', 'eusc-de-east-1', 'AWS European Sovereign Cloud (Germany)'],
];

const notes: Partial<Record<Partition, string>> = {
  'aws-us-gov': govNote,
  'aws-cn': chinaNote,
  'aws-eusc': sovereignNote,
};

/** Regions offered for choice, in the order of the list. */
export const regions: readonly Region[] = named.map(([partition, code, name]) => {
  const note = notes[partition];
  return note === undefined ? { code, name, partition } : { code, name, partition, note };
});

const byCode = new Map(regions.map((region) => [region.code, region]));

/** Shapes of Region codes by partition, so that one newer than this list can be typed. */
const shapes: readonly (readonly [Partition, RegExp])[] = [
  ['aws-us-gov', /^us-gov-[a-z]+-\d{1,2}$/],
  ['aws-cn', /^cn-[a-z]+-\d{1,2}$/],
  ['aws-eusc', /^eusc-de-[a-z]+-\d{1,2}$/],
  ['aws-iso-b', /^us-isob-[a-z]+-\d{1,2}$/],
  ['aws-iso-e', /^eu-isoe-[a-z]+-\d{1,2}$/],
  ['aws-iso-f', /^us-isof-[a-z]+-\d{1,2}$/],
  ['aws-iso', /^us-iso-[a-z]+-\d{1,2}$/],
  ['aws', /^(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d{1,2}$/],
];

/**
 * The Region of a code; one that is not in the list but has the shape of a code is taken as it is.
 * @throws OperationError BAD_INPUT
 */
export function regionOf(code: string): Region {
  const known = byCode.get(code);
  if (known) return known;
  const partition = shapes.find(([, shape]) => shape.test(code))?.[0];
  if (partition === undefined || code.length > 32) {
    throw new OperationError('BAD_INPUT', { field: 'region', problem: 'not an AWS Region code' });
  }
  return { code, name: code, partition };
}

/** True when the list knows the Region: one it does not know is accepted, with a remark. */
export const isListedRegion = (code: string): boolean => byCode.has(code);
