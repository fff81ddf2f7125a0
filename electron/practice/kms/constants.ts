import { practiceAccount } from '../../../shared/model/practice-account.ts';

/** The account that owns the practice access key below when no `--account` is given. */
export const practiceAccountId = practiceAccount.id;
export const practiceAccessKeyId = practiceAccount.accessKeyId;
export const practiceSecretAccessKey = practiceAccount.secretAccessKey;

/** Region of unsigned requests, which exist only with `--allow-unsigned`. */
export const unsignedRegion = 'eu-west-2';

/** Header on every reply of either listener, by which a client knows where it landed. */
export const watermarkHeader = 'x-keyreeve-practice';
export const watermarkValue = 'kms';

/** Path that answers the watermark as JSON without a credential. */
export const watermarkPath = '/.keyreeve-practice';

export const product = 'Keyreeve practice KMS';
export const productVersion = '1';

export const loopback = '127.0.0.1';
