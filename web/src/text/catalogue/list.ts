import type { Entries } from '../entry'

/** The chat list and finding in it. */
export const list = {
  chats: { en: 'Chats', ru: 'Чаты' },
  find: { en: 'Find', ru: 'Поиск' },
  findHint: { en: 'Find chats and people (Ctrl+K)', ru: 'Поиск чатов и людей (Ctrl+K)' },
  clearFind: { en: 'Clear', ru: 'Очистить' },
  nothingFound: { en: 'Nothing found', ru: 'Ничего не найдено' },
  noChats: { en: 'No chats yet', ru: 'Чатов пока нет' },
  noChatsHint: { en: 'Find someone and write to them.', ru: 'Найдите собеседника и напишите ему.' },
  chooseChat: { en: 'Choose a chat to read or write', ru: 'Выберите чат, чтобы начать общение' },
  create: { en: 'New', ru: 'Создать' },
  newChat: { en: 'New chat', ru: 'Новый чат' },
  newGroup: { en: 'New group', ru: 'Новая группа' },
  newChannel: { en: 'New channel', ru: 'Новый канал' },
  group: { en: 'Group', ru: 'Группа' },
  channel: { en: 'Channel', ru: 'Канал' },
  you: { en: 'You', ru: 'Вы' },
  youWrote: { en: 'You: {text}', ru: 'Вы: {text}' },
  someoneWrote: { en: '{name}: {text}', ru: '{name}: {text}' },
  muted: { en: 'Muted', ru: 'Уведомления выключены' },
  unread: {
    en: { one: '{count} unread message', other: '{count} unread messages' },
    ru: {
      one: '{count} непрочитанное сообщение',
      few: '{count} непрочитанных сообщения',
      many: '{count} непрочитанных сообщений',
      other: '{count} непрочитанного сообщения',
    },
  },
} as const satisfies Entries
