import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CATALOGUE } from './catalogue'

const SOURCES = join(import.meta.dirname, '..')

function quotedWords(): Set<string> {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.(svelte|ts)$/.test(file) && !/\.test\.ts$|[\\/]catalogue[\\/]/.test(file),
  )
  const quoted = files.flatMap((file) => [...readFileSync(join(SOURCES, file), 'utf8').matchAll(/(['"`])(\w+)\1/g)])
  return new Set(quoted.map((found) => found[2]!))
}

test('every text of the catalogue is used: write its key out, in quotes', () => {
  const quoted = quotedWords()
  expect(Object.keys(CATALOGUE).filter((key) => !quoted.has(key))).toEqual([])
})
