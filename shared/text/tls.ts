/** Whom a credential believes to be AWS that was told nothing else (decision 0018). */
export const usualAuthorities = 'Global root CAs; where Amazon runs the endpoint, only its own';
