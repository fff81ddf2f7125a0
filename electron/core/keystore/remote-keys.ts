import { lifecycleRead } from '../../../shared/model/lifecycle.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Keys } from './keys.ts';
import type { AliasElsewhere, Domain, RemoteKey } from './rows.ts';
import { SharedKmsKeys } from './shared-kms-keys.ts';

type Versions = Pick<Keys, 'get' | 'ofGroup' | 'setLifecycle' | 'addEvent'>;
type Remotes = Pick<
  Keys,
  | 'setRemote'
  | 'forgetRemote'
  | 'noteRemote'
  | 'noteMaterials'
  | 'moveAlias'
  | 'loseAlias'
  | 'aliasElsewhere'
>;

/** What AWS last said of the keys: one row for each key that has a KMS key, or a part in one. */
export class RemoteKeys implements Remotes {
  readonly #store;
  readonly #keys: Versions;
  readonly #shared;
  readonly #sql;

  constructor({ store }: Domain, keys: Versions) {
    this.#store = store;
    this.#keys = keys;
    const { db } = store;
    this.#sql = {
      put: db.prepare<Omit<RemoteKey, 'taken'> & { readonly taken: number }>(
        `insert into remote_key (key_id, kms_key_id, arn, account, region, made_by, state,
           material_id, current_material, taken, valid_to, alias, policy_read, read_at,
           material_state, import_state)
         values (@keyId, @kmsKeyId, @arn, @account, @region, @madeBy, @state, @materialId,
           @currentMaterial, @taken, @validTo, @alias, @policyRead, @readAt, @materialState,
           @importState)
         on conflict (key_id) do update set kms_key_id = excluded.kms_key_id, arn = excluded.arn,
           account = excluded.account, region = excluded.region, made_by = excluded.made_by,
           state = excluded.state, material_id = excluded.material_id,
           current_material = excluded.current_material, taken = excluded.taken, valid_to = excluded.valid_to,
           alias = excluded.alias, policy_read = excluded.policy_read, read_at = excluded.read_at,
           material_state = excluded.material_state, import_state = excluded.import_state`,
      ),
      forget: db.prepare('delete from remote_key where key_id = ?'),
      dropAlias: db.prepare(
        `update remote_key set alias = null where alias = @alias and region = @region
           and key_id <> @keyId and key_id in (select id from "key" where group_id = @groupId)`,
      ),
      lose: db.prepare(
        `insert into alias_elsewhere (group_id, region, alias, kms_key_id, arn, read_at)
         values (@groupId, @region, @alias, @kmsKeyId, @arn, @readAt)
         on conflict (group_id) do update set region = excluded.region, alias = excluded.alias,
           kms_key_id = excluded.kms_key_id, arn = excluded.arn, read_at = excluded.read_at`,
      ),
      regain: db.prepare(
        'delete from alias_elsewhere where group_id = ? and region = ? and alias = ?',
      ),
      elsewhere: db.prepare<[string], AliasElsewhere>(
        `select e.kms_key_id as kmsKeyId, e.arn, e.read_at as readAt
         from alias_elsewhere e join key_group g on g.id = e.group_id
         where e.group_id = ? and e.alias = 'alias/' || g.alias and e.region = g.region`,
      ),
    };
    this.#shared = new SharedKmsKeys(keys, (row) => this.#put(row));
  }

  setRemote(remote: Parameters<Keys['setRemote']>[0]): void {
    this.#store.change(() => {
      const unread = { policyRead: null, currentMaterial: null, taken: false };
      this.#put({ ...unread, materialState: null, importState: null, ...remote });
    });
  }

  forgetRemote(keyId: string): void {
    this.#store.change(() => this.#sql.forget.run(keyId));
  }

  #put(remote: RemoteKey): void {
    this.#sql.put.run({ ...remote, taken: Number(remote.taken) });
  }

  noteRemote(keyId: string, reading: Parameters<Keys['noteRemote']>[1]): void {
    this.#store.change(() => {
      const { key, remote } = this.#keys.get(keyId);
      if (!remote) throw new OperationError('KEY_NOT_IN_AWS', { version: key.version });
      const read = Object.entries(reading).filter(([, value]) => value !== undefined);
      const given: Partial<RemoteKey> = Object.fromEntries(read);
      if (remote.materialState !== null) {
        this.#shared.note(key, remote, given);
        return;
      }
      this.#put({ ...remote, ...given });
      const lifecycle = lifecycleRead(key.lifecycle, reading.state ?? remote.state);
      if (lifecycle !== null) this.#keys.setLifecycle(keyId, lifecycle);
    });
  }

  noteMaterials(keyId: string, materials: Parameters<Keys['noteMaterials']>[1]): void {
    this.#store.change(() => {
      const { key, remote } = this.#keys.get(keyId);
      if (!remote) throw new OperationError('KEY_NOT_IN_AWS', { version: key.version });
      if (remote.materialState !== null) this.#shared.noteMaterials(key, remote, materials);
    });
  }

  moveAlias(groupId: string, region: string, alias: string, keyId: string, readAt: number): void {
    this.#store.change(() => {
      this.#sql.dropAlias.run({ groupId, region, alias, keyId });
      this.#sql.regain.run(groupId, region, alias);
      this.noteRemote(keyId, { alias, readAt });
    });
  }

  loseAlias(groupId: string, region: string, alias: string, at: AliasElsewhere): void {
    this.#store.change(() => {
      this.#sql.dropAlias.run({ groupId, region, alias, keyId: '' });
      this.#sql.lose.run({ groupId, region, alias, ...at });
    });
  }

  aliasElsewhere(groupId: string): AliasElsewhere | null {
    return this.#sql.elsewhere.get(groupId) ?? null;
  }
}
