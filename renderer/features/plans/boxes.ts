import type { SynchronizeChoices } from '../../../shared/text/synchronize.ts';

/** The three boxes of Synchronize as somebody left them. */
export interface Boxes extends SynchronizeChoices {
  /** Ticking Delete takes the other two off once only: after that everybody means what they tick. */
  readonly unticked: boolean;
  /** What was switched off just now, as a sentence; empty when nothing was. */
  readonly note: string;
}

/** As the window opens: put back what AWS lost, and the policy; take nothing away. */
export const firstBoxes: Boxes = {
  deleteMaterial: false,
  updatePolicy: true,
  importMaterial: true,
  unticked: false,
  note: '',
};

/** The boxes as they count: without a template there is no policy to update, ticked or not. */
export const countingBoxes = (boxes: Boxes, hasPolicy: boolean): Boxes => ({
  ...boxes,
  updatePolicy: boxes.updatePolicy && hasPolicy,
});

/** One box ticked or unticked. */
export function tick(boxes: Boxes, box: keyof SynchronizeChoices, on: boolean): Boxes {
  const next = { ...boxes, [box]: on, note: '' };
  const others = boxes.updatePolicy || boxes.importMaterial;
  if (box !== 'deleteMaterial' || !on || boxes.unticked || !others) return next;
  const names = [
    boxes.updatePolicy ? 'Update Policy' : '',
    boxes.importMaterial ? 'Import Key Material' : '',
  ].filter((name) => name !== '');
  const [were, them] = names.length === 1 ? ['was', 'it'] : ['were', 'them'];
  return {
    ...next,
    updatePolicy: false,
    importMaterial: false,
    unticked: true,
    note: `${names.join(' and ')} ${were} switched off: tick ${them} again to do ${names.length === 1 ? 'both' : 'all'} in one go.`,
  };
}

/** When AWS deletes the material by itself: as usual until somebody chooses. */
export type Until =
  | { readonly kind: 'usual' }
  | { readonly kind: 'never' }
  | { readonly kind: 'on'; readonly date: string };

const day = 86_400_000;
/** AWS takes at most 365 days; one is left for the time zone. */
const latestDays = 364;

const two = (n: number): string => String(n).padStart(2, '0');

/** The local day, as a date field has it. */
export function dateOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
export const earliestDate = (now: number): string => dateOf(now + day);
export const latestDate = (now: number): string => dateOf(now + latestDays * day);

/** `validTo` of the call: local noon of that day, so that every part of the window tells that day. */
export function validToOf(until: Until): number | null | undefined {
  if (until.kind === 'usual') return undefined;
  if (until.kind === 'never') return null;
  const at = Date.parse(`${until.date}T12:00:00`);
  return Number.isNaN(at) ? undefined : at;
}

/** What is wrong with the date, as a sentence; null when nothing is. */
export function dateProblem(until: Until, now: number): string | null {
  if (until.kind !== 'on') return null;
  if (until.date === '') return 'Choose the date on which AWS deletes it.';
  if (until.date < earliestDate(now)) return 'AWS takes a date from tomorrow on.';
  return until.date > latestDate(now) ? 'AWS takes a date within a year.' : null;
}
