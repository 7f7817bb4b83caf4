import type { Key, Language } from './catalogue'
import { say, type Values } from './say'

/** The first of the browser's languages that the client speaks, else English. */
export function systemLanguage(asked: readonly string[] = globalThis.navigator?.languages ?? []): Language {
  for (const tag of asked) {
    const base = tag.toLowerCase().split('-')[0]
    if (base === 'ru' || base === 'en') return base
  }
  return 'en'
}

let current = $state<Language>(systemLanguage())

/** The language that is shown; whoever reads it follows a change. */
export function language(): Language {
  return current
}

export function setLanguage(chosen: Language): void {
  current = chosen
}

/** The text of `key` in the language that is shown. */
export function t<K extends Key>(key: K, ...values: Values<K>): string {
  return say(current, key, ...values)
}
