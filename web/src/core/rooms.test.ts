import { expect, test } from 'vitest'
import { chat, message, messages, newMessage, state } from '../../tests/made'
import { reduce } from './reducers'
import { isComplete, joined, messageAt, place, withChanges, withMembers, withPage } from './rooms'

const seqs = (list: readonly { seq: number }[]) => list.map((one) => one.seq)

test('pages that touch or overlap become one window', () => {
  expect(seqs(joined(messages(5, 7), messages(3, 4)))).toEqual([3, 4, 5, 6, 7])
  expect(seqs(joined(messages(5, 7), messages(6, 9)))).toEqual([5, 6, 7, 8, 9])
  expect(seqs(joined(messages(5, 7), messages(3, 9)))).toEqual([3, 4, 5, 6, 7, 8, 9])
})

test('a page from elsewhere takes the place of the window', () => {
  expect(seqs(joined(messages(50, 60), messages(5, 7)))).toEqual([5, 6, 7])
  expect(seqs(joined(messages(5, 7), messages(9, 10)))).toEqual([9, 10])
})

test('an older form of a message changes nothing', () => {
  const held = [message(1, { rev: 9, text: 'new' })]
  expect(place(held, message(1, { rev: 8, text: 'old' }))).toBe(held)
  expect(place(held, message(1, { rev: 9, text: 'same rev' }))[0]?.text).toBe('same rev')
})

test('a message that would leave a gap is not taken', () => {
  const held = messages(1, 3)
  expect(place(held, message(5))).toBe(held)
  expect(seqs(place(held, message(4)))).toEqual([1, 2, 3, 4])
})

test('messages are found by seq', () => {
  const room = { members: null, messages: messages(5, 9), rev: 0 }
  expect(messageAt(room, 7)?.seq).toBe(7)
  expect(messageAt(room, 4)).toBeUndefined()
  expect(messageAt(room, 10)).toBeUndefined()
  expect(messageAt(undefined, 1)).toBeUndefined()
})

test('a window that reaches the end follows new messages and stays complete', () => {
  const began = withPage(state({ chats: [chat({ last_seq: 3 })] }), 7, messages(1, 3), 100)
  const next = reduce(began, newMessage(message(4)), 0)
  expect(seqs(next.rooms.get(7)!.messages)).toEqual([1, 2, 3, 4])
  expect(isComplete(next.rooms.get(7)!, next.chats.get(7)!)).toBe(true)
})

test('a window elsewhere is not touched by new messages, and still complete', () => {
  const began = withPage(state({ chats: [chat({ last_seq: 90 })] }), 7, messages(1, 3), 100)
  const next = reduce(began, newMessage(message(91)), 0)
  expect(seqs(next.rooms.get(7)!.messages)).toEqual([1, 2, 3])
  expect(isComplete(next.rooms.get(7)!, next.chats.get(7)!)).toBe(true)
})

test('what has missed something stays incomplete whatever is told afterwards', () => {
  const behind = withPage(state({ chats: [chat({ last_seq: 3, rev: 102 })] }), 7, messages(1, 3), 100)
  const next = reduce(behind, newMessage(message(4)), 0)
  expect(isComplete(next.rooms.get(7)!, next.chats.get(7)!)).toBe(false)
})

test('changes bring a window up to date', () => {
  const behind = withPage(state({ chats: [chat({ last_seq: 3 })] }), 7, messages(1, 3), 100)
  const changes = {
    chat: chat({ last_seq: 5, rev: 120 }), rev: 120, more: false, members: [], left: [], marks: [],
    messages: [message(4), message(5), message(2, { rev: 119, text: '', deleted: true })],
  }
  const next = withChanges(behind, changes)
  expect(seqs(next.rooms.get(7)!.messages)).toEqual([1, 2, 3, 4, 5])
  expect(next.rooms.get(7)!.messages[1]!.deleted).toBe(true)
  expect(isComplete(next.rooms.get(7)!, next.chats.get(7)!)).toBe(true)
})

test('members bring their names', () => {
  const carol = { id: 3, username: 'carol', display_name: 'Carol' }
  const next = withMembers(state(), 7, [{ user_id: 3, user: carol, role: 'member', joined_at: '2027-01-01T00:00:00Z' }])
  expect(next.people.get(3)).toEqual(carol)
})
