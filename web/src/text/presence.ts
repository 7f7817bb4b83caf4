import type { Language } from './catalogue'
import { lastSeen } from './moments'
import { say } from './say'

/** What is known of someone's presence; the shape of the server's UserStatus. */
export interface Presence {
  status: 'online' | 'away' | 'offline'
  last_seen: string | null
}

/** Presence in words. Empty for who is no mutual contact: nothing is known of them. */
export function presenceWords(known: Presence | undefined, now: number, language: Language): string {
  if (!known) return ''
  return known.status === 'offline' ? lastSeen(known.last_seen, now, language) : say(language, known.status)
}

/** Who types, in words; empty when nobody does. In a direct chat the name goes without saying. */
export function typingWords(names: readonly string[], language: Language, direct: boolean): string {
  const [name] = names
  if (name === undefined) return ''
  if (direct) return say(language, 'typing')
  if (names.length === 1) return say(language, 'nameTypes', { name })
  return say(language, 'peopleType', { count: names.length })
}
