/** What one chooses for this browser alone: theme, language, calm badges, notifications. Kept in localStorage. */

export type Theme = 'system' | 'light' | 'dark'
export type LanguageChoice = 'system' | 'en' | 'ru'

interface Preferences {
  theme: Theme
  language: LanguageChoice
  /** The badge does not blink. */
  calmBadges: boolean
  /** Tell of new messages outside of the page, where the browser has allowed it. */
  notifications: boolean
}

const KEY = 'ryadom-preferences'
const DEFAULTS: Preferences = { theme: 'system', language: 'system', calmBadges: false, notifications: false }

function kept(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>) }
  } catch {
    return DEFAULTS
  }
}

let preferences = $state.raw<Preferences>(kept())

export function preference<Name extends keyof Preferences>(name: Name): Preferences[Name] {
  return preferences[name]
}

export function prefer(change: Partial<Preferences>): void {
  preferences = { ...preferences, ...change }
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences))
  } catch {
    // Without storage the choice holds until the page is closed.
  }
}

/** Follows what other tabs choose; the event comes when their choice can be read here. */
export function followPreferences(): void {
  addEventListener('storage', (event) => {
    if (event.key === KEY || event.key === null) preferences = kept()
  })
}
