import { z } from 'zod';
import type { Json } from '../../../../../shared/model/json.ts';
import { aliasName } from '../../../../../shared/contract/shapes.ts';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import { type LeftBehind, leftoverTexts } from '../../../../../shared/text/leftovers.ts';
import type { KmsKeyRead } from '../../../cloud/answers.ts';
import type { XksKey, XksVersion } from '../../../keystore/xks/rows.ts';
import type { JobKind, StepContext, StepResult, StepSpec } from '../../kind.ts';
import { proof, shortId } from '../reading.ts';
import { searchOn } from '../rotation-create.ts';
import type { DeedServices } from '../services.ts';
import { provePolicy, refusedTo, refusesTrial, requireKeyPolicy } from './key-policy.ts';
import {
  kmsKeyOf,
  kmsStoreIdOf,
  openStore,
  outputOf,
  publishAndConfirm,
  readStore,
} from './opening.ts';
import {
  fieldsOf,
  install,
  newVersion,
  putIntoService,
  save,
  storageOf,
  unfinishedOf,
} from './service-key.ts';
import { requireSecondPlace } from '../second-place.ts';
import { storeStanding } from './standing.ts';

const keyCreatePayload = z.strictObject({
  storeId: z.uuid(),
  /** Of the external key: one of this name that has no KMS key is taken, else it is made. */
  name: z.string().min(1).max(255),
  description: z.string().max(8000),
  alias: aliasName.nullable(),
  /** JSON text; null: AWS's default policy. Jobs of before there was one have none. */
  policy: z.string().max(32_768).nullable().default(null),
});
export type KeyCreatePayload = z.output<typeof keyCreatePayload>;
type Context = StepContext<KeyCreatePayload>;
type Step = StepSpec<KeyCreatePayload>;

interface External {
  readonly keyId: string;
}

/** One action: the external key in the HSM, and the KMS key in AWS that stands for it. */
export function createXksKey(services: DeedServices): JobKind<KeyCreatePayload> {
  return {
    name: 'xks-key.create',
    payload: keyCreatePayload,
    steps: [
      checkStep(services),
      externalStep(services),
      saveStep(services),
      installStep(services),
      publishStep(services, 'serve', 'Give the proxies the external key'),
      createStep(services),
      publishStep(services, 'bind', 'Bind the external key to its KMS key'),
      aliasStep(services),
      tryStep(services),
    ],
    orderKey: ({ storeId }) => `xks:${storeId}`,
    deedKey: ({ storeId, name }) => `create-key:${storeId}/${name}`,
    needsDesignation: false,
    commitStep: 'create',
    standing: (context) =>
      storeStanding(services, {
        storeId: context.payload.storeId,
        keyId: keyOf(services, context)?.id ?? null,
        inDoubt: mayHaveMade(context) ? 'kms-key' : null,
        takesAway: false,
      }),
    leftovers: (context) => leftoverTexts(leftBy(services, context)),
  };
}

interface Left {
  readonly payload: KeyCreatePayload;
  readonly outputs: Readonly<Record<string, Json>>;
  readonly stepStates: Readonly<Record<string, string>>;
}

/** The external key of the job, also of one that died before it could say which it made. */
function keyOf({ xks }: DeedServices, { payload, outputs }: Left): XksKey | null {
  const said = outputs['external'] as External | undefined;
  if (said) return xks.model.keys.byId(said.keyId);
  const { storeId, name } = payload;
  return xks.model.keys.list(storeId).find((key) => key.name === name) ?? null;
}

/** True while nobody knows whether CreateKey took effect. */
const mayHaveMade = ({ stepStates }: Pick<Left, 'stepStates'>): boolean =>
  stepStates['create'] === 'begun';

function leftBy(services: DeedServices, job: Left): LeftBehind {
  const key = keyOf(services, job);
  if (key === null) return { what: 'nothing' };
  const { name, remote } = key;
  if (remote === null) return { what: 'external-key', name, mayHaveMadeKey: mayHaveMade(job) };
  const { alias } = job.payload;
  const full = alias === null ? null : `alias/${alias}`;
  const state = job.stepStates['alias'];
  return {
    what: 'kms-key',
    key: shortId(remote.kmsKeyId),
    state: remote.state,
    stateInDoubt: false,
    alias: state === 'done' ? full : null,
    aliasInDoubt: state === 'begun' ? full : null,
  };
}

const checkStep = (services: DeedServices): Step => ({
  name: 'check',
  title: 'Check account, store, HSM and backup',
  changes: 'nothing',
  repeatable: true,
  reconcile: async () => 'act',
  act: async (context) => {
    requireSecondPlace(services);
    const vault = await services.xks.device(storageOf(services));
    services.requireMayLeave(vault.probe.assurance);
    const opened = await openStore(services, context.payload.storeId, context);
    const { policy: text, alias } = context.payload;
    if (text !== null) requireKeyPolicy(services, { store: opened.store, text, alias });
    const seen = await readStore(services, opened, context);
    if (seen.state !== 'CONNECTED') {
      const details = { state: seen.state, needs: 'CONNECTED' };
      return { type: 'stop', error: new OperationError('XKS_STORE_STATE', details) };
    }
    const read = proof(`${seen.name} reads ${seen.state}`, seen.requestId);
    return { type: 'done', proof: [opened.proof, read, proof(`${vault.title} is ready`)] };
  },
});

/** The key of this name that waits for its KMS key; null when there is none. */
async function waitingKey(
  services: DeedServices,
  payload: KeyCreatePayload,
): Promise<XksKey | null> {
  const { keys } = services.xks.model;
  const key = keys.list(payload.storeId).find(({ name }) => name === payload.name) ?? null;
  if (key === null) return null;
  const arn = await kmsKeyOf(services, key);
  if (arn !== null) throw new OperationError('XKS_KEY_BOUND', { name: key.name, arn });
  if (!key.enabled || key.blocked || !key.usage.encrypt || !key.usage.decrypt) {
    const problem = 'the external key is disabled, blocked, or not for both directions';
    throw new OperationError('XKS_KEY_UNUSABLE', { name: key.name, problem });
  }
  return key;
}

const externalStep = (services: DeedServices): Step => ({
  name: 'external',
  title: 'Make the external key',
  changes: 'here',
  repeatable: true,
  reconcile: async () => 'act',
  act: async ({ payload }) => {
    const waiting = await waitingKey(services, payload);
    if (waiting) {
      const said = proof(`${waiting.name} (${waiting.xksId}) is there and has no KMS key`);
      return { type: 'done', output: { keyId: waiting.id }, proof: [said] };
    }
    const vault = await services.xks.device(storageOf(services));
    const version = await newVersion(services, vault, false);
    const { storeId, name } = payload;
    const usage = { encrypt: true, decrypt: true };
    const fields = { storeId, name, usage, binding: 'first', onlyInHsm: false } as const;
    const { key } = services.xks.model.keys.add(fieldsOf(vault, fields), version);
    const kcv = version.blob?.kcv.value ?? '';
    const said = proof(`${key.name} (${key.xksId}) made in ${vault.title}, KCV ${kcv}`);
    return { type: 'done', output: { keyId: key.id }, proof: [said] };
  },
});

/** Key and unfinished version of the job, read afresh. */
function ofJob(services: DeedServices, context: Context): { key: XksKey; made: XksVersion | null } {
  const key = services.xks.model.keys.get(outputOf<External>(context, 'external').keyId);
  return { key, made: unfinishedOf(services, key) };
}

const saveStep = (services: DeedServices): Step => ({
  name: 'save',
  title: 'Save a second copy',
  changes: 'here',
  repeatable: true,
  reconcile: async () => 'act',
  act: async (context) => {
    requireSecondPlace(services);
    const { made } = ofJob(services, context);
    if (made === null) return { type: 'skip', proof: [proof('saved when the key was made')] };
    const receipt = await save(services, made);
    if (receipt) return { type: 'done', proof: [proof('saved in the keystore and in the backup')] };
    return { type: 'skip', proof: [proof('saved in the keystore; there is no further place')] };
  },
});

const installStep = (services: DeedServices): Step => ({
  name: 'install',
  title: 'Put the external key onto the device',
  changes: 'here',
  repeatable: true,
  reconcile: async () => 'act',
  act: async (context) => {
    const { key, made } = ofJob(services, context);
    if (made === null) return { type: 'skip', proof: [proof('it is there already')] };
    const vault = await services.xks.device(key.storage);
    await install(services, vault, made);
    return {
      type: 'done',
      proof: [proof(`${vault.title} holds it; it reads as sensitive and not extractable`)],
      record: () => putIntoService(services, made),
    };
  },
});

const publishStep = (services: DeedServices, name: string, title: string): Step => ({
  name,
  title,
  changes: 'here',
  repeatable: true,
  reconcile: async () => 'act',
  act: async (context) => {
    const served = await publishAndConfirm(services);
    // as it stands now: on the device, and from the second time on with its KMS key
    const { key } = ofJob(services, context);
    const version = services.xks.model.keys.versions(key.id).at(-1);
    if (version && !key.onlyInHsm) await services.xks.protect(version);
    return { type: 'done', proof: [served] };
  },
});

const createStep = (services: DeedServices): Step => ({
  name: 'create',
  title: 'Create KMS key',
  changes: 'aws',
  repeatable: false,
  intent: (context) => ({
    marker: `kr-${context.jobNumber}-${services.random(6).toString('hex')}`,
  }),
  act: async (context) => {
    const { store, connection } = await openStore(services, context.payload.storeId, context);
    const { key } = ofJob(services, context);
    const { marker } = context.intent as { marker: string };
    const made = await connection.createKeyInStore(
      {
        kmsStoreId: kmsStoreIdOf(store),
        xksKeyId: key.xksId,
        description: context.payload.description,
        policy: context.payload.policy,
        marker,
        tags: [
          { key: 'keyreeve:store', value: services.store.id },
          { key: 'keyreeve:job', value: String(context.jobNumber) },
        ],
      },
      context,
    );
    return adopt(services, key, made, `${shortId(made.keyId)} for ${key.xksId}`);
  },
  reconcile: async (context) => {
    const { connection } = await openStore(services, context.payload.storeId, context);
    const { marker } = context.intent as { marker: string };
    const origin = 'EXTERNAL_KEY_STORE';
    const found = await connection.findByMarker({ marker, origin }, context);
    const [made] = found.keys;
    if (made) {
      const read = { ...made, requestId: found.requestId, readAt: found.readAt };
      const said = `${shortId(made.keyId)}, found by its mark ${marker}`;
      return adopt(services, ofJob(services, context).key, read, said);
    }
    // a second KMS key for the same external key is refused by AWS: acting again is safe by then
    return searchOn(services, context, marker) ?? 'act';
  },
});

/** The KMS key becomes the external key's, and the only one that may use it. */
function adopt(services: DeedServices, key: XksKey, made: KmsKeyRead, said: string): StepResult {
  const { keys, serving } = services.xks.model;
  const { keyId: kmsKeyId, arn, state, readAt } = made;
  return {
    type: 'done',
    output: { kmsKeyId, arn },
    proof: [proof(said, made.requestId)],
    record: () => {
      keys.noteRemote(key.id, { kmsKeyId, arn, state, readAt });
      keys.bind(key.id, arn, 'made');
      serving.raise();
    },
  };
}

const aliasStep = (services: DeedServices): Step => ({
  name: 'alias',
  title: 'Create alias',
  changes: 'aws',
  repeatable: true,
  reconcile: async () => 'act',
  act: async (context) => {
    const { alias, storeId } = context.payload;
    if (alias === null) return { type: 'skip', proof: [proof('no alias was asked for')] };
    const { connection } = await openStore(services, storeId, context);
    const { kmsKeyId } = outputOf<{ kmsKeyId: string }>(context, 'create');
    const target = await connection.aliasTarget(alias, context);
    if (target.keyId === kmsKeyId)
      return { type: 'done', proof: [proof(`alias/${alias} names it`, target.requestId)] };
    const { requestId } = await connection.createAlias(alias, kmsKeyId, context);
    return { type: 'done', proof: [proof(`alias/${alias} names it`, requestId)] };
  },
});

/**
 * Through AWS and back: what the whole way from AWS to the HSM gives. Left out where the key policy does
 * not let the credential use the key, as one does that keeps those who manage keys from using them.
 */
const tryStep = (services: DeedServices): Step => ({
  name: 'try',
  title: 'Encrypt and decrypt through AWS',
  changes: 'nothing',
  repeatable: true,
  reconcile: async () => 'act',
  act: async (context) => {
    const { policy: text, storeId } = context.payload;
    const { store, connection } = await openStore(services, storeId, context);
    const { kmsKeyId } = outputOf<{ kmsKeyId: string }>(context, 'create');
    const policy = await provePolicy(services, { store, connection, text }, kmsKeyId, context);
    const proved = policy === null ? [] : [policy];
    const refused = refusedTo(services, store, text);
    if (refusesTrial(refused)) {
      const said = `left out: the key policy does not let the credential do ${refused.join(', ')}`;
      return { type: 'skip', proof: [...proved, proof(said)] };
    }
    const tried = await connection.tryKey(kmsKeyId, context);
    const read = await connection.describeKey(kmsKeyId, context);
    const { key } = ofJob(services, context);
    return {
      type: 'done',
      proof: [...proved, proof('32 bytes came back as they were sent', tried.requestId)],
      record: () => {
        const { keyId, arn, state, readAt } = read;
        services.xks.model.keys.noteRemote(key.id, { kmsKeyId: keyId, arn, state, readAt });
      },
    };
  },
});
