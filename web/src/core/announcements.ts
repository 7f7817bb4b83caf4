/** What happens elsewhere and concerns this person, told at once: notices in the page, notifications outside of it. */

import type { Message, ServerEvent } from '../api/shapes'
import { t } from '../text/words.svelte'
import { client } from './client.svelte'
import { now } from './clock.svelte'
import { onUpdate } from './install'
import { notify } from './notices.svelte'
import { preference } from './preferences.svelte'
import { go, here } from './route.svelte'
import { isLookedAt } from './seen'
import { isMuted, nameOf, titleOf } from './select'

/** Milliseconds in which a message is usually read where somebody looks at its chat. */
const READ_WITHIN = 1_500

/** Returns how to stop. */
export function announceEvents(): () => void {
  const stops = [onUpdate(announceUpdate), announceHere()]
  return () => stops.forEach((stop) => stop())
}

function announceUpdate(): void {
  notify('news', t('updateReady'), { text: t('reload'), run: () => location.reload() }, true)
}

function announceHere(): () => void {
  return client.listen((event) => {
    if (event.type === 'session_created') announceSignIn(event)
    else if (event.type === 'chat_changed') announceChat(event)
    else if (event.type === 'new_message') announceMessage(event.message)
  })
}

function announceSignIn({ session }: ServerEvent & { type: 'session_created' }): void {
  const text = `${t('newSignIn', { device: session.device_name })}. ${t('newSignInHint', { address: session.ip_address })}`
  notify('news', text, { text: t('showDevices'), run: () => go({ panel: 'devices' }) }, true)
}

function announceChat({ chat }: ServerEvent & { type: 'chat_changed' }): void {
  // Whoever made the chat is its owner and knows.
  if (chat.chat && chat.chat.kind !== 'direct' && chat.chat.role !== 'owner') notify('news', t('addedToChat', { title: titleOf(chat.chat) }))
}

function announceMessage(message: Message): void {
  const state = client.current
  const chat = state?.chats.get(message.chat_id)
  if (!state || !chat || message.sender_id === state.me.id || !preference('notifications')) return
  if (isMuted(chat, now()) || (isLookedAt() && here().chat === chat.id)) return
  if (!('Notification' in window) || Notification.permission !== 'granted') return
  setTimeout(() => void showUnlessRead(message), READ_WITHIN)
}

/** Whoever reads it in another tab or on another device needs no notification. */
function showUnlessRead(message: Message): void {
  const state = client.current
  const chat = state?.chats.get(message.chat_id)
  if (!state || !chat || chat.read_up_to_seq >= message.seq) return
  const sender = nameOf(state, message.sender_id)
  const body = chat.kind === 'direct' ? message.text : t('someoneWrote', { name: sender, text: message.text })
  void show(titleOf(chat), { body, tag: `chat-${chat.id}`, icon: '/icon-192.png', data: { chat: chat.id } }).catch(() => undefined)
}

/** By the service worker where there is one, since phones take notifications from nobody else. */
async function show(title: string, options: NotificationOptions & { data: { chat: number } }): Promise<void> {
  const worker = await navigator.serviceWorker?.getRegistration()
  if (worker) return worker.showNotification(title, options)
  const shown = new Notification(title, options)
  shown.onclick = () => {
    window.focus()
    go({ chat: options.data.chat, panel: null })
    shown.close()
  }
}
