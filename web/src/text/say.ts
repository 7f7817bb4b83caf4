import { CATALOGUE, type Key, type Language } from './catalogue'

type Places<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Places<Rest> : never
type English<K extends Key> = (typeof CATALOGUE)[K]['en']
type PlacesOf<K extends Key> = K extends Key
  ? Places<English<K> extends { readonly other: infer S } ? S : English<K>>
  : never

/** What a text needs besides its key: nothing, or a value for each of its places. */
export type Values<K extends Key> = [PlacesOf<K>] extends [never] ? [] : [values: Record<PlacesOf<K>, string | number>]

/** The keys of texts that need nothing else. */
export type PlainKey = { [K in Key]: Values<K> extends [] ? K : never }[Key]

type Forms = Partial<Record<Intl.LDMLPluralRule, string>>

/** The locale whose dates and numbers a language takes: day before month, 24 hours. */
export const LOCALES = { en: 'en-GB', ru: 'ru' } as const satisfies Record<Language, string>

const plurals = { en: new Intl.PluralRules('en'), ru: new Intl.PluralRules('ru') }
const numbers = { en: new Intl.NumberFormat(LOCALES.en), ru: new Intl.NumberFormat(LOCALES.ru) }

const RIGHT_TO_LEFT = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc]/

// A name written from right to left would take the words around it along: it is put in isolation (FSI … PDI).
function shown(value: string | number, language: Language): string {
  if (typeof value === 'number') return numbers[language].format(value)
  return RIGHT_TO_LEFT.test(value) ? `\u2068${value}\u2069` : value
}

/** Put `values` into the `{places}` of `text`. Values are plain text: no place within them is looked for. */
export function fill(text: string, values: Record<string, string | number>, language: Language): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => {
    return Object.hasOwn(values, name) ? shown(values[name]!, language) : place
  })
}

/** The text of `key` in `language`; its plural form follows `count`. */
export function say<K extends Key>(language: Language, key: K, ...rest: Values<K>): string {
  const values: Record<string, string | number> = rest[0] ?? {}
  const text: string | Forms = CATALOGUE[key][language]
  if (typeof text === 'string') return fill(text, values, language)
  const form = text[plurals[language].select(Number(values['count']))] ?? text.other ?? ''
  return fill(form, values, language)
}
