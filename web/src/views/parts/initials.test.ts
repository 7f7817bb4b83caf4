import { expect, test } from 'vitest'
import { initials } from './initials'

test.each([
  ['Nora', 'N'],
  ['ada lovelace', 'AL'],
  ['Анна Мария де Соуза', 'АС'],
  ['<b>Dave</b> & co', 'BC'],
  ['🦊🌲 Carol 🎉', '🦊'],
  ['Carol 🎉', 'C'],
  ['👨‍👩‍👧 family', '👨‍👩‍👧'],
  ['محمد الطويل', 'ما'],
  ['(7) days', '7D'],
  ['...', ''],
  ['  ', ''],
])('%s', (name, letters) => expect(initials(name)).toBe(letters))
