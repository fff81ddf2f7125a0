import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import { uuidv7 } from '../electron/core/kernel/uuid.ts';
import { remoteFields, testKeystore } from '../electron/core/keystore/keystore.fixture.ts';
import { joinedColumns } from '../electron/core/keystore/rows.ts';
import { collectGarbage, median } from './support/measure.ts';
import { atMost, type Bench, figure, type Goal } from './support/report.ts';

/** 100,000 keys in 10,000 groups, as rows: kept copies play no part in lists. */
const groupCount = 10_000;
const keysPerGroup = 10;
const all = groupCount * keysPerGroup;

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

/** CPU time of this process: what else runs on the machine does not count. */
function milliseconds(work: () => unknown): number {
  // Else each side would pay for the rows that the other one left behind.
  collectGarbage();
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

interface Compared {
  readonly limit: number;
  readonly product: number;
  readonly ratio: number;
}

/** Runs the questions by turns, so that what slows the machine slows both sides. */
function compare(rounds: number, limit: () => unknown, product: () => unknown): Compared {
  const pairs: [number, number][] = [];
  limit();
  product();
  for (let round = 0; round < rounds; round++) {
    const second = round % 2 === 1 ? milliseconds(product) : null;
    const first = milliseconds(limit);
    pairs.push([first, second ?? milliseconds(product)]);
  }
  return {
    limit: median(pairs.map(([a]) => a)),
    product: median(pairs.map(([, b]) => b)),
    ratio: median(pairs.map(([a, b]) => b / a)),
  };
}

interface Question {
  readonly text: string;
  readonly limit: () => unknown;
  readonly product: () => unknown;
  goals(seen: Compared): Goal[];
}

const within = (text: string, most: number) => (seen: Compared) => [
  atMost(`${text} within ${most} ms`, seen.product, most, `${figure(seen.product)} ms`),
];

/** Lists and searches of the keystore against plain SQLite, in one run. Goals: P11. */
export const bench: Bench = async ({ quick }) => {
  const rounds = quick ? 3 : 7;
  using keystore = testKeystore();
  const sample = fill(keystore);
  const plain = plainCopy(keystore);
  // Both as after opening: nothing in the write-ahead log.
  for (const db of [plain, keystore.temporary.store.db]) db.pragma('wal_checkpoint(TRUNCATE)');
  try {
    const asked = questions(keystore, plain, sample).map((question) => ({
      question,
      seen: compare(rounds, question.limit, question.product),
    }));
    return {
      title: `Listing ${all.toLocaleString('en')} keys in ${groupCount.toLocaleString('en')} groups`,
      goals: asked.flatMap(({ question, seen }) => question.goals(seen)),
      tables: [
        {
          title: `Milliseconds of CPU, medians of ${rounds} interleaved rounds`,
          columns: ['question', 'plain SQLite', 'keystore', 'ratio (median of ratios)'],
          rows: asked.map(({ question, seen }) => [
            question.text,
            figure(seen.limit),
            figure(seen.product),
            figure(seen.ratio),
          ]),
        },
      ],
      remarks: [
        'Plain SQLite: the same rows in an unencrypted file, the same join, LIKE for the searches.',
      ],
    };
  } finally {
    plain.close();
  }
};

function questions(keystore: Keystore, plain: Database.Database, sample: Sample): Question[] {
  const joined = `select ${joinedColumns} from "key" k left join remote_key r on r.key_id = k.id`;
  const order = 'order by k.group_id, k.version limit ?';
  const plainList = plain.prepare(`${joined} ${order}`);
  const plainFind = plain.prepare(
    `${joined} where k.kcv like @like or r.arn like @like or r.alias like @like
       or r.material_id like @like order by k.group_id, k.version limit 100`,
  );
  const list = (find: string, limit: number) =>
    keystore.keys.list({ groupId: null, find, limit, after: null });
  const finds = [
    ['a KMS key id', sample.kmsKeyId],
    ['an ARN', sample.arn],
    ['6 digits of a material id', sample.materialId.slice(9, 15)],
    ['"abc", in one key of 40', 'abc'],
    ['a group name', 'payments-777-prod'],
    ['a Region, in every key', 'eu-west-1'],
  ] as const;
  return [
    {
      text: 'list all keys',
      limit: () => plainList.all(all),
      product: () => list('', all),
      goals: (seen) => [
        ...within('all keys', 250)(seen),
        atMost(
          'all keys within 1.3 times plain SQLite',
          seen.ratio,
          1.3,
          `${figure(seen.ratio)} times`,
        ),
      ],
    },
    {
      text: 'first page of 100',
      limit: () => plainList.all(100),
      product: () => list('', 100),
      goals: within('first page', 2),
    },
    ...finds.map(([what, find]) => ({
      text: `find ${what}`,
      limit: () => plainFind.all({ like: `%${find}%` }),
      product: () => list(find, 100),
      goals: within(`find ${what}`, 20),
    })),
  ];
}
