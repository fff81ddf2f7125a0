import { createHash } from 'node:crypto';
import { sealToken, tokenLifetimeMs } from '../material/import-token.ts';
import { seconds } from '../model/metadata.ts';
import type { KeyRecord, WrappingPair } from '../model/records.ts';
import { requireWrapping, wrappingAlgorithms, wrappingKeySpecs } from '../model/wrapping.ts';
import { oneOf, type Parsed, required, structure } from '../wire/members.ts';
import type { Call } from '../world.ts';
import { defineSlowAction } from './action.ts';
import { keyIdField } from './fields.ts';
import { noteTokenIssued } from './import-tokens.ts';
import { openKey } from './key-access.ts';

const input = structure({
  ...keyIdField,
  WrappingAlgorithm: required(oneOf(wrappingAlgorithms)),
  WrappingKeySpec: required(oneOf(wrappingKeySpecs)),
});
type Input = Parsed<typeof input>;

function open(call: Call, request: Input) {
  const key = openKey(call, 'GetParametersForImport', request.KeyId);
  const { WrappingAlgorithm: algorithm, WrappingKeySpec: spec } = request;
  const code = call.world.openPoints.reading('wrapping-combination');
  return { key, ...requireWrapping(key.spec, algorithm, spec, code) };
}

const fingerprint = (pair: WrappingPair): string =>
  createHash('sha256').update(pair.spki).digest('hex');

function noteIssue(call: Call, key: KeyRecord, kept: WrappingPair, sent: WrappingPair): void {
  call.effect({
    kind: 'parameters-issued',
    keyId: key.keyId,
    wrappingKeyFingerprint: fingerprint(kept),
    sentWrappingKeyFingerprint: fingerprint(sent),
  });
}

export const getParametersForImport = defineSlowAction({
  name: 'GetParametersForImport',
  input,
  async prepare(call, request) {
    const { spec } = open(call, request);
    const { pairs, mischiefs } = call.world;
    const kept = await pairs.take(spec);
    if (!mischiefs.of(call.caller.account).swapWrappingKey) return { kept, sent: kept };
    let sent = await pairs.take(spec);
    while (sent.pairId === kept.pairId) sent = await pairs.take(spec);
    return { kept, sent };
  },
  act(call, request, { kept, sent }) {
    const { key, algorithm, spec } = open(call, request);
    const expiresAt = call.now + tokenLifetimeMs;
    call.world.state.pairs.keep(kept, expiresAt);
    noteIssue(call, key, kept, sent);
    const bound = { keyArn: key.arn, pairId: kept.pairId, algorithm, spec, expiresAt };
    const token = sealToken(call.world.seals.importToken, bound);
    noteTokenIssued(call, key, token, expiresAt);
    return {
      KeyId: key.arn,
      ImportToken: token.toString('base64'),
      PublicKey: sent.spki.toString('base64'),
      ParametersValidTo: seconds(expiresAt),
    };
  },
});
