/** Whom a search is about. Pure. */

import type { Contact, User } from '../../api/shapes'
import { byName } from '../../core/select'

/** As the server finds: the username begins with it, or the name has it in it. */
export function fits(user: User, query: string): boolean {
  const wanted = query.trim().toLocaleLowerCase()
  return user.username.toLocaleLowerCase().startsWith(wanted) || user.display_name.toLocaleLowerCase().includes(wanted)
}

/** The people whom one has entered, by name. */
export function entered(contacts: Iterable<Contact>, locale: string): User[] {
  return byName([...contacts].filter((entry) => entry.added_at !== null).map((entry) => entry.user), locale)
}

/** The people whom one blocks, by name. */
export function blockedOf(contacts: Iterable<Contact>, locale: string): User[] {
  return byName([...contacts].filter((entry) => entry.blocked).map((entry) => entry.user), locale)
}

/** Found people who are not among the known ones. */
export function strangers(found: readonly User[], known: readonly User[], me: number): User[] {
  const ids = new Set([me, ...known.map((user) => user.id)])
  return found.filter((user) => !ids.has(user.id))
}
