import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from '../testing/byok.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';
import * as model from './key-model.fixture.ts';

/** A campaign sets more; the default shows that the model and the product agree. */
const runs = Number(process.env['KEYREEVE_PRACTICE_RUNS'] ?? '20');
const limit = 3;
const aliases = 3;
const replicaRegion = 'eu-west-1';

let kms: PracticeKms;
let client: ByokClient;
beforeAll(async () => {
  kms = await startPracticeKms({
    wrappingKeyReuse: 1_000_000,
    onDemandLimit: limit,
  });
  client = byokClient(kms.url);
});
afterAll(() => kms.close());

type PrimaryStep =
  | {
      readonly do: 'alias';
      readonly key: number;
      readonly name: number;
      readonly how: 'create' | 'update';
    }
  | { readonly do: 'rotate' | 'replicate'; readonly key: number };
type KeyStep =
  | PrimaryStep
  | ({ readonly do: 'import'; readonly key: number } & model.ImportWish)
  | { readonly do: 'deleteMaterial'; readonly key: number; readonly bytes: number | null }
  | { readonly do: 'enable' | 'disable' | 'schedule' | 'cancel' | 'encrypt'; readonly key: number };
type Step =
  | KeyStep
  | { readonly do: 'create'; readonly origin: 'AWS_KMS' | 'EXTERNAL'; readonly multi: boolean }
  | { readonly do: 'deleteAlias'; readonly name: number }
  | { readonly do: 'advance'; readonly hours: number };

/** Rotations twice: they take the longest way to get anywhere. */
const onKey = [
  'enable',
  'disable',
  'schedule',
  'cancel',
  'rotate',
  'rotate',
  'replicate',
  'encrypt',
] as const;

const key = fc.nat(4);
const bytes = fc.nat(2);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant('create' as const),
      origin: fc.constantFrom('AWS_KMS' as const, 'EXTERNAL' as const),
      multi: fc.boolean(),
    }),
    fc.record({
      do: fc.constant('import' as const),
      key,
      bytes,
      type: fc.constantFrom(
        undefined,
        'NEW_KEY_MATERIAL' as const,
        'EXISTING_KEY_MATERIAL' as const,
      ),
      hours: fc.constantFrom(null, 2, 30),
    }),
    fc.record({ do: fc.constant('deleteMaterial' as const), key, bytes: fc.option(bytes) }),
    fc.record({
      do: fc.constant('alias' as const),
      key,
      name: fc.nat(aliases - 1),
      how: fc.constantFrom('create' as const, 'update' as const),
    }),
    fc.record({ do: fc.constant('deleteAlias' as const), name: fc.nat(aliases - 1) }),
    fc.record({ do: fc.constant('advance' as const), hours: fc.constantFrom(1, 25, 24 * 8) }),
    fc.record({
      do: fc.constantFrom(...onKey),
      key,
    }),
  ),
  { minLength: 5, maxLength: 45 },
);

const materialOf = (index: number): Buffer => Buffer.alloc(32, index + 1);
const aliasOf = (name: number): string => `alias/model-${name}`;

/** The product under one sequence of steps, beside the model. */
class Run {
  readonly world: model.World = { now: 0, keys: [], aliases: new Map(), onDemandLimit: limit };
  readonly #ids = new Map<model.ModelKey, { readonly keyId: string; readonly region: string }>();
  /** Key material ids by key and material, as the product told them. */
  readonly #materials = new Map<string, number>();

  #call(key: model.ModelKey, operation: string, body: object = {}) {
    const { keyId, region } = this.#idOf(key);
    return client.call(operation, { KeyId: keyId, ...body }, { region });
  }

  #idOf(key: model.ModelKey) {
    const id = this.#ids.get(key);
    if (id === undefined) throw new Error('a key of the model that was not made');
    return id;
  }

  /** The key that a step means; undefined while there is none. */
  #pick(index: number): model.ModelKey | undefined {
    const there = this.world.keys.filter(({ gone }) => !gone);
    return there[index % Math.max(1, there.length)];
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'create') return this.#create(step.origin, step.multi);
    if (step.do === 'advance') {
      model.advance(this.world, step.hours);
      await control(kms.controlUrl, 'POST /clock', { advanceSeconds: step.hours * 3600 });
      return;
    }
    if (step.do === 'deleteAlias') {
      const reply = await client.call('DeleteAlias', { AliasName: aliasOf(step.name) });
      this.#agree(step, model.deleteAlias(this.world, step.name), reply);
      return;
    }
    const key = this.#pick(step.key);
    if (key === undefined) return;
    await this.#onKey(step, key);
    await this.compare(key);
  }

  async #create(origin: 'AWS_KMS' | 'EXTERNAL', multi: boolean): Promise<void> {
    const MultiRegion = multi && origin === 'AWS_KMS';
    const key = model.create(this.world, origin, MultiRegion);
    const keyId = await client.createKey({ Origin: origin, MultiRegion });
    this.#ids.set(key, { keyId, region: 'eu-central-1' });
    await this.compare(key);
  }

  async #onKey(step: KeyStep, key: model.ModelKey): Promise<void> {
    const { world } = this;
    const simple = async (operation: string, answer: model.Answer, body: object = {}) =>
      this.#agree(step, answer, await this.#call(key, operation, body));
    switch (step.do) {
      case 'enable':
        return simple('EnableKey', model.turn(key, 'Enabled'));
      case 'disable':
        return simple('DisableKey', model.turn(key, 'Disabled'));
      case 'schedule':
        return simple('ScheduleKeyDeletion', model.schedule(world, key), {
          PendingWindowInDays: 7,
        });
      case 'cancel':
        return simple('CancelKeyDeletion', model.cancel(key));
      case 'encrypt':
        return simple('Encrypt', model.use(key), { Plaintext: 'eA==' });
      case 'import':
        return this.#import(step, key);
      case 'deleteMaterial':
        return this.#deleteMaterial(step, key);
      case 'rotate':
      case 'replicate':
      case 'alias':
        return this.#onPrimary(step, key);
    }
  }

  /** Replicas are driven by what concerns their own state; the rest belongs to their primary. */
  async #onPrimary(step: PrimaryStep, key: model.ModelKey): Promise<void> {
    if (key.primary !== null) return;
    const { world } = this;
    if (step.do === 'rotate') {
      const answer = model.rotate(world, key);
      this.#agree(step, answer, await this.#call(key, 'RotateKeyOnDemand'));
    } else if (step.do === 'alias') {
      const answer = model.pointAlias(world, step.name, key, step.how);
      const operation = step.how === 'create' ? 'CreateAlias' : 'UpdateAlias';
      const body = { AliasName: aliasOf(step.name), TargetKeyId: this.#idOf(key).keyId };
      this.#agree(step, answer, await client.call(operation, body));
    } else await this.#replicate(step, key);
  }

  async #import(step: Step & { do: 'import' }, key: model.ModelKey): Promise<void> {
    const { keyId, region } = this.#idOf(key);
    const here = byokClient(kms.url, { region });
    const now = Date.parse((await control<{ now: string }>(kms.controlUrl, 'GET /clock')).now);
    const expiry =
      step.hours === null
        ? { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
        : { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: now / 1000 + step.hours * 3600 };
    const answer = model.importMaterial(this.world, key, step);
    const wish = {
      KeyId: keyId,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_2048',
    };
    const given = await here.call('GetParametersForImport', wish);
    if (given.status !== 200) {
      this.#agree(step, answer, given);
      return;
    }
    const type = step.type === undefined ? {} : { ImportType: step.type };
    const reply = await here.importMaterial(keyId, materialOf(step.bytes), { ...expiry, ...type });
    this.#agree(step, answer, reply);
    if (reply.status !== 200) return;
    this.#materials.set(`${keyId} ${String(reply.json?.['KeyMaterialId'])}`, step.bytes);
  }

  async #deleteMaterial(step: Step & { do: 'deleteMaterial' }, key: model.ModelKey): Promise<void> {
    const { keyId } = this.#idOf(key);
    const known = [...this.#materials].find(
      ([name, bytes]) => name.startsWith(keyId) && bytes === step.bytes,
    );
    const id = known?.[0].split(' ')[1] ?? '0'.repeat(64);
    const which = step.bytes === null ? {} : { KeyMaterialId: id };
    const answer = model.deleteMaterial(key, step.bytes);
    this.#agree(step, answer, await this.#call(key, 'DeleteImportedKeyMaterial', which));
  }

  async #replicate(step: Step, key: model.ModelKey): Promise<void> {
    const answer = model.replicate(this.world, key);
    const reply = await this.#call(key, 'ReplicateKey', { ReplicaRegion: replicaRegion });
    this.#agree(step, answer, reply);
    if (answer !== 'ok' || key.replica === null) return;
    this.#ids.set(key.replica, { keyId: this.#idOf(key).keyId, region: replicaRegion });
  }

  #agree(step: Step, answer: model.Answer, reply: { status: number; type: string | undefined }) {
    const said = reply.type ?? (reply.status === 200 ? 'ok' : reply.status);
    expect({ step, said }).toEqual({ step, said: answer });
  }

  /** What the product tells of a key is what the model holds. */
  async compare(key: model.ModelKey): Promise<void> {
    const described = await this.#call(key, 'DescribeKey');
    if (key.gone) {
      expect(described.type).toBe('NotFoundException');
      return;
    }
    const metadata = described.json?.['KeyMetadata'] as Record<string, unknown>;
    expect(metadata['KeyState']).toBe(key.state);
    expect(metadata['Enabled']).toBe(key.state === 'Enabled');
    if (key.origin === 'EXTERNAL') await this.#compareMaterials(key);
  }

  async #compareMaterials(key: model.ModelKey): Promise<void> {
    const { keyId } = this.#idOf(key);
    const body = { IncludeKeyMaterial: 'ALL_KEY_MATERIAL' };
    const { json } = await this.#call(key, 'ListKeyRotations', body);
    const listed = (json?.['Rotations'] ?? []) as Record<string, unknown>[];
    const told = listed.map((entry) => ({
      bytes: this.#materials.get(`${keyId} ${String(entry['KeyMaterialId'])}`),
      state: entry['KeyMaterialState'],
      present: entry['ImportState'] === 'IMPORTED',
    }));
    const held = key.materials.map(({ bytes: index, state, present }) => ({
      bytes: index,
      state,
      present,
    }));
    expect(told.toSorted(byMaterial)).toEqual(held.toSorted(byMaterial));
  }

  async compareAll(): Promise<void> {
    for (const each of this.world.keys) await this.compare(each);
    const { Aliases } = await client.must('ListAliases', {});
    const told = (Aliases as { AliasName: string; TargetKeyId: string }[]).map(
      ({ AliasName, TargetKeyId }) => `${AliasName} ${TargetKeyId}`,
    );
    const held = [...this.world.aliases].map(
      ([name, target]) => `${aliasOf(name)} ${this.#idOf(target).keyId}`,
    );
    expect(told.toSorted()).toEqual(held.toSorted());
  }
}

const byMaterial = (a: { bytes: number | undefined }, b: { bytes: number | undefined }): number =>
  (a.bytes ?? -1) - (b.bytes ?? -1);

test('keys do what the model says, whatever is done in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      await control(kms.controlUrl, 'POST /reset');
      const run = new Run();
      for (const step of sequence) await run.take(step);
      await run.compareAll();
    }),
    { numRuns: runs },
  );
}, 600_000);
