import type { Plugin } from 'vite'
import { CATALOGUE } from './src/text/catalogue.ts'
import { OUTSIDE, type OutsideKey } from './src/text/outside.ts'

/** Puts texts of the catalogue into the page, in every language: `<!--text:KEY-->`. For who cannot run the client. */
export function pageTexts(): Plugin {
  return {
    name: 'ryadom-page-texts',
    transformIndexHtml: (html) => html.replace(/<!--text:(\w+)-->/g, (_, key: string) => inEveryLanguage(key)),
  }
}

function inEveryLanguage(key: string): string {
  if (!OUTSIDE.includes(key as OutsideKey)) throw new Error(`no text for the page: ${key}`)
  return Object.entries(CATALOGUE[key as OutsideKey])
    .map(([language, text]) => `<span lang="${language}">${text}</span>`)
    .join('')
}
