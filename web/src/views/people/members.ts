/** What the list of members asks. Pure. */

import type { Member, Role } from '../../api/shapes'
import { byName } from '../../core/select'
import type { State } from '../../core/state'

const RANKS: readonly Role[] = ['owner', 'admin', 'member']

/** The owner first, then admins, then everybody else; by name among their like. */
export function inRank(members: Iterable<Member>, locale: string): Member[] {
  const all = [...members]
  const place = new Map(byName(all.map((member) => member.user), locale).map((user, index) => [user.id, index]))
  const key = (member: Member) => RANKS.indexOf(member.role) * all.length + place.get(member.user_id)!
  return all.sort((one, other) => key(one) - key(other))
}

/** How many of them are here, as far as one may know; oneself is. */
export function countOnline(state: State, users: Iterable<number>): number {
  let count = 0
  for (const user of users) {
    const status = user === state.me.id ? 'online' : state.statuses.get(user)?.status
    if (status !== undefined && status !== 'offline') count += 1
  }
  return count
}

export interface Rights {
  promote: boolean
  demote: boolean
  handOver: boolean
  remove: boolean
}

/** What one may do to another member. */
export function rightsOver(mine: Role, theirs: Role): Rights {
  const isOwner = mine === 'owner'
  return {
    promote: isOwner && theirs === 'member',
    demote: isOwner && theirs === 'admin',
    handOver: isOwner && theirs !== 'owner',
    remove: (isOwner && theirs !== 'owner') || (mine === 'admin' && theirs === 'member'),
  }
}
