/** What is drawn of a history: a slice of it, by days, with the messages of one sender grouped. Pure. */

import type { Message } from '../../api/shapes'
import type { Pending } from '../../core/state'
import { dayKey } from '../../text/calendar'

export interface Row {
  /** The same before and after a message of one's own has come from the server. */
  key: string
  /** seq − 1; what waits stands after the last message. */
  index: number
  message: Message | null
  /** Instead of a message: what waits to be sent. */
  pending: Pending | null
  own: boolean
  /** First and last of a group: one sender, one day, within five minutes. */
  first: boolean
  last: boolean
  newDay: boolean
  /** The line "new messages" stands above it. */
  line: boolean
  /** The chat begins here. */
  begins: boolean
}

export interface Day {
  key: string
  /** A moment of the day, ISO 8601. */
  at: string
  rows: Row[]
}

export interface Source {
  /** The window in memory. */
  messages: readonly Message[]
  pending: readonly Pending[]
  /** The chat's last seq. */
  lastSeq: number
  me: number
  /** The seq that the line "new messages" stands above. */
  lineSeq: number | null
}

const GROUPED_WITHIN = 300_000

interface Item {
  message: Message | null
  pending: Pending | null
  sender: number
  at: number
  day: string
  isAlone: boolean
}

const items = new WeakMap<Message | Pending, Item>()

/** The days of the rows [start, end); rows that are as they were before are the same objects. */
export function daysOf(source: Source, start: number, end: number, before: ReadonlyMap<string, Row>): Day[] {
  const days: Day[] = []
  const keys = new Set<string>()
  for (let index = start; index < end; index += 1) {
    const item = itemAt(source, index)
    if (!item) continue
    const row = rowOf(source, index, item)
    // What has just come may still wait in another tab's list.
    if (keys.has(row.key)) continue
    keys.add(row.key)
    const old = before.get(row.key)
    const kept = old && isSame(old, row) ? old : row
    const day = days.at(-1)
    if (day?.key === item.day) day.rows.push(kept)
    else days.push({ key: item.day, at: new Date(item.at).toISOString(), rows: [kept] })
  }
  return days
}

export function rowsByKey(days: readonly Day[]): Map<string, Row> {
  return new Map(days.flatMap((day) => day.rows.map((row) => [row.key, row] as const)))
}

function rowOf(source: Source, index: number, item: Item): Row {
  const above = itemAt(source, index - 1)
  const below = itemAt(source, index + 1)
  const line = source.lineSeq !== null && item.message?.seq === source.lineSeq
  const lineBelow = source.lineSeq !== null && below?.message?.seq === source.lineSeq
  return {
    key: keyOf(item, source.me),
    index,
    message: item.message,
    pending: item.pending,
    own: item.pending !== null || item.sender === source.me,
    first: line || !above || !belongTogether(above, item),
    last: lineBelow || !below || !belongTogether(item, below),
    newDay: index === 0 || (above !== undefined && above.day !== item.day),
    line,
    begins: index === 0,
  }
}

function keyOf({ message, pending }: Item, me: number): string {
  const clientId = pending?.clientId ?? (message?.sender_id === me ? message.client_id : null)
  return clientId ? `c${clientId}` : `m${message!.id}`
}

function belongTogether(one: Item, next: Item): boolean {
  return one.sender === next.sender && one.day === next.day && next.at - one.at < GROUPED_WITHIN && !one.isAlone && !next.isAlone
}

function itemAt({ messages, pending, lastSeq, me }: Source, index: number): Item | undefined {
  if (index < 0) return undefined
  const from = (messages[0]?.seq ?? 1) - 1
  const message = messages[index - from]
  if (message && message.seq === index + 1) return itemOf(message, me)
  const waiting = index >= lastSeq ? pending[index - lastSeq] : undefined
  return waiting && itemOf(waiting, me)
}

function itemOf(thing: Message | Pending, me: number): Item {
  let item = items.get(thing)
  if (!item) items.set(thing, (item = 'seq' in thing ? itemOfMessage(thing) : itemOfPending(thing, me)))
  return item
}

function itemOfMessage(message: Message): Item {
  const { sender_id: sender, created_at, kind } = message
  return { message, pending: null, sender, at: Date.parse(created_at), day: dayKey(created_at), isAlone: kind === 'system' }
}

function itemOfPending(pending: Pending, me: number): Item {
  const day = dayKey(new Date(pending.createdAt).toISOString())
  return { message: null, pending, sender: me, at: pending.createdAt, day, isAlone: pending.failed !== null }
}

function isSame(one: Row, other: Row): boolean {
  return (Object.keys(one) as (keyof Row)[]).every((field) => one[field] === other[field])
}
