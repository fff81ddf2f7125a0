import type { Store } from '../store/store.ts';

/** A call that a step of a job made. */
export interface CallFound {
  readonly jobId: string;
  readonly call: string;
  readonly requestId: string;
}

/** Finds jobs by the AWS request id of one of their calls, or by how it begins. */
export function createCallSearch({
  db,
}: Pick<Store, 'db'>): (requestId: string, most: number) => readonly CallFound[] {
  const found = db.prepare<[{ from: string; to: string; most: number }], CallFound>(
    `select j.id as jobId, c.call, c.request_id as requestId
     from job_call c join job j on j.number = c.job
     where c.request_id is not null and c.request_id >= @from and c.request_id < @to
     order by c.request_id limit @most`,
  );
  return (requestId, most) => {
    const from = requestId.toLowerCase();
    return found.all({ from, to: `${from}g`, most });
  };
}
