import { publicKeyOf } from '../material/key-pairs.ts';
import { algorithmFields, specUsages } from '../model/key-specs.ts';
import { currentMaterial } from '../model/metadata.ts';
import { unsupported } from '../wire/failures.ts';
import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { grantTokens, keyIdField } from './fields.ts';
import { openKey } from './key-access.ts';
import { bytesOf } from './key-material.ts';

export const getPublicKey = defineAction({
  name: 'GetPublicKey',
  input: structure({ ...keyIdField, GrantTokens: grantTokens }),
  act(call, request) {
    const key = openKey(call, 'GetPublicKey', request.KeyId, { aliases: true });
    if (key.spec === 'SYMMETRIC_DEFAULT' || key.usage === 'GENERATE_VERIFY_MAC') {
      throw unsupported(`${key.arn} key spec ${key.spec} has no public key.`);
    }
    const material = bytesOf(key, currentMaterial(call.world.state.materials.of(key)));
    return {
      KeyId: key.arn,
      PublicKey: publicKeyOf(key.spec, material).toString('base64'),
      CustomerMasterKeySpec: key.spec,
      KeySpec: key.spec,
      KeyUsage: key.usage,
      [algorithmFields[key.usage]]: specUsages[key.spec]?.[key.usage] ?? [],
    };
  },
});
