/**
 * A refusal as AWS KMS words it. `message` undefined means that AWS sends none, which is not the
 * same on the wire as an empty one.
 */
export class KmsFailure extends Error {
  readonly code: string;
  readonly status: number;
  readonly text: string | undefined;

  constructor(code: string, text?: string, status = 400) {
    super(text ?? code);
    this.name = 'KmsFailure';
    this.code = code;
    this.status = status;
    this.text = text;
  }
}

export const validation = (text: string): KmsFailure => new KmsFailure('ValidationException', text);

export const notFound = (text: string): KmsFailure => new KmsFailure('NotFoundException', text);

export const invalidState = (text: string): KmsFailure =>
  new KmsFailure('KMSInvalidStateException', text);

export const disabled = (arn: string): KmsFailure =>
  new KmsFailure('DisabledException', `${arn} is disabled.`);

export const unsupported = (text?: string): KmsFailure =>
  new KmsFailure('UnsupportedOperationException', text);

export const limitExceeded = (text: string): KmsFailure =>
  new KmsFailure('LimitExceededException', text);

export const malformedPolicy = (text: string): KmsFailure =>
  new KmsFailure('MalformedPolicyDocumentException', text);

export const invalidCiphertext = (): KmsFailure => new KmsFailure('InvalidCiphertextException');

export const incorrectMaterial = (text?: string): KmsFailure =>
  new KmsFailure('IncorrectKeyMaterialException', text);

export const invalidToken = (): KmsFailure => new KmsFailure('InvalidImportTokenException');

export const expiredToken = (): KmsFailure => new KmsFailure('ExpiredImportTokenException');

export const incorrectKey = (): KmsFailure =>
  new KmsFailure(
    'IncorrectKeyException',
    'The key ID in the request does not identify a CMK that can perform this operation.',
  );

export const dryRunSucceeded = (): KmsFailure =>
  new KmsFailure(
    'DryRunOperationException',
    'The request would have succeeded, but the DryRun option is set.',
  );

export const throttled = (): KmsFailure =>
  new KmsFailure(
    'ThrottlingException',
    'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
  );

export const serialization = (text?: string): KmsFailure =>
  new KmsFailure('SerializationException', text);

/** A refusal whose code nobody recorded: the reading of an open point says which. */
export const refusal = (code: string, text: string): KmsFailure => new KmsFailure(code, text);

/** What AWS says when a principal lacks a permission; `target` and `why` are its closing clauses. */
export function accessDenied(
  principal: string,
  action: string,
  target: string,
  why?: string,
): KmsFailure {
  const text = `User: ${principal} is not authorized to perform: ${action}${target}`;
  return new KmsFailure('AccessDeniedException', why === undefined ? text : `${text} ${why}`);
}
