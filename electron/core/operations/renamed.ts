/** What an audit record says of a thing that an edit may rename: its name from then on, and its former one. */
export const namesOf = (former: string, name: string): Readonly<Record<string, string>> =>
  former === name ? { name } : { name, former };
