/** The languages of the client. */
export type Language = 'en' | 'ru'

/** A text whose form follows `{count}`: the plural categories of each language. */
interface Counted {
  readonly en: { readonly one: string; readonly other: string }
  readonly ru: { readonly one: string; readonly few: string; readonly many: string; readonly other: string }
}

/** One text in every language; `{name}` marks a place for a value. */
export type Entry = { readonly en: string; readonly ru: string } | Counted

export type Entries = Record<string, Entry>
