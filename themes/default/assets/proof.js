/*
 * Runs as a worker. It finds the proof of work that a form's challenge asks for: six digits, with which SHA-256 of
 * "TOKEN.DIGITS" begins with so many zero bits. What that is for, and how it is checked, is in functions/lead/challenge.go.
 *
 * Written by hand, because the browser's own SHA-256 is missing on addresses without TLS, and is slower: it answers
 * each call by a promise. The token's 48 characters, the dot, the digits and the padding are one block exactly.
 */

'use strict';

onmessage = ({ data: { token, work } }) => postMessage(prove(token, work));

/** The answer to a challenge: the token, a dot, and the digits. */
function prove(token, work) {
  if (token.length !== 48) return token;
  const w = new Int32Array(64);
  for (let i = 0; i < 48; i++) w[i >> 2] |= token.charCodeAt(i) << (24 - 8 * (i & 3));
  w[15] = 8 * 55; // the message's length in bits
  for (let n = 0; n < 0x1000000; n++) {
    w[12] = (0x2e << 24) | (digit(n >> 20) << 16) | (digit(n >> 16) << 8) | digit(n >> 12);
    w[13] = (digit(n >> 8) << 24) | (digit(n >> 4) << 16) | (digit(n) << 8) | 0x80;
    if (firstWord(w) >>> (32 - work) === 0) return `${token}.${n.toString(16).padStart(6, '0')}`;
  }
  return token;
}

/** The character of the last hexadecimal digit of n. */
function digit(n) {
  const d = n & 15;
  return d < 10 ? 48 + d : 87 + d;
}

/* SHA-256's constants: of the first primes, 32 bits behind the point of their square and cube roots. */
const H = new Int32Array(8);
const K = new Int32Array(64);
for (let p = 2, i = 0; i < 64; p++) {
  let prime = true;
  for (let q = 2; q * q <= p; q++) if (p % q === 0) prime = false;
  if (!prime) continue;
  if (i < 8) H[i] = (p ** (1 / 2) % 1) * 2 ** 32;
  K[i++] = (p ** (1 / 3) % 1) * 2 ** 32;
}

/** The first 32 bits of the SHA-256 of one block: w holds its 16 words, and 48 more to work with. */
function firstWord(w) {
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15];
    const y = w[i - 2];
    const s = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const t = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = w[i - 16] + s + w[i - 7] + t;
  }
  let [a, b, c, d, e, f, g, h] = H;
  for (let i = 0; i < 64; i++) {
    const s = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t = (h + s + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const u = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const v = (u + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t) | 0;
    d = c;
    c = b;
    b = a;
    a = (t + v) | 0;
  }
  return (H[0] + a) | 0;
}
