import { type KeyObject, randomBytes, sign } from 'node:crypto';
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
import { dateAt } from '../kernel/node-dates.ts';

const commonName = '2.5.4.3';
const ecdsaWithSha256 = '1.2.840.10045.4.3.2';
const rsaWithSha256 = '1.2.840.113549.1.1.11';
/** Null parameters, which RSA's identifier has and ECDSA's has not. */
const derNull = new Uint8Array([5, 0]).buffer;

/** What a certificate says, and who signs it. Times are milliseconds since 1970. */
export interface CertificateWish {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly issuerKey: KeyObject;
  readonly authority: boolean;
  /** DNS names. */
  readonly names: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Signs a certificate; PEM. */
export function makeCertificate(wish: CertificateWish): string {
  const signatureAlgorithm = algorithmOf(wish.issuerKey);
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: new Uint8Array([1, ...randomBytes(15)]).buffer,
    signature: signatureAlgorithm,
    issuer: nameOf(wish.issuer),
    validity: new Validity({ notBefore: dateAt(wish.notBefore), notAfter: dateAt(wish.notAfter) }),
    subject: nameOf(wish.subject),
    subjectPublicKeyInfo: publicKeyOf(wish.publicKey),
    extensions: new Extensions([
      extension(id_ce_basicConstraints, new BasicConstraints({ cA: wish.authority })),
      ...(wish.names.length === 0 ? [] : [extension(id_ce_subjectAltName, namesOf(wish.names))]),
    ]),
  });
  const signatureValue = signed(AsnConvert.serialize(tbsCertificate), wish.issuerKey);
  const certificate = new Certificate({ tbsCertificate, signatureAlgorithm, signatureValue });
  return pem('CERTIFICATE', Buffer.from(AsnConvert.serialize(certificate)));
}

const extensionRequest = Buffer.from('06092a864886f70d01090e', 'hex');

/** A PKCS #10 request for a server's certificate, its name in subject and alternative name; PEM. */
export function makeRequest(
  name: string,
  { publicKey, privateKey }: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
): string {
  const extensions = new Extensions([extension(id_ce_subjectAltName, namesOf([name]))]);
  const attribute = der(0x30, extensionRequest, der(0x31, encoded(extensions)));
  const info = der(
    0x30,
    Buffer.from([2, 1, 0]),
    encoded(nameOf(name)),
    encoded(publicKeyOf(publicKey)),
    der(0xa0, attribute),
  );
  const signature = Buffer.concat([Buffer.from([0]), Buffer.from(signed(info, privateKey))]);
  const request = der(0x30, info, encoded(algorithmOf(privateKey)), der(0x03, signature));
  return pem('CERTIFICATE REQUEST', request);
}

const encoded = (value: object): Buffer => Buffer.from(AsnConvert.serialize(value));

const signed = (bytes: ArrayBuffer | Buffer, key: KeyObject): ArrayBuffer =>
  new Uint8Array(sign('sha256', Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes), key)).buffer;

const algorithmOf = ({ asymmetricKeyType }: KeyObject): AlgorithmIdentifier =>
  asymmetricKeyType === 'rsa'
    ? new AlgorithmIdentifier({ algorithm: rsaWithSha256, parameters: derNull })
    : new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 });

const nameOf = (text: string): Name =>
  new Name([
    new RelativeDistinguishedName([
      new AttributeTypeAndValue({
        type: commonName,
        value: new AttributeValue({ utf8String: text }),
      }),
    ]),
  ]);

const namesOf = (names: readonly string[]): SubjectAlternativeName =>
  new SubjectAlternativeName(names.map((dNSName) => new GeneralName({ dNSName })));

const publicKeyOf = (key: KeyObject): SubjectPublicKeyInfo =>
  AsnConvert.parse(key.export({ format: 'der', type: 'spki' }), SubjectPublicKeyInfo);

const extension = (id: string, value: object): Extension =>
  new Extension({ extnID: id, extnValue: new OctetString(AsnConvert.serialize(value)) });

/** One element of DER. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const long = [length >> 16, (length >> 8) & 0xff, length & 0xff];
  while (long.length > 1 && long[0] === 0) long.shift();
  const size = length < 0x80 ? [length] : [0x80 | long.length, ...long];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
