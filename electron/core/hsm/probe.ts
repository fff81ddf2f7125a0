import { randomBytes } from 'node:crypto';
import { kcvEncryptZero } from '../crypto/cmac.ts';
import { keySpecNames } from '../../../shared/model/key-specs.ts';
import type { ProbeFinding, ProbeResult } from './driver.ts';
import { tryAnchor } from './drivers/pkcs11/anchor.ts';
import { trySigning } from './drivers/pkcs11/audit-key.ts';
import { CryptokiError } from './drivers/pkcs11/cryptoki-error.ts';
import { findGcm } from './drivers/pkcs11/gcm.ts';
import { attempt, type Means } from './drivers/pkcs11/means.ts';
import type { OpenToken, Scope } from './drivers/pkcs11/open-token.ts';
import { Proved } from './drivers/pkcs11/proved.ts';
import {
  tryCheckValue,
  tryCopyAttributes,
  tryDamaged,
  tryNewUse,
  tryReadValue,
  tryWeaken,
  tryWrapUnextractable,
} from './drivers/pkcs11/trials-guard.ts';
import * as say from './probe-sentences.ts';

const algorithms = ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'] as const;

/**
 * Finds out by round trips with throw-away keys what the token really does. Mechanism lists and
 * numbers are no evidence. Leaves nothing on the token. Needs a login.
 * @throws CryptokiError, OperationError HSM_PIN_NEEDED
 */
export function probeToken(token: OpenToken): ProbeResult {
  const status = token.status();
  const run = <T>(trial: (scope: Scope) => T): T => token.work(trial);
  const proved = new Proved();
  const means = run((scope) => proved.means(scope));
  const oaep = algorithms.map((algorithm) => run((scope) => proved.oaep(scope, algorithm)));
  const lengths = run((scope) => proved.lengths(scope));
  const types = keySpecNames.map((spec) => run((scope) => proved.type(scope, spec)));
  const gcm = run(findGcm);
  const dataObjects = outcome(run, (scope) => tryAnchor(scope, trialName()));
  const signing = outcome(run, trySigning);
  const findings = [
    ...oaep.map(say.oaep),
    ...say.wraps(means),
    ...(lengths === null ? [] : [say.lengths(lengths)]),
    ...say.types(types),
    ...kcvFindings(run, means),
    say.gcm(gcm),
    ...guardFindings(run, means),
    say.dataObjects(dataObjects),
    say.signing(signing),
    tried('copy-attributes', () => say.copyAttributes(run(tryCopyAttributes))),
  ];
  const { label, serial, manufacturer, model, firmware, assurance } = status;
  return {
    token: { label, serial, manufacturer, model, firmware },
    assurance,
    wrappingAlgorithms: oaep.filter((trial) => trial.ok).map((trial) => trial.algorithm),
    sendable: types.flatMap(({ spec, algorithm }) =>
      algorithm === null ? [] : [{ spec, algorithm }],
    ),
    blobMechanism: means.blobMechanism,
    kcvMethod: means.cmac === null ? null : 'CMAC',
    auditSigning: signing.ok,
    dataObjects: dataObjects.ok,
    aesGcm: gcm.layout !== null,
    findings,
  };
}

type Run = <T>(trial: (scope: Scope) => T) => T;

function kcvFindings(run: Run, means: Means): ProbeFinding[] {
  const value = randomBytes(32);
  const checkValue = (): ProbeFinding => {
    const read = run((scope) => tryCheckValue(scope, value));
    const encrypted = read?.toString('hex').toUpperCase() === kcvEncryptZero(value);
    return say.checkValue(read === null ? null : encrypted);
  };
  return [say.kcv(means.cmac), tried('check-value', checkValue)];
}

function guardFindings(run: Run, means: Means): ProbeFinding[] {
  const findings = [
    tried('value-unreadable', () => say.unreadable(run(tryReadValue))),
    tried('not-weakened', () => say.notWeakened(run(tryWeaken))),
    tried('one-purpose', () => {
      const { change, copy } = run(tryNewUse);
      return say.noNewUse(change, copy);
    }),
  ];
  const mechanism = means.wraps.find((trial) => trial.format !== null)?.mechanism;
  if (mechanism === undefined) return findings;
  return [
    ...findings,
    tried('unextractable', () =>
      say.unextractable(run((scope) => tryWrapUnextractable(scope, mechanism))),
    ),
    tried('damage-seen', () => say.damaged(run((scope) => tryDamaged(scope, mechanism)))),
  ];
}

/** A trial that the token does not even let begin is a finding too; the others still count. */
function tried(id: string, trial: () => ProbeFinding): ProbeFinding {
  const result = attempt(trial);
  return result instanceof CryptokiError ? say.untried(id, result.result) : result;
}

function outcome(run: Run, trial: (scope: Scope) => boolean): say.Outcome {
  const result = attempt(() => run(trial));
  if (result instanceof CryptokiError) return { ok: false, external: result.result };
  return { ok: result, external: null };
}

const trialName = (): string => `keyreeve trial ${randomBytes(8).toString('hex')}`;
