import { seconds } from '../model/metadata.ts';
import type { KeyRecord, MaterialRecord } from '../model/records.ts';
import { unsupported } from '../wire/failures.ts';
import { oneOf, optional, structure } from '../wire/members.ts';
import { pagingFields, pageOfList, readPage } from '../wire/paging.ts';
import { defineAction } from './action.ts';
import { keyIdField } from './fields.ts';
import { openKey } from './key-access.ts';
import { requireInside } from './outside-use.ts';

function importFields(material: MaterialRecord) {
  const present = material.bytes !== null;
  return {
    ...(material.description === null ? {} : { KeyMaterialDescription: material.description }),
    ImportState: present ? 'IMPORTED' : 'PENDING_IMPORT',
    ...(present ? { ExpirationModel: material.expirationModel } : {}),
    ...(material.validTo === null ? {} : { ValidTo: seconds(material.validTo) }),
  };
}

const entry = (key: KeyRecord, material: MaterialRecord) => ({
  KeyId: key.arn,
  KeyMaterialId: material.materialId,
  ...(key.origin === 'EXTERNAL' ? importFields(material) : {}),
  KeyMaterialState: material.state,
  ...(material.rotatedAt === null ? {} : { RotationDate: seconds(material.rotatedAt) }),
  ...(material.rotationType === null ? {} : { RotationType: material.rotationType }),
});

export const listKeyRotations = defineAction({
  name: 'ListKeyRotations',
  input: structure({
    ...keyIdField,
    IncludeKeyMaterial: optional(oneOf(['ALL_KEY_MATERIAL', 'ROTATIONS_ONLY'])),
    ...pagingFields,
  }),
  act(call, request) {
    const key = openKey(call, 'ListKeyRotations', request.KeyId);
    if (key.spec !== 'SYMMETRIC_DEFAULT') throw unsupported();
    requireInside(key);
    const all = request.IncludeKeyMaterial === 'ALL_KEY_MATERIAL';
    const materials = call.world.state.materials
      .of(key)
      .filter((material) => all || material.rotatedAt !== null);
    const { items, ...more } = readPage(
      call.world.seals.marker,
      `ListKeyRotations ${key.arn} ${String(all)}`,
      request,
      { usual: 100, most: 1000 },
      ...pageOfList(materials),
    );
    return { Rotations: items.map((material) => entry(key, material)), ...more };
  },
});
