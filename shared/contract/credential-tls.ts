import { z } from 'zod';
import { op, secretBytes } from './op.ts';
import { reference, time } from './shapes.ts';

const pem = z.string().min(1).max(65_536);

const certificateView = z.strictObject({
  subject: z.string(),
  issuer: z.string(),
  notBefore: time,
  notAfter: time,
  /** SHA-256 over the certificate. */
  fingerprint: z.string(),
});

const certificates = {
  certificates: z.array(certificateView),
  /** What is worth a look: an end that is near, say. */
  remarks: z.array(z.string()),
};

export const tlsView = z.strictObject({
  /** Authorities that are trusted in place of Amazon's. */
  authorities: z.strictObject(certificates),
  /** The server's certificate must be for the host that is asked for. */
  validateHost: z.boolean(),
  /** What is shown when the server asks for a client certificate; its own first. */
  client: z.strictObject(certificates).nullable(),
});

/** The setting itself, for a credential that has the default it is null. */
const tlsAnswer = z.strictObject({ tls: tlsView.nullable() });

export const credentialTlsOps = {
  tls: op({
    effect: 'read',
    summary: 'Show whom the connections of a credential believe to be AWS',
    input: z.strictObject({ credential: reference }),
    output: z.strictObject({
      /** With the PEM of its authorities, to be changed. */
      tls: tlsView.extend({ ca: z.string() }).nullable(),
    }),
    fails: ['NOT_FOUND'],
  }),
  previewTls: op({
    effect: 'read',
    summary: 'Read certificates as a TLS setting would take them, and keep nothing',
    input: z.strictObject({
      ca: pem,
      client: z.strictObject({ certificate: pem }).nullable().default(null),
    }),
    output: z.strictObject({
      authorities: z.strictObject(certificates),
      client: z.strictObject(certificates).nullable(),
    }),
  }),
  setTls: op({
    effect: 'change',
    approval: 'destructive',
    summary: 'Trust a certificate authority of your own for the connections of a credential',
    input: z.strictObject({
      credential: reference,
      /** PEM: the authorities, in place of Amazon's. */
      ca: pem,
      validateHost: z.boolean().default(true),
      /** `kept`: the client certificate that was set before, with its key. */
      client: z
        .union([
          z.literal('kept'),
          z.strictObject({
            /** PEM, the own certificate first, then its chain. */
            certificate: pem,
            /** PEM; never given out again. */
            privateKey: secretBytes(16_384),
            /** Of a private key that is encrypted; not kept. */
            passphrase: secretBytes(1024).optional(),
          }),
        ])
        .nullable()
        .default(null),
      /** A person has read that whoever holds the authority could read the keys. */
      trustAuthority: z.boolean().default(false),
      /** And that without the host's name any holder of a certificate of it could. */
      trustAnyHost: z.boolean().default(false),
    }),
    output: tlsAnswer,
    fails: ['NOT_FOUND', 'CONFIRMATION_NEEDED'],
  }),
  resetTls: op({
    effect: 'change',
    summary: 'Trust the usual authorities again, and erase the client certificate',
    input: z.strictObject({ credential: reference }),
    output: tlsAnswer,
    fails: ['NOT_FOUND'],
  }),
};

export type TlsView = z.output<typeof tlsView>;
