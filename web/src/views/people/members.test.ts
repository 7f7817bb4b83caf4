import { expect, test } from 'vitest'
import type { Member, Role } from '../../api/shapes'
import { BOB, ME, NOON, state } from '../../../tests/made'
import { countOnline, inRank, rightsOver } from './members'

const member = (user_id: number, display_name: string, role: Role): Member => ({
  user_id, role, joined_at: NOON, user: { id: user_id, username: `user${user_id}`, display_name },
})

test('the owner comes first, then admins, then the others by name', () => {
  const members = [
    member(1, 'Zoe', 'member'), member(2, 'anna', 'member'), member(3, 'Yan', 'admin'), member(4, 'Xenia', 'owner'),
    member(5, 'Bill', 'admin'), member(6, 'Émile', 'member'),
  ]
  expect(inRank(members, 'en').map((one) => one.user_id)).toEqual([4, 5, 3, 2, 6, 1])
})

test('those who are here: oneself, and whom one may see', () => {
  const seen = state({
    statuses: [
      { user_id: BOB.id, status: 'away', last_seen: NOON, is_typing_in_chat: null },
      { user_id: 3, status: 'offline', last_seen: NOON, is_typing_in_chat: null },
      { user_id: 9, status: 'online', last_seen: NOON, is_typing_in_chat: null },
    ],
  })
  expect(countOnline(seen, [ME.id, BOB.id, 3, 4])).toBe(2)
})

test('the owner gives roles and removes anybody, an admin removes members, a member nobody', () => {
  const nothing = { promote: false, demote: false, handOver: false, remove: false }
  expect(rightsOver('owner', 'member')).toEqual({ promote: true, demote: false, handOver: true, remove: true })
  expect(rightsOver('owner', 'admin')).toEqual({ promote: false, demote: true, handOver: true, remove: true })
  expect(rightsOver('admin', 'member')).toEqual({ ...nothing, remove: true })
  expect(rightsOver('admin', 'admin')).toEqual(nothing)
  expect(rightsOver('admin', 'owner')).toEqual(nothing)
  expect(rightsOver('member', 'member')).toEqual(nothing)
})
