/** A Region offered for choice. */
export interface RegionChoice {
  readonly code: string;
  readonly name: string;
  /** What a person must know before choosing it. */
  readonly note: string | null;
}

const gov =
  'Open to US persons and US entities that work with the US government only; AWS decides who may have an account there.';
const china = 'Needs an account of AWS China; accounts of other Regions do not work there.';
const sovereign =
  'Needs an account of the AWS European Sovereign Cloud; other accounts do not work there.';

const named: readonly (readonly [code: string, name: string, note?: string])[] = [
  ['af-south-1', 'Africa (Cape Town)'],
  ['ap-east-1', 'Asia Pacific (Hong Kong)'],
  ['ap-east-2', 'Asia Pacific (Taipei)'],
  ['ap-northeast-1', 'Asia Pacific (Tokyo)'],
  ['ap-northeast-2', 'Asia Pacific (Seoul)'],
  ['ap-northeast-3', 'Asia Pacific (Osaka)'],
  ['ap-south-1', 'Asia Pacific (Mumbai)'],
  ['ap-south-2', 'Asia Pacific (Hyderabad)'],
  ['ap-southeast-1', 'Asia Pacific (Singapore)'],
  ['ap-southeast-2', 'Asia Pacific (Sydney)'],
  ['ap-southeast-3', 'Asia Pacific (Jakarta)'],
  ['ap-southeast-4', 'Asia Pacific (Melbourne)'],
  ['ap-southeast-5', 'Asia Pacific (Malaysia)'],
  ['ap-southeast-6', 'Asia Pacific (New Zealand)'],
  ['ap-southeast-7', 'Asia Pacific (Thailand)'],
  ['ca-central-1', 'Canada (Central)'],
  ['ca-west-1', 'Canada West (Calgary)'],
  ['eu-central-1', 'Europe (Frankfurt)'],
  ['eu-central-2', 'Europe (Zurich)'],
  ['eu-north-1', 'Europe (Stockholm)'],
  ['eu-south-1', 'Europe (Milan)'],
  ['eu-south-2', 'Europe (Spain)'],
  ['eu-west-1', 'Europe (Ireland)'],
  ['eu-west-2', 'Europe (London)'],
  ['eu-west-3', 'Europe (Paris)'],
  ['il-central-1', 'Israel (Tel Aviv)'],
  ['me-central-1', 'Middle East (UAE)'],
  ['me-south-1', 'Middle East (Bahrain)'],
  ['me-west-1', 'Middle East (Saudi Arabia)'],
  ['mx-central-1', 'Mexico (Central)'],
  ['sa-east-1', 'South America (Sao Paulo)'],
  ['sa-west-1', 'South America (Chile)'],
  ['us-east-1', 'US East (N. Virginia)'],
  ['us-east-2', 'US East (Ohio)'],
  ['us-west-1', 'US West (N. California)'],
  ['us-west-2', 'US West (Oregon)'],
  ['us-gov-east-1', 'AWS GovCloud (US-East)', gov],
  ['us-gov-west-1', 'AWS GovCloud (US-West)', gov],
  ['cn-north-1', 'China (Beijing)', china],
  ['cn-northwest-1', 'China (Ningxia)', china],
  ['eusc-de-east-1', 'AWS European Sovereign Cloud (Germany)', sovereign],
];

/** Codes and names as AWS publishes them; the core has the last word on a code. */
export const regionChoices: readonly RegionChoice[] = named.map(([code, name, note]) => ({
  code,
  name,
  note: note ?? null,
}));

/** A Region by its code; null for one that is not in the list. */
export const regionChoice = (code: string): RegionChoice | null =>
  regionChoices.find((one) => one.code === code) ?? null;

const shape = /^[a-z]{2,4}(-[a-z]+)+-\d$/;
/** Reads like a Region's code, whether it is in the list or newer than it. */
export const isRegionCode = (text: string): boolean => shape.test(text);

/** The code meant by what somebody typed: "ireland" is eu-west-1. What fits nothing stays. */
export function meantRegion(text: string, usedHere: readonly string[] = []): string {
  if (text === '' || isRegionCode(text)) return text;
  return findRegions(text, usedHere)[0]?.code ?? text;
}

/** Regions whose code or name has every word of the text in it; those used here already come first. */
export function findRegions(text: string, usedHere: readonly string[] = []): RegionChoice[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ code, name }: RegionChoice): boolean =>
    words.every((word) => `${code} ${name}`.toLowerCase().includes(word));
  const rank = ({ code }: RegionChoice): number => {
    const at = usedHere.indexOf(code);
    return at < 0 ? usedHere.length : at;
  };
  return regionChoices.filter(fits).toSorted((a, b) => rank(a) - rank(b));
}
