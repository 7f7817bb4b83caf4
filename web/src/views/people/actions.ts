/** What one can do about a person or a member: what it is called, what is asked before, and the call. */

import * as rest from '../../api/rest'
import type { Chat, Contact, Member, User } from '../../api/shapes'
import { titleOf } from '../../core/select'
import { t } from '../../text/words.svelte'
import type { IconName } from '../parts/Icon.svelte'
import { rightsOver } from './members'
import { openDirect } from './open'

export interface Action {
  text: string
  icon: IconName
  testid: string
  danger?: boolean
  /** Asked before it is done. */
  ask?: { title: string; text?: string }
  run: () => Promise<unknown>
}

/** About someone who is not oneself; `entry` is what one holds of them. */
export function personActions(user: User, entry: Contact | undefined): Action[] {
  const { id } = user
  const isEntered = entry !== undefined && entry.added_at !== null
  return [
    isEntered
      ? { text: t('removeContact'), icon: 'close', testid: 'remove-contact', run: () => rest.removeContact(id) }
      : { text: t('addContact'), icon: 'person-add', testid: 'add-contact', run: () => rest.addContact(id) },
    entry?.blocked
      ? { text: t('unblock'), icon: 'check', testid: 'unblock', run: () => rest.unblock(id) }
      : {
          text: t('block'), icon: 'ban', testid: 'block', danger: true, run: () => rest.block(id),
          ask: { title: t('blockAsk', { name: user.display_name }), text: t('blockHint') },
        },
  ]
}

/** About another member of a group or channel. */
export function memberActions(chat: Chat, member: Member): Action[] {
  const { id, display_name: name } = member.user
  const rights = rightsOver(chat.role, member.role)
  const actions: Action[] = [{ text: t('startChat'), icon: 'send', testid: 'write', run: () => openDirect(member.user) }]
  if (rights.promote) actions.push({ text: t('makeAdmin'), icon: 'person-add', testid: 'make-admin', run: () => rest.setRole(chat.id, id, 'admin') })
  if (rights.demote) actions.push({ text: t('removeAdmin'), icon: 'person', testid: 'remove-admin', run: () => rest.setRole(chat.id, id, 'member') })
  if (rights.handOver) {
    const ask = { title: t('makeOwnerAsk', { name }) }
    actions.push({ text: t('makeOwner'), icon: 'settings', testid: 'make-owner', ask, run: () => rest.setRole(chat.id, id, 'owner') })
  }
  if (rights.remove) {
    const ask = { title: t('removeMemberAsk', { name, title: titleOf(chat) }) }
    actions.push({ text: t('removeMember'), icon: 'trash', testid: 'remove-member', danger: true, ask, run: () => rest.removeMember(chat.id, id) })
  }
  return actions
}
