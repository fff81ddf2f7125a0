import type { KeyRecord } from '../model/records.ts';
import { type KmsFailure, unsupported } from '../wire/failures.ts';

/** What AWS answers where only the primary of a multi-Region family will do. */
export const notPrimary = (key: KeyRecord): KmsFailure =>
  unsupported(`${key.arn} is not a multi-region primary key.`);
