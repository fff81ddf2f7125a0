const practice = String.raw`( \(practice\))?`;

/** The words of a button as a person reads them; a primary deed of a practice keystore says so at its end. */
export const deedName = (name: string | RegExp): RegExp =>
  typeof name === 'string'
    ? new RegExp(`^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}${practice}$`)
    : name;
