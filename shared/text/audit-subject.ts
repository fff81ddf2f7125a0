import { sayCount } from './counted.ts';
import { shortId } from './states.ts';

/** What an audit record, or one about to be written, says of what it is about. */
export interface AuditedAbout {
  readonly objects: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;
}

/** Details that say what a record is about, the most telling first: its name, else a place or an address. */
const telling = ['name', 'label', 'title', 'place', 'path', 'folder', 'url'] as const;

/** What a record is about, as short as a column: a name where it was recorded, else an id. */
export function subjectWords({ objects, details }: AuditedAbout): string {
  const { job, step } = details;
  if (typeof job === 'number') return `job ${job}${typeof step === 'string' ? `, ${step}` : ''}`;
  const named = telling
    .map((field) => details[field])
    .find((each) => typeof each === 'string' && each !== '');
  if (typeof named === 'string') return named;
  const [first, ...others] = objects;
  if (first === undefined || first === '') return '';
  return `${shortId(first)}${others.length > 0 ? ` and ${sayCount(others.length)} more` : ''}`;
}
