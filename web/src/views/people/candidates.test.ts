import { expect, test } from 'vitest'
import type { Contact, User } from '../../api/shapes'
import { BOB, ME, NOON } from '../../../tests/made'
import { blockedOf, entered, fits, strangers } from './candidates'

const user = (id: number, display_name: string): User => ({ id, username: `user${id}`, display_name })
const entry = (id: number, name: string, more: Partial<Contact> = {}): Contact => ({
  user: user(id, name), mutual: false, blocked: false, added_at: NOON, ...more,
})

test('a username fits by its beginning, a name by any part', () => {
  expect(fits(BOB, 'bo')).toBe(true)
  expect(fits(BOB, ' BOB ')).toBe(true)
  expect(fits({ ...BOB, display_name: 'Robert Smith' }, 'smi')).toBe(true)
  expect(fits({ ...BOB, display_name: 'Robert' }, 'ob')).toBe(true)
  expect(fits({ ...BOB, display_name: 'Robert' }, 'b')).toBe(true)
  expect(fits({ ...BOB, username: 'xbob', display_name: 'Robert' }, 'bob')).toBe(false)
  expect(fits({ ...BOB, display_name: 'Ёжик Иванов' }, 'иван')).toBe(true)
})

test('contacts are those one has entered, by name; a block alone is no entry', () => {
  const contacts = [entry(3, 'яша'), entry(4, 'Аня'), entry(5, 'Borya', { added_at: null, blocked: true }), entry(6, 'ёж', { blocked: true })]
  expect(entered(contacts, 'ru').map((one) => one.display_name)).toEqual(['Аня', 'ёж', 'яша'])
  expect(blockedOf(contacts, 'ru').map((one) => one.id).sort()).toEqual([5, 6])
})

test('strangers are neither oneself nor known already', () => {
  expect(strangers([ME, BOB, user(3, 'Carol')], [BOB], ME.id)).toEqual([user(3, 'Carol')])
})
