/**
 * The fault point of a rehearsed crash: a host whose keystore is held by a process of its own ends
 * that process there, as a crash does; every other host goes on from it.
 */
export const crashPoint = 'practice.crash';
