import { expect, test } from 'vitest'
import { chat, message, snapshot, state } from '../../tests/made'
import { begin, named } from './state'

test('a snapshot that says what is held makes nothing new', () => {
  const held = state({ chats: [chat({ last_message: message(1) })] })
  const again = begin(snapshot({ chats: [chat({ last_message: message(1) })] }), 0, held)
  expect([again.chats === held.chats, again.statuses === held.statuses, again.people === held.people]).toEqual([true, true, true])
  const other = begin(snapshot({ chats: [chat({ last_message: message(2) })] }), 0, held)
  expect(other.chats.get(7)?.last_message?.seq).toBe(2)
})

test('a chat that is gone takes its room with it', () => {
  const held = { ...state(), rooms: new Map([[7, { members: null, messages: [], rev: 1 }]]) }
  expect(begin(snapshot({ chats: [] }), 0, held).rooms.size).toBe(0)
})

test('nothing of one person is kept for another', () => {
  const held = { ...state(), pending: [{ clientId: 'c', chatId: 7, text: 'mine', replyTo: null, createdAt: 1, failed: null }] }
  const theirs = snapshot()
  expect(begin({ ...theirs, me: { ...theirs.me, id: 9 } }, 0, held).pending).toEqual([])
})

test('a new name takes the place of the old one', () => {
  const people = named(new Map(), [{ id: 2, username: 'bob', display_name: 'Bob' }])
  expect(named(people, [{ id: 2, username: 'bob', display_name: 'Bob' }])).toBe(people)
  expect(named(people, [{ id: 2, username: 'bob', display_name: 'Robert' }]).get(2)?.display_name).toBe('Robert')
})
