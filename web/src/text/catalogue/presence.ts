import type { Entries } from '../entry'

/** Who is here, who types, and when. */
export const presence = {
  online: { en: 'online', ru: 'в сети' },
  away: { en: 'away', ru: 'нет на месте' },
  lastKnown: { en: 'last known: {status}', ru: 'по последним данным: {status}' },
  offline: { en: 'offline', ru: 'не в сети' },
  lastSeenNow: { en: 'last seen just now', ru: 'был(а) только что' },
  lastSeenAgo: { en: 'last seen {ago}', ru: 'был(а) {ago}' },
  lastSeenToday: { en: 'last seen today at {time}', ru: 'был(а) сегодня в {time}' },
  lastSeenYesterday: { en: 'last seen yesterday at {time}', ru: 'был(а) вчера в {time}' },
  lastSeenOn: { en: 'last seen on {date}', ru: 'был(а) {date}' },
  typing: { en: 'typing…', ru: 'печатает…' },
  nameTypes: { en: '{name} is typing…', ru: '{name} печатает…' },
  peopleType: {
    en: { one: '{count} person is typing…', other: '{count} people are typing…' },
    ru: {
      one: 'печатает {count} человек…',
      few: 'печатают {count} человека…',
      many: 'печатают {count} человек…',
      other: 'печатают {count} человека…',
    },
  },
  activeNow: { en: 'active now', ru: 'активно сейчас' },
  activeMinutes: { en: 'active {count} min ago', ru: 'активно {count} мин назад' },
  activeHours: { en: 'active {count} h ago', ru: 'активно {count} ч назад' },
  activeOn: { en: 'active on {date}', ru: 'активно {date}' },
  signedInToday: { en: 'signed in today at {time}', ru: 'вход сегодня в {time}' },
  signedInYesterday: { en: 'signed in yesterday at {time}', ru: 'вход вчера в {time}' },
  signedInOn: { en: 'signed in {date}', ru: 'вход {date}' },
} as const satisfies Entries
