/** The Debian packages of the IRC servers that tests use. */
export const INSPIRCD = ['inspircd', 'atheme-services'];
export const NGIRCD = ['ngircd'];
