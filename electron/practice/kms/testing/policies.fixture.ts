/** The root of the practice account, and a role that anybody can take on while none is written down. */
export const rootArn = 'arn:aws:iam::123456789012:root';
export const roleArn = 'arn:aws:iam::123456789012:role/app/reader';
export const sessionArn = 'arn:aws:sts::123456789012:assumed-role/reader/tester';

/** One statement of a key policy. */
export const statement = (
  Effect: string,
  principal: unknown,
  Action: unknown = 'kms:*',
  more: object = {},
) => ({
  Effect,
  Principal: principal,
  Action,
  Resource: '*',
  ...more,
});

/** The text of a key policy. */
export const policy = (...Statement: unknown[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement });
