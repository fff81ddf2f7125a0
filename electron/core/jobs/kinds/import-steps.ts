import { type Failure, OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Json } from '../../../../shared/model/json.ts';
import type { CloudConnection } from '../../cloud/cloud.ts';
import type { WrappingAlgorithm } from '../../../../shared/model/key-specs.ts';
import type { Group, Key } from '../../keystore/rows.ts';
import type { StepContext, StepResult, StepSpec } from '../kind.ts';
import { carrierOf, sayCarrier } from './carrying.ts';
import { isWaiting, readAlone } from './read-key.ts';
import { proof, readingOf, sayMethod, shortId } from './reading.ts';
import type { DeedServices } from './services.ts';
import { leaveUnproved, refusedToProve } from './taken-over.ts';
import { requireOneMaterial } from './waiting-key.ts';
import { withMaterials } from './wrong-material.ts';

/** Wrapping key spec asked of AWS. RSA_2048 is refused by us, RSA_4096 is what AWS suggests. */
export const wrappingKeySpec = 'RSA_4096';

/** What the three import steps need to know of the job they are part of. */
export interface ImportSubject {
  readonly group: Group;
  readonly key: Key;
  readonly kmsKeyId: string;
  /** When AWS shall delete the material by itself (wall clock ms); null: never. */
  readonly validTo: number | null;
  /** The material AWS had before; null before the first import. */
  readonly materialId: string | null;
  readonly connection: CloudConnection;
  /** It is to be a further material of a KMS key that others of ours are in. */
  readonly isNew?: true;
  /** The KMS key had material before it was ours: AWS taking our copy is the proof that it is the same. */
  readonly proves?: true;
  /** Which of the KMS key's materials ours is, where several versions share it. */
  readonly named?: string;
}

interface ParametersOutput {
  readonly fingerprint: string;
  readonly validTo: number;
  readonly algorithm: WrappingAlgorithm;
  /** {@link ImportSubject.validTo} as it was then: an import that is repeated asks for the same. */
  readonly materialEnd: number | null;
}

interface ImportOutput {
  readonly materialId: string | null;
}

/** The name AWS gave to what this job has sent; null when it did not say, or nothing was sent. */
export const materialSent = ({
  outputs,
}: {
  readonly outputs: Readonly<Record<string, Json>>;
}): string | null => (outputs['import'] as unknown as ImportOutput | undefined)?.materialId ?? null;

type SubjectOf<P> = (
  context: Pick<StepContext<P>, 'payload' | 'outputs'>,
) => Promise<ImportSubject | null>;

const unwanted: StepResult = { type: 'skip', proof: [proof('not asked for')] };

/**
 * Fetch wrapping key, wrap in the vault from the kept copy, import: the same three steps for a new
 * key and for a re-import. The wrapping key is pinned by fingerprint from request to wrap; ImportType
 * is left out so that a repeated import of the same material is safe (AWS KMS API: ImportKeyMaterial).
 */
export const importSteps = <P>(
  services: DeedServices,
  subjectOf: SubjectOf<P>,
): readonly StepSpec<P>[] => [
  parametersStep(services, subjectOf),
  wrapStep(services, subjectOf),
  importStep(services, subjectOf),
];

function parametersStep<P>(services: DeedServices, subjectOf: SubjectOf<P>): StepSpec<P> {
  return {
    name: 'parameters',
    title: 'Fetch wrapping key',
    changes: 'nothing',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      const subject = await subjectOf(context);
      if (!subject) return unwanted;
      services.requireMayLeave(subject.key.assurance);
      const vault = await services.vaults.ready(subject.key.storage);
      const algorithm = carrierOf(vault, subject.key.spec);
      const { connection, kmsKeyId } = subject;
      const read = await connection.parametersForImport(
        kmsKeyId,
        algorithm,
        wrappingKeySpec,
        context,
      );
      const { fingerprint, modulusSha256, modulusBits } = read;
      const seenBefore = (): boolean => {
        const seen = services.wrappingKeys.seen(modulusSha256);
        if (!seen || services.store.realm === 'practice') return seen;
        throw new OperationError('WRAPPING_KEY_WEAK', { fingerprint, problem: 'seen before' });
      };
      const seen = seenBefore();
      const output: ParametersOutput & { readonly [key: string]: Json } = {
        fingerprint,
        validTo: read.validTo,
        algorithm,
        materialEnd: subject.validTo,
      };
      const said = `SHA-256 ${fingerprint.slice(0, 16)}…, RSA-${modulusBits}, ${sayCarrier(algorithm)}`;
      return {
        type: 'done',
        output,
        proof: [proof(seen ? `${said}, seen before (practice)` : said, read.requestId)],
        record: () => {
          // again: another job may have been given the same key meanwhile
          if (!seenBefore()) services.wrappingKeys.note(modulusSha256, read.keyArn, context.jobId);
          services.parcels.keep(context.jobId, 'import-token', read.token);
          services.parcels.keep(context.jobId, 'wrapping-key', read.spki);
        },
      };
    },
  };
}

function wrapStep<P>(services: DeedServices, subjectOf: SubjectOf<P>): StepSpec<P> {
  return {
    name: 'wrap',
    title: 'Wrap from the saved copy',
    changes: 'nothing',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      const subject = await subjectOf(context);
      if (!subject) return unwanted;
      const { key } = subject;
      const pinned = context.outputs['parameters'] as unknown as ParametersOutput;
      const vault = await services.vaults.ready(key.storage);
      using parcel = services.parcels.take(context.jobId, 'wrapping-key');
      const spki = parcel.use((bytes) => Uint8Array.from(bytes));
      const wrapped = await vault.driver.wrapForAws(
        services.keys.blob(key.id),
        spki,
        pinned.algorithm,
      );
      if (wrapped.wrappingKeyFingerprint !== pinned.fingerprint) {
        const found = wrapped.wrappingKeyFingerprint;
        throw new OperationError('WRAPPING_KEY_CHANGED', { pinned: pinned.fingerprint, found });
      }
      if (wrapped.kcv.value !== key.kcv.value || wrapped.kcv.method !== key.kcv.method) {
        const details = { expected: key.kcv.value, found: wrapped.kcv.value };
        throw new OperationError('HSM_KEY_DIFFERS', { version: key.version, ...details });
      }
      const { kcv, encryptedKeyMaterial, wrappingKeyFingerprint: fingerprint } = wrapped;
      return {
        type: 'done',
        output: { fingerprint },
        proof: [proof(`KCV equal: ${kcv.value} (${sayMethod(kcv.method)}), in ${vault.title}`)],
        record: () => services.parcels.keep(context.jobId, 'wrapped', encryptedKeyMaterial),
      };
    },
  };
}

function importStep<P>(services: DeedServices, subjectOf: SubjectOf<P>): StepSpec<P> {
  return {
    name: 'import',
    title: 'Import',
    changes: 'aws',
    repeatable: true,
    act: async (context) => {
      const subject = await subjectOf(context);
      return subject ? send(services, context, subject) : unwanted;
    },
    reconcile: async (context) => {
      const subject = await subjectOf(context);
      if (!subject) return unwanted;
      if (subject.isNew) return afresh(services, context, 'the answer to the import was lost');
      const read = await subject.connection.describeKey(subject.kmsKeyId, context);
      // What is there may have come from anybody. Only AWS taking our copy (again: the same material
      // may be imported as often as one likes) shows that it is ours.
      const unused =
        read.state === 'PendingImport' && services.parcels.has(context.jobId, 'wrapped');
      return unused
        ? 'act'
        : afresh(services, context, 'the answer to the import was lost', () =>
            services.keys.noteRemote(subject.key.id, readingOf(read)),
          );
    },
  };
}

/**
 * Back to another token. What came with the former one goes in the same transaction: AWS may take a
 * token once only, and a job that stops here for a person must not send a spent one when it goes on.
 */
const afresh = <P>(
  services: DeedServices,
  { jobId }: StepContext<P>,
  why: string,
  record = (): void => undefined,
): Extract<StepResult, { type: 'again' }> => ({
  type: 'again',
  from: 'parameters',
  why,
  record: () => {
    record();
    services.parcels.drop(jobId);
  },
});

/** A job that stopped for longer (ms) between wrapping key and import fixes the date anew. */
const dateHolds = 3_600_000;

/**
 * What was sent is gone from AWS again: somebody deleted it, and nobody else can bring it back. Our copy
 * is sent once more where a person was told so and sent the job on; no go of the engine's own does that.
 */
export const sendAgain = <P>(
  services: DeedServices,
  context: StepContext<P>,
  state: string,
): StepResult | null =>
  state === 'PendingImport' && saysGone(context.answered)
    ? afresh(services, context, 'AWS has the material no more')
    : null;

/** In a KMS key that versions share, other material or none waits where ours did. */
const saysGone = (answered: Failure | null): boolean =>
  answered !== null &&
  (answered.details['what'] === 'material that waits for rotation' ||
    [answered.details['state'], answered.details['found']].includes('PendingImport'));

async function send<P>(
  services: DeedServices,
  context: StepContext<P>,
  subject: ImportSubject,
): Promise<StepResult> {
  const { group, kmsKeyId } = subject;
  if (!services.parcels.has(context.jobId, 'wrapped')) {
    return afresh(services, context, 'the wrapped copy is gone');
  }
  const { materialEnd } = context.outputs['parameters'] as unknown as Partial<ParametersOutput>;
  const validTo = materialEnd ?? null;
  if (subject.validTo !== null && subject.validTo - (validTo ?? 0) > dateHolds) {
    return afresh(services, context, 'AWS would delete the material too early');
  }
  // what is taken over keeps its date, and has none to keep once that is over
  if (subject.validTo === null && validTo !== null && validTo <= services.clock.now()) {
    return afresh(services, context, 'the date that the material had has passed');
  }
  if (subject.proves) await requireOneMaterial(subject.connection, group, kmsKeyId, context);
  const others = subject.isNew ? await waitingMaterial(subject, context) : null;
  if (others !== null && others === subject.materialId)
    return imported(services, context, subject, { materialId: others, requestId: null });
  using token = services.parcels.take(context.jobId, 'import-token');
  using wrapped = services.parcels.take(context.jobId, 'wrapped');
  try {
    const { materialId, requestId } = await subject.connection.importMaterial(
      {
        keyId: subject.kmsKeyId,
        token: token.use((bytes) => Uint8Array.from(bytes)),
        encryptedKeyMaterial: wrapped.use((bytes) => Uint8Array.from(bytes)),
        validTo,
        ...asWhich(subject, others),
      },
      context,
    );
    return imported(services, context, subject, { materialId, requestId });
  } catch (error) {
    if (error instanceof OperationError && error.code === 'IMPORT_TOKEN_EXPIRED') {
      return afresh(services, context, 'the import token is good no more');
    }
    const unproved = await unprovedBy(services, context, subject, error);
    if (unproved !== null) return { type: 'park', error: unproved };
    if (subject.isNew) return refusedNew(services, context, subject, { error, others });
    const overPresent = await refusedOverPresent(error, context, subject);
    if (overPresent !== null) return { type: 'stop', error: overPresent };
    if (error instanceof OperationError && error.code === 'IMPORT_WRONG_MATERIAL')
      throw await withMaterials(error, subject, context);
    // AWS cannot open what was wrapped, now or later: who continues begins with another wrapping key.
    if (error instanceof OperationError && error.external?.name === 'InvalidCiphertextException') {
      services.store.change(() => services.parcels.drop(context.jobId));
      const details = { version: subject.key.version, keyId: subject.kmsKeyId };
      const because = { external: error.external, cause: error };
      return { type: 'park', error: new OperationError('IMPORT_NOT_OPENED', details, because) };
    }
    throw error;
  }
}

/**
 * A KMS key that has other material is let go of; one whose state allows no import may be proved later. Null: that
 * was not to be proved, or AWS says something else.
 */
async function unprovedBy<P>(
  services: DeedServices,
  context: StepContext<P>,
  { proves, key, kmsKeyId, connection }: ImportSubject,
  error: unknown,
): Promise<OperationError | null> {
  if (!proves || !(error instanceof OperationError)) return null;
  if (error.code === 'IMPORT_WRONG_MATERIAL')
    return leaveUnproved(services, key, context.jobId, error);
  if (error.code !== 'AWS_KEY_STATE') return null;
  return refusedToProve(key, await connection.describeKey(kmsKeyId, context), error);
}

/** Id of the material that waits for rotation; null: none does. */
async function waitingMaterial<P>(
  { connection, kmsKeyId }: ImportSubject,
  context: StepContext<P>,
): Promise<string | null> {
  const { materials } = await connection.listKeyMaterials(kmsKeyId, context);
  return materials.find(isWaiting)?.materialId ?? null;
}

/**
 * What waits already may be ours, of a go whose answer was lost. AWS tells: it takes our copy for that
 * very material, or refuses it.
 */
const asWhich = ({ isNew, named }: ImportSubject, waiting: string | null) => {
  if (waiting !== null) return { materialId: waiting };
  if (isNew) return { isNew };
  return named === undefined ? {} : { materialId: named };
};

/** States in which AWS takes material: what it refuses then for the state is for another material's. */
const takesMaterial: readonly string[] = ['Enabled', 'Disabled', 'PendingImport'];

/** @throws the error itself where it says nothing about the material */
async function refusedNew<P>(
  services: DeedServices,
  context: StepContext<P>,
  { group, connection, kmsKeyId }: ImportSubject,
  { error, others }: { readonly error: unknown; readonly others: string | null },
): Promise<StepResult> {
  const code = error instanceof OperationError ? error.code : null;
  if (code !== 'IMPORT_WRONG_MATERIAL' && code !== 'AWS_KEY_STATE') throw error;
  if (code === 'AWS_KEY_STATE') {
    const { state } = await connection.describeKey(kmsKeyId, context);
    if (!takesMaterial.includes(state)) throw error;
  }
  if (others === null)
    return afresh(services, context, 'other material came to the KMS key meanwhile');
  return {
    type: 'park',
    error: new OperationError('MATERIAL_PENDING', { group: group.name, materialId: others }),
  };
}

/**
 * AWS's reference says both that an import sets another date and that the material must be deleted
 * first. Where AWS holds to the latter, it is not for a job to delete what applications use.
 */
async function refusedOverPresent<P>(
  error: unknown,
  context: StepContext<P>,
  { connection, kmsKeyId, key, named }: ImportSubject,
): Promise<OperationError | null> {
  if (!(error instanceof OperationError) || error.code !== 'AWS_KEY_STATE') return null;
  const whole = await connection.describeKey(kmsKeyId, context);
  const materials =
    named === undefined ? null : (await connection.listKeyMaterials(kmsKeyId, context)).materials;
  const own = materials?.find(({ materialId }) => materialId === named) ?? null;
  const read = readAlone({ ...whole, materials, own });
  const present = read.expires !== null && ['Enabled', 'Disabled'].includes(read.state);
  if (!present) return null;
  const details = { version: key.version, keyId: kmsKeyId, validTo: read.validTo };
  return new OperationError('IMPORT_OVER_PRESENT', details, {
    ...(error.external ? { external: error.external } : {}),
    cause: error,
  });
}

function imported<P>(
  services: DeedServices,
  context: StepContext<P>,
  { key, materialId: expected }: ImportSubject,
  said: { materialId: string | null; requestId: string | null },
): StepResult {
  const { materialId } = said;
  if (expected !== null && materialId !== null && materialId !== expected) {
    const details = { version: key.version, expected, found: materialId, kcv: key.kcv.value };
    return { type: 'park', error: new OperationError('IMPORT_WRONG_MATERIAL', details) };
  }
  const named = materialId === null ? 'accepted' : shortId(materialId);
  const output: ImportOutput & { readonly [key: string]: Json } = { materialId };
  return {
    type: 'done',
    output,
    proof: [proof(`material ${named}`, said.requestId)],
    record: () => {
      // now: a job given up behind this step must not leave material in AWS of which nobody knows the name
      services.keys.noteRemote(key.id, {
        taken: true,
        ...(materialId === null ? {} : { materialId }),
      });
      services.parcels.drop(context.jobId);
    },
  };
}
