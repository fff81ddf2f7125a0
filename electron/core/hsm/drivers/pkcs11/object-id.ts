import { createHash } from 'node:crypto';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';

/** CKA_ID of a master key: hex of 1 to 32 bytes, or a UUID, whose bytes are taken. */
export function masterObjectId(id: string): Buffer {
  const hex = id.replaceAll('-', '');
  if (!/^([0-9a-f]{2}){1,32}$/i.test(hex)) {
    throw new OperationError('BAD_INPUT', { field: 'master key id', why: 'it is not hex' });
  }
  return Buffer.from(hex, 'hex');
}

/** CKA_ID of another object of ours: as for a master, else 16 bytes of the name's SHA-256. */
export function objectId(name: string): Buffer {
  if (name.length === 0 || name.length > 255) {
    throw new OperationError('BAD_INPUT', { field: 'object id', why: 'its length' });
  }
  const hex = name.replaceAll('-', '');
  if (/^([0-9a-f]{2}){1,32}$/i.test(hex)) return Buffer.from(hex, 'hex');
  return createHash('sha256').update(name).digest().subarray(0, 16);
}
