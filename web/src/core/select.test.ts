import { expect, test } from 'vitest'
import { chat, message, state } from '../../tests/made'
import { reduce } from './reducers'
import { inOrder, isMuted, mayWrite, ticksOf, typersIn } from './select'
import { byId } from './state'

const typing = (type: 'typing_start' | 'typing_stop', chat_id: number) =>
  ({ type, timestamp: '2027-01-15T12:00:00Z', user_id: 2, chat_id }) as const

test('the latest message stands first, also where a fraction of a second is left out', () => {
  const at = (id: number, created_at: string) => chat({ id, last_message: message(1, { created_at }) })
  const chats = [at(1, '2027-01-15T12:00:00Z'), at(2, '2027-01-15T12:00:00.500Z'), chat({ id: 3, created_at: '2027-01-15T12:00:01Z' }), at(4, '2027-01-15T12:00:00Z')]
  expect(inOrder(byId(chats, (one) => one.id)).map((one) => one.id)).toEqual([3, 2, 4, 1])
})

test('someone types in the place that they began last, for twelve seconds', () => {
  const two = state({ chats: [chat(), chat({ id: 8 })] })
  const both = reduce(reduce(two, typing('typing_start', 7), 1000), typing('typing_start', 8), 2000)
  expect([typersIn(both, 7, 3000), typersIn(both, 8, 3000)]).toEqual([[], [2]])
  expect(typersIn(both, 8, 13_999)).toEqual([2])
  expect(typersIn(both, 8, 14_000)).toEqual([])
  expect(typersIn(reduce(both, typing('typing_stop', 8), 3000), 7, 3000)).toEqual([2])
})

test('one reader is enough for two ticks', () => {
  const group = chat({ kind: 'group', peers_read_up_to_seq: { 2: 3, 3: 5 } })
  expect([4, 5, 6].map((seq) => ticksOf(group, message(seq)))).toEqual(['read', 'read', 'sent'])
})

test('a mute ends by itself', () => {
  const muted = chat({ muted_until: '2027-01-15T12:00:00Z' })
  expect([isMuted(muted, Date.parse('2027-01-15T11:59:59Z')), isMuted(muted, Date.parse('2027-01-15T12:00:00Z'))]).toEqual([true, false])
})

test('only owners and admins write in a channel', () => {
  const whole = state()
  const channel = (role: 'owner' | 'admin' | 'member') => mayWrite(whole, chat({ kind: 'channel', peer: null, role }))
  expect([channel('owner'), channel('admin'), channel('member')]).toEqual([true, true, false])
})
