/**
 * The one documented account of every practice KMS. Obviously not a real credential: it opens
 * nothing but a practice KMS on loopback, and resources/practice-credential.csv says it too.
 */
export const practiceAccount = {
  id: '123456789012',
  accessKeyId: 'AKIAPRACTICEKEYREEVE',
  secretAccessKey: 'practice/only/not/a/real/secret/Keyreeve',
} as const;
