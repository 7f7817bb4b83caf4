/** What a name and a password must be, so that one is told before the server refuses it. Pure. */

export const SHORTEST_PASSWORD = 8
export const LONGEST_PASSWORD = 1024

const USERNAME = /^[A-Za-z0-9_.-]{3,32}$/
const bytes = new TextEncoder()

export function isUsername(text: string): boolean {
  return USERNAME.test(text)
}

/** The server counts bytes, not characters. */
export function isPassword(text: string): boolean {
  const { length } = bytes.encode(text)
  return length >= SHORTEST_PASSWORD && length <= LONGEST_PASSWORD
}

export type Field = 'username' | 'password'

/** The first field that does not fit, top to bottom; null when all do. */
export function misfit(username: string, password: string): Field | null {
  if (!isUsername(username)) return 'username'
  return isPassword(password) ? null : 'password'
}

/** Where a refusal of the server belongs: at a field, or (null) at the whole form. */
export function fieldOf(code: string): Field | null {
  if (code === 'username_taken') return 'username'
  return code === 'wrong_credentials' || code === 'invalid' ? 'password' : null
}
