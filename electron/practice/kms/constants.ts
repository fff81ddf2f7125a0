import { practiceAccount } from '../../../shared/model/practice-account.ts';

/** The account that owns the practice access key below when no `--account` is given. */
export const PRACTICE_ACCOUNT_ID = practiceAccount.id;
export const PRACTICE_ACCESS_KEY_ID = practiceAccount.accessKeyId;
export const PRACTICE_SECRET_ACCESS_KEY = practiceAccount.secretAccessKey;

/** Region of unsigned requests, which exist only with `--allow-unsigned`. */
export const UNSIGNED_REGION = 'eu-west-2';

/** Header on every reply of either listener, by which a client knows where it landed. */
export const WATERMARK_HEADER = 'x-keyreeve-practice';
export const WATERMARK_VALUE = 'kms';

/** Path that answers the watermark as JSON without a credential. */
export const WATERMARK_PATH = '/.keyreeve-practice';

export const PRODUCT = 'Keyreeve practice KMS';
export const PRODUCT_VERSION = '1';

export const LOOPBACK = '127.0.0.1';
