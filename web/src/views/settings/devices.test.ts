import { expect, test } from 'vitest'
import type { UserSession } from '../../api/shapes'
import { NOON } from '../../../tests/made'
import { iconOf, isBrowser, others } from './devices'

function session(id: number, more: Partial<UserSession> = {}): UserSession {
  return {
    id, device_type: 'pc', device_name: 'Chrome, Windows', ip_address: '203.0.113.9', user_agent: 'Mozilla/5.0 Chrome/120',
    created_at: NOON, last_activity: NOON, is_current: false, connections: 1, ...more,
  }
}

test('the other devices come by last activity, without this one', () => {
  const sessions = [
    session(1, { last_activity: '2027-01-15T11:00:00Z' }),
    session(2, { is_current: true }),
    session(3, { last_activity: '2027-01-15T11:30:00.500Z' }),
    session(4, { last_activity: '2027-01-15T11:30:00Z' }),
    session(5, { last_activity: '2027-01-15T11:00:00Z' }),
  ]
  expect(others(sessions).map((one) => one.id)).toEqual([3, 4, 5, 1])
})

test('every kind of device has its picture', () => {
  const kinds = ['pc', 'phone', 'tablet', 'web', 'other'] as const
  expect(kinds.map((device_type) => iconOf(session(1, { device_type })))).toEqual(['pc', 'phone', 'tablet', 'globe', 'other'])
})

test('the mark of a browser', () => {
  expect(isBrowser(session(1))).toBe(true)
  expect(isBrowser(session(1, { user_agent: 'okhttp/4.12' }))).toBe(false)
  expect(isBrowser(session(1, { device_type: 'web' }))).toBe(false)
})
