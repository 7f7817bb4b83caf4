import { describe, expect, test } from 'vitest'
import type { Message } from '../../api/shapes'
import type { Pending } from '../../core/state'
import { daysOf, rowsByKey, type Row, type Source } from './rows'

const ME = 1
const START = new Date(2026, 4, 3, 10, 0).getTime()
const MINUTE = 60_000

function message(seq: number, sender: number, minutes: number, more: Partial<Message> = {}): Message {
  return {
    id: 100 + seq, chat_id: 7, seq, rev: seq, kind: 'text', sender_id: sender, text: `text ${seq}`, client_id: null, reply_to: null,
    created_at: new Date(START + minutes * MINUTE).toISOString(), edited_at: null, deleted: false, ...more,
  }
}

function waiting(clientId: string, minutes: number, failed: string | null = null): Pending {
  return { clientId, chatId: 7, text: clientId, replyTo: null, createdAt: START + minutes * MINUTE, failed }
}

function source(messages: Message[], more: Partial<Source> = {}): Source {
  return { messages, pending: [], lastSeq: messages.at(-1)?.seq ?? 0, me: ME, lineSeq: null, ...more }
}

function rows(from: Source, start = 0, end = 99, before = new Map<string, Row>()): Row[] {
  return daysOf(from, start, end, before).flatMap((day) => day.rows)
}

const groups = (from: Source): string => rows(from).map((row) => `${row.first ? '[' : ''}${row.index + 1}${row.last ? ']' : ''}`).join(' ')

describe('groups', () => {
  test('one sender within five minutes', () => {
    expect(groups(source([message(1, 2, 0), message(2, 2, 4), message(3, 2, 9.1), message(4, 1, 9.2), message(5, 2, 9.3)]))).toBe('[1 2] [3] [4] [5]')
  })

  test('the line and another day part them', () => {
    expect(groups(source([message(1, 2, 0), message(2, 2, 1), message(3, 2, 2)], { lineSeq: 2 }))).toBe('[1] [2 3]')
    const night = 14 * 60
    expect(groups(source([message(1, 2, night - 1), message(2, 2, night + 1)]))).toBe('[1] [2]')
  })

  test('what waits belongs to the messages before it, what has failed stands alone', () => {
    const pending = [waiting('a', 1), waiting('b', 1, 'cannot_write'), waiting('c', 1)]
    expect(groups(source([message(1, ME, 0)], { pending }))).toBe('[1 2] [3] [4]')
  })
})

describe('days', () => {
  test('each has its rows, and the first of a day says so', () => {
    const found = daysOf(source([message(1, 2, 0), message(2, 2, 1440), message(3, 2, 1441)]), 0, 3, new Map())
    expect(found.map((day) => [day.key, day.rows.map((row) => row.newDay)])).toEqual([
      ['2026-05-03', [true]],
      ['2026-05-04', [true, false]],
    ])
  })

  test('where it is not known what was before, no day begins', () => {
    const [first] = rows(source([message(5, 2, 0), message(6, 2, 1)]), 4)
    expect(first).toMatchObject({ index: 4, newDay: false, begins: false })
    expect(rows(source([message(1, 2, 0)]))[0]).toMatchObject({ newDay: true, begins: true })
  })
})

describe('the slice', () => {
  const many = source(Array.from({ length: 20 }, (_, at) => message(at + 11, 2, at)))

  test('holds what is in memory of it, and no more', () => {
    expect(rows(many, 0, 13).map((row) => row.message?.seq)).toEqual([11, 12, 13])
    expect(rows(many, 40, 50)).toEqual([])
  })

  test('knows its neighbours outside of it', () => {
    expect(rows(many, 15, 16)[0]).toMatchObject({ first: false, last: false })
  })

  test('rows that have not changed are the same objects', () => {
    const days = daysOf(many, 10, 20, new Map())
    const before = rowsByKey(days)
    const edited = { ...many, messages: many.messages.map((one) => (one.seq === 15 ? { ...one, text: 'new' } : one)) }
    const after = rows(edited, 10, 20, before)
    expect(after.filter((row) => before.get(row.key) === row)).toHaveLength(9)
    expect(after.find((row) => before.get(row.key) !== row)?.message?.text).toBe('new')
  })
})

describe('keys', () => {
  test('a message of my own keeps its key when it comes from the server', () => {
    const [, pending] = rows(source([message(1, 2, 0)], { pending: [waiting('abc', 1)] }))
    const [, sent] = rows(source([message(1, 2, 0), message(2, ME, 1, { client_id: 'abc' })]))
    expect(sent?.key).toBe(pending?.key)
    expect([pending?.index, sent?.index]).toEqual([1, 1])
  })

  test("another's client_id is not mine", () => {
    expect(rows(source([message(1, 2, 0, { client_id: 'abc' })]))[0]?.key).toBe('m101')
  })

  test('what has come and still waits is shown once', () => {
    const both = source([message(1, ME, 0, { client_id: 'abc' })], { pending: [waiting('abc', 0)] })
    expect(rows(both).map((row) => row.message?.id)).toEqual([101])
  })

  test('what waits is not shown where the window does not reach the end', () => {
    expect(rows(source([message(1, 2, 0)], { lastSeq: 9, pending: [waiting('abc', 0)] }), 0, 5)).toHaveLength(1)
  })
})
