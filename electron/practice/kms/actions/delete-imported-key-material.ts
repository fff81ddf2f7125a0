import { loseMaterial } from '../due-events.ts';
import { currentMaterial } from '../model/metadata.ts';
import { refusal, validation } from '../wire/failures.ts';
import { optional, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { keyIdField, materialIdMember } from './fields.ts';
import { openKey } from './key-access.ts';

export const deleteImportedKeyMaterial = defineAction({
  name: 'DeleteImportedKeyMaterial',
  input: structure({ ...keyIdField, KeyMaterialId: optional(materialIdMember) }),
  act(call, request) {
    const key = openKey(call, 'DeleteImportedKeyMaterial', request.KeyId);
    const symmetric = key.spec === 'SYMMETRIC_DEFAULT';
    if (request.KeyMaterialId !== undefined && !symmetric) {
      throw validation('KeyMaterialId is valid only for symmetric encryption keys.');
    }
    const known = call.world.state.materials.of(key);
    const wanted = request.KeyMaterialId;
    const material =
      wanted === undefined
        ? currentMaterial(known)
        : known.find((candidate) => candidate.materialId === wanted);
    if (wanted !== undefined && material === undefined) {
      const code = call.world.openPoints.reading('unknown-material');
      throw refusal(code, `Key material '${wanted}' is not associated with ${key.arn}.`);
    }
    // Gone already: AWS reports success and nothing happens.
    if (material !== undefined && material.bytes !== null)
      loseMaterial(call.world, key, material, call.effect, 'request');
    const shown = symmetric && material !== undefined ? { KeyMaterialId: material.materialId } : {};
    return { KeyId: key.arn, ...shown };
  },
});
