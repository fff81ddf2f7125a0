/**
 * Whom a credential believes to be AWS, where that is not as delivered. The private key of a client
 * certificate is a sealed record that names the credential.
 */
export const credentialTls = {
  id: 18,
  name: 'credential tls',
  up: `
create table credential_tls (
  credential_id text primary key references credential (id),
  ca text not null,
  validate_host integer not null check (validate_host in (0, 1)),
  client_certificate text
) strict, without rowid;
`,
};
