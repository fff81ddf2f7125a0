import type { Database } from 'better-sqlite3';
import type { EndingMark } from '../../../shared/model/ending-mark.ts';
import { longestLead } from '../../../shared/model/material-end.ts';
import { present, renewed } from './renewals.ts';

/** `material`: AWS deletes its copy. `life`: the planned life of a key that is in use ends. */
export interface KeyEnding extends EndingMark {
  /** When Keyreeve imports it again, or its group is rotated, before that; null: neither. */
  readonly byItselfAt: number | null;
}

/** What ends until a time, also what is over already; soonest first. */
export interface KeyEndings {
  until(question: {
    readonly until: number;
    readonly most: number;
    /** The row before the first. */
    readonly after: EndingMark | null;
  }): { readonly endings: readonly KeyEnding[]; readonly total: number };
  /** How many need somebody at this time (wall clock ms), of the ten thousand of each kind that end soonest. */
  needing(now: number): number;
}

/** Ends this near (ms) need somebody, unless they are taken care of. */
const near = 30 * 86_400_000;
/** What was to be done by itself, and was not so long after its time (ms), is left to somebody. */
const patience = 3_600_000;

/** Whether somebody has to see to it now (wall clock ms). */
export const needsSomebody = ({ at, byItselfAt }: KeyEnding, now: number): boolean =>
  at <= now + near && (byItselfAt === null || byItselfAt <= now - patience);

// Conditions as those of the indexes, word for word: SQLite takes them by that.
const parts = [
  {
    what: 'material',
    at: 'r.valid_to',
    ends: present,
    byItself: `select n.dueAt from (${renewed}) n where n.id = r.key_id`,
  },
  {
    what: 'life',
    at: 'r.planned_end',
    ends: "r.alias is not null and r.state = 'Enabled'",
    byItself: `select g.next_rotation_at from "key" k join key_group g on g.id = k.group_id
      where k.id = r.key_id and g.rotate = 1 and g.next_rotation_at <= r.planned_end`,
  },
] as const;

const endsUntil = ({ at, ends }: (typeof parts)[number]): string =>
  `from remote_key r where ${at} <= @until and ${ends}`;

// The first comparison is what an index can begin at.
const behind = ({ at, what }: (typeof parts)[number]): string =>
  `(${at}, r.key_id) >= (@afterAt, @afterKey)
    and (${at}, r.key_id, '${what}') > (@afterAt, @afterKey, @afterWhat)`;

export function createKeyEndings(db: Database): KeyEndings {
  const longest = longestLead;
  const page = db.prepare<[Readonly<Record<string, number | string>>], KeyEnding>(
    `${parts
      .map(
        (part) => `select r.key_id as keyId, ${part.at} as at, '${part.what}' as what,
          (${part.byItself}) as byItselfAt ${endsUntil(part)} and ${behind(part)}`,
      )
      .join(' union all ')}
     order by at, keyId, what limit @most + 0`,
  );
  const count = db
    .prepare<[{ until: number }], number>(
      `select ${parts.map((part) => `(select count(*) ${endsUntil(part)})`).join(' + ')}`,
    )
    .pluck();
  const needing = db
    .prepare<[{ until: number; late: number; longest: number }], number>(
      `select ${parts
        .map(
          (part) => `(select count(*) from
            (select r.key_id, ${part.at} ${endsUntil(part)} order by ${part.at} limit 10000) r
            where not exists (select 1 where (${part.byItself}) > @late))`,
        )
        .join(' + ')}`,
    )
    .pluck();
  return {
    until: ({ until, most, after }) => ({
      endings: page.all({
        until,
        most,
        longest,
        afterAt: after?.at ?? 0,
        afterKey: after?.keyId ?? '',
        afterWhat: after?.what ?? '',
      }),
      total: count.get({ until }) ?? 0,
    }),
    needing: (now) => needing.get({ until: now + near, late: now - patience, longest }) ?? 0,
  };
}
