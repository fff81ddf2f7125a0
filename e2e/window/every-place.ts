/** Places that a keystore without external key stores has something to show in, each with its picture. */
export const places = [
  ['Key Groups', 'key-groups'],
  ['Keys', 'keys'],
  ['Expiry', 'expiry'],
  ['Jobs', 'jobs'],
  ['Audit', 'audit'],
  ['HSM', 'hsm'],
  ['Credentials', 'credentials'],
  ['Configuration', 'configuration'],
  ['Security and backup', 'security'],
  ['Approvals', 'approvals--empty'],
  ['Practice', 'practice'],
] as const;
