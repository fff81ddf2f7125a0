import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Json } from '../../../../shared/model/json.ts';
import type { CloudConnection } from '../../cloud/cloud.ts';
import type { Group, Key } from '../../keystore/rows.ts';
import type { StepContext, StepResult, StepSpec } from '../kind.ts';
import { proof, readingOf, sayMethod, shortId } from './reading.ts';
import type { DeedServices } from './services.ts';

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
}

interface ParametersOutput {
  readonly fingerprint: string;
  readonly validTo: number;
  readonly algorithm: 'RSAES_OAEP_SHA_256' | 'RSAES_OAEP_SHA_1';
}

const algorithmWords = {
  RSAES_OAEP_SHA_256: 'OAEP with SHA-256',
  RSAES_OAEP_SHA_1: 'OAEP with SHA-1',
} as const;

/**
 * Fetch wrapping key, wrap in the vault from the kept copy, import: the same three steps for a new
 * key and for a re-import. The wrapping key is pinned by fingerprint from request to wrap; ImportType
 * is left out so that a repeated import of the same material is safe (AWS KMS API: ImportKeyMaterial).
 */
export function importSteps<P>(
  services: DeedServices,
  subjectOf: (
    context: Pick<StepContext<P>, 'payload' | 'outputs'>,
  ) => Promise<ImportSubject | null>,
): readonly StepSpec<P>[] {
  const unwanted: StepResult = { type: 'skip', proof: [proof('not asked for')] };

  const parameters: StepSpec<P> = {
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
      const algorithm = vault.probe.wrappingAlgorithms[0];
      if (!algorithm) throw new OperationError('HSM_CANNOT_SEND', { vault: vault.title });
      const read = await subject.connection.parametersForImport(
        subject.kmsKeyId,
        algorithm,
        wrappingKeySpec,
        context,
      );
      const seen = services.wrappingKeys.seen(read.modulusSha256);
      if (seen && services.store.realm === 'real') {
        throw new OperationError('WRAPPING_KEY_WEAK', {
          fingerprint: read.fingerprint,
          problem: 'seen before',
        });
      }
      const output: ParametersOutput & { readonly [key: string]: Json } = {
        fingerprint: read.fingerprint,
        validTo: read.validTo,
        algorithm,
      };
      const said = `SHA-256 ${read.fingerprint.slice(0, 16)}…, RSA-${read.modulusBits}, ${algorithmWords[algorithm]}`;
      return {
        type: 'done',
        output,
        proof: [proof(seen ? `${said}, seen before (practice)` : said, read.requestId)],
        record: () => {
          if (!seen) services.wrappingKeys.note(read.modulusSha256, read.keyArn, context.jobId);
          services.parcels.keep(context.jobId, 'import-token', read.token);
          services.parcels.keep(context.jobId, 'wrapping-key', read.spki);
        },
      };
    },
  };

  const wrap: StepSpec<P> = {
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
      const spki = services.parcels.take(context.jobId, 'wrapping-key');
      const blob = services.keys.blob(key.id);
      const wrapped = await vault.driver.wrapForAws(
        blob,
        spki.use((bytes) => Uint8Array.from(bytes)),
        pinned.algorithm,
      );
      spki.dispose();
      if (wrapped.wrappingKeyFingerprint !== pinned.fingerprint) {
        throw new OperationError('WRAPPING_KEY_CHANGED', {
          pinned: pinned.fingerprint,
          found: wrapped.wrappingKeyFingerprint,
        });
      }
      if (wrapped.kcv.value !== key.kcv.value || wrapped.kcv.method !== key.kcv.method) {
        throw new OperationError('HSM_KEY_DIFFERS', {
          version: key.version,
          expected: key.kcv.value,
          found: wrapped.kcv.value,
        });
      }
      return {
        type: 'done',
        output: { fingerprint: wrapped.wrappingKeyFingerprint },
        proof: [
          proof(
            `KCV equal: ${wrapped.kcv.value} (${sayMethod(wrapped.kcv.method)}), in ${vault.title}`,
          ),
        ],
        record: () => services.parcels.keep(context.jobId, 'wrapped', wrapped.encryptedKeyMaterial),
      };
    },
  };

  const send = async (context: StepContext<P>, subject: ImportSubject): Promise<StepResult> => {
    const token = services.parcels.take(context.jobId, 'import-token');
    const wrapped = services.parcels.take(context.jobId, 'wrapped');
    try {
      const answer = await subject.connection.importMaterial(
        {
          keyId: subject.kmsKeyId,
          token: token.use((bytes) => Uint8Array.from(bytes)),
          encryptedKeyMaterial: wrapped.use((bytes) => Uint8Array.from(bytes)),
          validTo: subject.validTo,
        },
        context,
      );
      return imported(context, subject, answer.materialId, answer.requestId, '');
    } catch (error) {
      if (error instanceof OperationError && error.code === 'IMPORT_TOKEN_EXPIRED') {
        return { type: 'again', from: 'parameters', why: 'the import token ran out' };
      }
      throw error;
    } finally {
      token.dispose();
      wrapped.dispose();
    }
  };

  const imported = (
    context: StepContext<P>,
    subject: ImportSubject,
    materialId: string | null,
    requestId: string | null,
    remark: string,
  ): StepResult => {
    if (subject.materialId !== null && materialId !== null && materialId !== subject.materialId) {
      return {
        type: 'park',
        error: new OperationError('IMPORT_WRONG_MATERIAL', {
          version: subject.key.version,
          expected: subject.materialId,
          found: materialId,
          kcv: subject.key.kcv.value,
        }),
      };
    }
    return {
      type: 'done',
      output: { materialId },
      proof: [
        proof(
          `material ${materialId === null ? 'accepted' : shortId(materialId)}${remark}`,
          requestId,
        ),
      ],
      record: () => services.parcels.drop(context.jobId),
    };
  };

  const importStep: StepSpec<P> = {
    name: 'import',
    title: 'Import',
    changes: 'aws',
    repeatable: true,
    act: async (context) => {
      const subject = await subjectOf(context);
      return subject ? send(context, subject) : unwanted;
    },
    reconcile: async (context) => {
      const subject = await subjectOf(context);
      if (!subject) return unwanted;
      const read = await subject.connection.describeKey(subject.kmsKeyId, context);
      // Only an import could have ended PendingImport, and the only token is ours.
      if (
        read.state === 'Enabled' &&
        read.validTo === subject.validTo &&
        sameMaterial(subject, read.currentMaterialId)
      ) {
        services.keys.noteRemote(subject.key.id, readingOf(read));
        return imported(
          context,
          subject,
          read.currentMaterialId,
          read.requestId,
          ', found imported',
        );
      }
      return services.parcels.has(context.jobId, 'wrapped')
        ? 'act'
        : { type: 'again', from: 'parameters', why: 'the wrapped copy is gone' };
    },
  };

  return [parameters, wrap, importStep];
}

const sameMaterial = (subject: ImportSubject, found: string | null): boolean =>
  subject.materialId === null || found === subject.materialId;
