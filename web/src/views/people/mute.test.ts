import { expect, test } from 'vitest'
import { NOON } from '../../../tests/made'
import { FOR_EVER, isForEver, muteUntil } from './mute'

const noon = Date.parse(NOON)

test('hours from now', () => {
  expect(muteUntil(1, noon)).toBe('2027-01-15T13:00:00.000Z')
  expect(muteUntil(8, noon)).toBe('2027-01-15T20:00:00.000Z')
})

test('for ever is a time that needs no telling', () => {
  expect(muteUntil(Infinity, noon)).toBe(FOR_EVER)
  expect(isForEver(FOR_EVER, noon)).toBe(true)
  expect(isForEver(muteUntil(8, noon), noon)).toBe(false)
})
