import { longestLead } from '../../../shared/model/material-end.ts';
import type { Domain } from './rows.ts';

/**
 * When keys are imported into AWS again by themselves, so that AWS does not delete their material: where
 * the group's template gives material so many days, until the planned life of a key that no alias holds is
 * over, and never against a date that a person chose for the key. Versions that share a KMS key go by
 * all of them, for AWS refuses one that lacks any of its materials.
 */
export interface Renewals {
  /** Keys whose time has come at `at` (wall clock ms), longest due first. */
  due(at: number): readonly { readonly id: string; readonly dueAt: number }[];
  /** When this key is imported again (wall clock ms); null: it is not. */
  of(keyId: string): number | null;
  /** Notes the date (ms) on which AWS shall delete the material by a person's choice; null: by the template. */
  choose(keyId: string, validTo: number | null): void;
}

/** A day of the template is 86,400,000 ms; `renewalOf` reckons the same. */
const dueAt = 'r.valid_to - min(@longest, g.material_days * 43200000)';

/** AWS has its material, whatever other material its KMS key waits for. As the index has it, word for word. */
export const present = `(r.state in ('Enabled', 'Disabled')
    or r.state = 'PendingImport' and r.import_state = 'IMPORTED')`;

/** Each key that is renewed: its `id`, and when its time comes (`dueAt`). */
export const renewed = `
  select r.key_id as id, ${dueAt} as dueAt
  from remote_key r join "key" k on k.id = r.key_id join key_group g on g.id = k.group_id
    left join chosen_end c on c.key_id = r.key_id
  where g.material_days is not null and ${present}
    and c.valid_to is not r.valid_to
    and (r.alias is not null or k.planned_end > ${dueAt}
      or r.material_state is not null and exists (select 1 from remote_key o
        where o.arn = r.arn and (o.alias is not null or o.planned_end > ${dueAt})))`;

export function createRenewals({ store }: Domain): Renewals {
  const { db } = store;
  const due = db.prepare<
    [{ at: number; ends: number; longest: number }],
    { id: string; dueAt: number }
  >(
    // the first comparison finds them by index
    `${renewed} and r.valid_to <= @ends and ${dueAt} <= @at order by dueAt, id`,
  );
  const one = db.prepare<[{ keyId: string; longest: number }], { dueAt: number | null }>(
    `${renewed} and r.key_id = @keyId and r.valid_to is not null`,
  );
  const put = db.prepare(
    `insert into chosen_end (key_id, valid_to) values (?, ?)
     on conflict (key_id) do update set valid_to = excluded.valid_to`,
  );
  const drop = db.prepare('delete from chosen_end where key_id = ?');
  return {
    due: (at) => due.all({ at, ends: at + longestLead, longest: longestLead }),
    of: (keyId) => one.get({ keyId, longest: longestLead })?.dueAt ?? null,
    choose(keyId, validTo) {
      store.change(() => {
        if (validTo === null) drop.run(keyId);
        else put.run(keyId, validTo);
      });
    },
  };
}
