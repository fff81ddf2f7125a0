import type { TlsView } from '../../../shared/contract/credential-tls.ts';
import { usualAuthorities } from '../../../shared/text/tls.ts';
import { sayMoment } from '../../ui/moments.ts';
import { Facts } from '../../ui/screen.tsx';
import styles from './administration.module.css';
import type { Credential } from './credential-words.ts';

type Certificates = TlsView['authorities'];

const namesOf = ({ certificates }: Certificates): string =>
  certificates.map(({ subject }) => subject).join(', ');

/** Whom a credential believes to be AWS, in a line, and what of it is worth a look. */
export function TlsFact({ credential: { tls } }: { readonly credential: Credential }) {
  if (tls === null) return usualAuthorities;
  const { authorities, validateHost, client } = tls;
  const own = client?.certificates[0];
  return (
    <>
      {`Custom CA: ${namesOf(authorities)}`}
      {own ? `; client certificate: ${own.subject}, until ${sayMoment(own.notAfter)}` : null}
      {validateHost ? null : <Remark>The host name is not checked.</Remark>}
      <Remarks of={authorities} />
      {client ? <Remarks of={client} /> : null}
    </>
  );
}

/** Certificates as a person compares them with what their authority told them. */
export function CertificateList({
  label,
  of,
}: {
  readonly label: string;
  readonly of: Certificates;
}) {
  return (
    <section aria-label={label} className={styles['certificates']}>
      <h3>{label}</h3>
      {of.certificates.map((each) => (
        <Facts
          key={each.fingerprint}
          facts={[
            ['Subject', each.subject],
            ['Issued by', each.issuer],
            ['Valid', `${sayMoment(each.notBefore)} to ${sayMoment(each.notAfter)}`],
            ['SHA-256', <code key="sha">{each.fingerprint}</code>],
          ]}
        />
      ))}
      <Remarks of={of} />
    </section>
  );
}

const Remarks = ({ of }: { readonly of: Certificates }) =>
  of.remarks.map((remark) => <Remark key={remark}>{remark}</Remark>);

const Remark = ({ children }: { readonly children: string }) => (
  <span className={`tone-attention ${styles['external']}`}>! {children}</span>
);
