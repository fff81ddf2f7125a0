import type { JobState } from '../../../shared/model/job.ts';
import type { Store } from '../store/store.ts';

/** The job that chose a marker for the KMS key it was about to make. */
export interface MarkingJob {
  readonly id: string;
  readonly number: number;
  readonly state: JobState;
  /** What the KMS key was for: a key of a group, or an external key. */
  readonly madeFor: string | null;
}

const shape = /^kr-(\d{1,9})-[0-9a-f]{12}$/;

/** Number that a marker gives its job; null for one of another form. */
export const jobNumberOf = (marker: string): number | null => {
  const [, number] = shape.exec(marker) ?? [];
  return number === undefined ? null : Number(number);
};

/**
 * Finds the job of a marker by what was committed before the KMS key was made. Its number alone would not do: a
 * keystore restored from an older copy gives the same number to another job.
 */
export function createMarkSearch({ db }: Pick<Store, 'db'>): (marker: string) => MarkingJob | null {
  const found = db.prepare<[{ number: number; marker: string }], MarkingJob>(
    `select j.id, j.number, j.state, coalesce(json_extract(made.output, '$.keyId'),
       json_extract(j.payload, '$.keyId')) as madeFor
     from job_step s join job j on j.number = s.job
       left join job_step made
         on made.job = s.job and made.name = 'generate' and made.output is not null
     where s.job = @number and s.name = 'create' and json_extract(s.intent, '$.marker') = @marker
     order by made.run desc limit 1`,
  );
  return (marker) => {
    const number = jobNumberOf(marker);
    return number === null ? null : (found.get({ number, marker }) ?? null);
  };
}
