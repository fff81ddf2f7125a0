import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import Database from 'better-sqlite3';
import { uuidv7 } from '../electron/core/kernel/uuid.ts';
import { remoteFields, testKeystore } from '../electron/core/keystore/keystore.fixture.ts';
import { joinedColumns } from '../electron/core/keystore/rows.ts';

/** 100,000 keys in 10,000 groups, as rows: kept copies play no part in lists. */
const groupCount = 10_000;
const keysPerGroup = 10;
const rounds = 7;

type Keystore = ReturnType<typeof testKeystore>;
interface Sample {
  readonly arn: string;
  readonly kmsKeyId: string;
  readonly materialId: string;
  readonly groupId: string;
}

function fill(keystore: Keystore): Sample {
  const { store, random } = keystore.temporary;
  const now = keystore.clock.now();
  const times = JSON.stringify({ 'pre-activation': now, active: now });
  const addKey = store.db.prepare(
    `insert into "key" (id, group_id, version, lifecycle, lifecycle_times, kcv_method, kcv, storage,
       assurance, token_serial, mechanism, master_id, made_at, planned_end)
     values (?, ?, ?, 'active', ?, 'CMAC', ?, 'hsm', 'software-module', '7016234',
       'CKM_AES_KEY_WRAP_KWP', '6b31', ?, ?)`,
  );
  const addRemote = store.db.prepare(
    `insert into remote_key (key_id, kms_key_id, arn, account, region, made_by, state, material_id,
       valid_to, alias, policy_read, read_at)
     values (@keyId, @kmsKeyId, @arn, @account, @region, @madeBy, @state, @materialId, @validTo,
       @alias, @policyRead, @readAt)`,
  );
  let sample: Sample | null = null;
  store.change(() => {
    for (let n = 0; n < groupCount; n++) {
      const name = `payments-${n}-prod`;
      const groupId = keystore.addGroup({ name }).id;
      for (let version = 1; version <= keysPerGroup; version++) {
        const id = uuidv7({ clock: keystore.clock, random });
        const kcv = randomBytes(5).toString('hex').toUpperCase();
        addKey.run(id, groupId, version, times, kcv, now, now);
        const alias = version === keysPerGroup ? `alias/${name}` : null;
        const remote = remoteFields(id, { readAt: now, alias });
        addRemote.run(remote);
        if (n === groupCount / 2)
          sample = { ...remote, groupId, materialId: remote.materialId ?? '' };
      }
    }
  });
  if (sample === null) throw new Error('nothing was filled in');
  return sample;
}

/** The same rows in an unencrypted file with nothing of ours on it. */
function plainCopy(keystore: Keystore): Database.Database {
  const { store, folder } = keystore.temporary;
  const plain = new Database(`${folder}/plain.sqlite`);
  plain.pragma('journal_mode = WAL');
  plain.pragma('cache_size = -131072');
  for (const table of ['key', 'remote_key']) {
    const columns = store.db
      .prepare<[string], string>('select name from pragma_table_info(?)')
      .pluck()
      .all(table);
    const names = columns.join(', ');
    plain.exec(`create table "${table}" (${names})`);
    const insert = plain.prepare(
      `insert into "${table}" values (${columns.map(() => '?').join(', ')})`,
    );
    const rows = store.db.prepare<[], unknown[]>(`select ${names} from "${table}"`).raw();
    plain.transaction(() => {
      for (const row of rows.iterate()) insert.run(...row);
    })();
  }
  plain.exec(`create unique index key_order on "key" (group_id, version);
    create unique index remote_of on remote_key (key_id)`);
  return plain;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** CPU time of this process: what else runs on the machine does not count. */
function milliseconds(work: () => unknown): number {
  // Else each side would pay for the rows that the other one left behind.
  collectGarbage();
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** Runs the questions by turns, so that what slows the machine slows both sides. */
function compare(limit: () => unknown, product: () => unknown) {
  const pairs: [number, number][] = [];
  limit();
  product();
  for (let round = 0; round < rounds; round++) {
    const second = round % 2 === 1 ? milliseconds(product) : null;
    const first = milliseconds(limit);
    pairs.push([first, second ?? milliseconds(product)]);
  }
  return {
    limit: median(pairs.map(([a]) => a)).toFixed(1),
    product: median(pairs.map(([, b]) => b)).toFixed(1),
    ratio: median(pairs.map(([a, b]) => b / a)).toFixed(2),
  };
}

/** Lists and searches of the keystore against plain SQLite, in one run. Goals: P11. */
export async function bench(): Promise<{ title: string; columns: string[]; rows: string[][] }> {
  using keystore = testKeystore();
  const sample = fill(keystore);
  const plain = plainCopy(keystore);
  // Both as after opening: nothing in the write-ahead log.
  for (const db of [plain, keystore.temporary.store.db]) db.pragma('wal_checkpoint(TRUNCATE)');
  const joined = `select ${joinedColumns} from "key" k left join remote_key r on r.key_id = k.id`;
  const order = 'order by k.group_id, k.version limit ?';
  const plainList = plain.prepare(`${joined} ${order}`);
  const plainFind = plain.prepare(
    `${joined} where k.kcv like @like or r.arn like @like or r.alias like @like
       or r.material_id like @like order by k.group_id, k.version limit 100`,
  );
  const list = (find: string, limit: number) =>
    keystore.keys.list({ groupId: null, find, limit, after: null });
  const all = groupCount * keysPerGroup;
  const questions: [string, string, () => unknown, () => unknown][] = [
    ['list all keys', '1.3 x', () => plainList.all(all), () => list('', all)],
    ['first page of 100', '2 ms', () => plainList.all(100), () => list('', 100)],
  ];
  const finds = [
    ['a KMS key id', sample.kmsKeyId],
    ['an ARN', sample.arn],
    ['6 digits of a material id', sample.materialId.slice(9, 15)],
    ['"abc", in one key of 40', 'abc'],
    ['a group name', 'payments-777-prod'],
    ['a Region, in every key', 'eu-west-1'],
  ] as const;
  for (const [what, find] of finds) {
    const like = `%${find}%`;
    questions.push([`find ${what}`, '20 ms', () => plainFind.all({ like }), () => list(find, 100)]);
  }
  try {
    const rows = questions.map(([question, goal, limit, product]) => {
      const seen = compare(limit, product);
      return [question, goal, seen.limit, seen.product, seen.ratio];
    });
    const title = `Listing ${all} keys in ${groupCount} groups (medians of ${rounds} interleaved rounds)`;
    return {
      title,
      columns: ['question', 'goal', 'plain SQLite, CPU ms', 'keystore, CPU ms', 'ratio'],
      rows,
    };
  } finally {
    plain.close();
  }
}
