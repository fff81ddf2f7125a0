import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  Extension,
  Extensions,
  GeneralName,
  id_ce_basicConstraints,
  id_ce_subjectAltName,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import { dateAt } from '../../core/kernel/node-dates.ts';

const ecdsaWithSha256 = '1.2.840.10045.4.3.2';
const commonName = '2.5.4.3';
const hour = 60 * 60_000;

/** PEM. */
export interface SelfSigned {
  readonly certificate: string;
  readonly privateKey: string;
}

/** A certificate for rehearsals: P-256, the name in subject and alternative name. KMS takes none such. */
export function selfSigned(name: string, now: number, validForMs: number): SelfSigned {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 });
  const subject = new Name([
    new RelativeDistinguishedName([
      new AttributeTypeAndValue({
        type: commonName,
        value: new AttributeValue({ utf8String: name }),
      }),
    ]),
  ]);
  const spki = pair.publicKey.export({ format: 'der', type: 'spki' });
  const names = new SubjectAlternativeName([new GeneralName({ dNSName: name })]);
  const body = new TBSCertificate({
    version: Version.v3,
    serialNumber: new Uint8Array([1, ...randomBytes(15)]).buffer,
    signature: algorithm,
    issuer: subject,
    // an hour back: clocks differ
    validity: new Validity({ notBefore: dateAt(now - hour), notAfter: dateAt(now + validForMs) }),
    subject,
    subjectPublicKeyInfo: AsnConvert.parse(spki, SubjectPublicKeyInfo),
    extensions: new Extensions([
      extension(id_ce_basicConstraints, new BasicConstraints({ cA: true })),
      extension(id_ce_subjectAltName, names),
    ]),
  });
  const signature = sign('sha256', Buffer.from(AsnConvert.serialize(body)), pair.privateKey);
  const certificate = new Certificate({
    tbsCertificate: body,
    signatureAlgorithm: algorithm,
    signatureValue: new Uint8Array(signature).buffer,
  });
  return {
    certificate: pem(Buffer.from(AsnConvert.serialize(certificate))),
    privateKey: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

const extension = (id: string, value: object): Extension =>
  new Extension({ extnID: id, extnValue: new OctetString(AsnConvert.serialize(value)) });

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
