import { expect, test } from 'vitest'
import { fieldOf, isPassword, isUsername, misfit } from './rules'

test.each(['bob', 'Bob.the-3rd_', 'x'.repeat(32), '0-1'])('"%s" can be a username', (name) => {
  expect(isUsername(name)).toBe(true)
})

test.each(['', 'ab', 'x'.repeat(33), 'боб', 'b b b', 'bob\n', 'a@b.c'])('%j cannot be a username', (name) => {
  expect(isUsername(name)).toBe(false)
})

test('a password is measured in bytes', () => {
  expect(isPassword('1234567')).toBe(false)
  expect(isPassword('12345678')).toBe(true)
  expect(isPassword('парол')).toBe(true)
  expect(isPassword('😀😀')).toBe(true)
  expect(isPassword('x'.repeat(1024))).toBe(true)
  expect(isPassword('я'.repeat(513))).toBe(false)
})

test('the upper field comes first', () => {
  expect(misfit('a', '')).toBe('username')
  expect(misfit('alice', 'short')).toBe('password')
  expect(misfit('alice', 'long enough')).toBeNull()
})

test('a refusal belongs to the field that can be mended', () => {
  expect(fieldOf('username_taken')).toBe('username')
  expect(fieldOf('wrong_credentials')).toBe('password')
  expect(fieldOf('no_connection')).toBeNull()
})
