import type { XksRecord } from './audit/record.ts';
import type { Verdict } from './rules/authorize.ts';
import { XksFailure } from './wire/errors.ts';
import type { XksPath } from './wire/path.ts';
import type { RequestMetadata } from './wire/requests.ts';

/** What becomes known about a request while it is worked on, for its record. */
export interface Dossier {
  readonly request: number;
  readonly api: string;
  readonly key: string | null;
  readonly revision: number;
  store: string | null;
  accessKeyId: string | null;
  metadata: RequestMetadata | null;
  version: number | null;
  detail: string | null;
  dryRun: string | null;
  /** It was answered already, because it took too long. */
  late: boolean;
  /** @throws XksFailure AccessDeniedException, unless the verdict only counts as a rehearsal */
  require(verdict: Verdict, mode: 'enforce' | 'dry-run'): void;
}

/**
 * What is known of a request before it is authenticated: its number, its path, the revision that serves it.
 */
export function openDossier(request: number, path: XksPath | null, revision: number): Dossier {
  const dossier: Dossier = {
    request,
    api: path?.api ?? 'unknown',
    key: path?.keyId ?? null,
    revision,
    store: null,
    accessKeyId: null,
    metadata: null,
    version: null,
    detail: null,
    dryRun: null,
    late: false,
    require({ allowed, by }, mode) {
      if (allowed) {
        dossier.detail ??= by;
        return;
      }
      if (mode === 'dry-run') {
        dossier.dryRun ??= by;
        return;
      }
      const message = 'The owner of the key store does not allow this request.';
      throw new XksFailure('AccessDeniedException', message, by);
    },
  };
  return dossier;
}

/** The record of the audit: what the dossier came to hold, and how it ended. Times in microseconds. */
export function recordOf(
  dossier: Dossier,
  outcome: {
    readonly status: number;
    readonly failure: XksFailure | null;
    readonly tookUs: number;
  },
): XksRecord {
  const { metadata } = dossier;
  return {
    request: dossier.request,
    api: dossier.api,
    verdict: outcome.failure?.errorName ?? 'ok',
    status: outcome.status,
    store: dossier.store,
    accessKeyId: dossier.accessKeyId,
    key: dossier.key,
    version: dossier.version,
    kmsRequestId: metadata?.kmsRequestId ?? null,
    kmsOperation: metadata?.kmsOperation ?? null,
    principal: metadata?.awsPrincipalArn ?? null,
    kmsKeyArn: metadata?.kmsKeyArn ?? null,
    viaService: metadata?.kmsViaService ?? null,
    vpc: metadata?.awsSourceVpc ?? null,
    vpce: metadata?.awsSourceVpce ?? null,
    detail: outcome.failure?.detail ?? dossier.detail,
    dryRun: dossier.dryRun,
    revision: dossier.revision,
    tookUs: outcome.tookUs,
  };
}
