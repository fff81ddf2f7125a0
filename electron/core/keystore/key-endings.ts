import type { Database } from 'better-sqlite3';

/** `material`: AWS deletes its copy. `life`: the planned life of a key that is in use ends. */
export interface KeyEnding {
  readonly keyId: string;
  readonly at: number;
  readonly what: 'material' | 'life';
}

const soon = `
  select r.key_id as keyId, r.valid_to as at, 'material' as what from remote_key r
  where r.valid_to is not null and r.valid_to <= @until and r.state in ('Enabled', 'Disabled')
  union all
  select k.id, k.planned_end, 'life' from "key" k join remote_key r on r.key_id = k.id
  where k.planned_end <= @until and r.state = 'Enabled' and r.alias is not null`;

/** What ends until a time, also what is over already; soonest first. */
export interface KeyEndings {
  until(
    until: number,
    most: number,
  ): { readonly endings: readonly KeyEnding[]; readonly total: number };
}

export function createKeyEndings(db: Database): KeyEndings {
  const page = db.prepare<[{ until: number; most: number }], KeyEnding>(
    `${soon} order by at, keyId limit @most`,
  );
  const count = db.prepare<[{ until: number }], number>(`select count(*) from (${soon})`).pluck();
  return {
    until: (until, most) => ({
      endings: page.all({ until, most }),
      total: count.get({ until }) ?? 0,
    }),
  };
}
