import type { Entries } from '../entry'

/** Finding people, contacts and blocks. */
export const people = {
  people: { en: 'People', ru: 'Люди' },
  findPeople: { en: 'Find people', ru: 'Найти людей' },
  typeToFind: { en: 'Type a name or a username', ru: 'Введите имя или имя пользователя' },
  nobodyFound: { en: 'Nobody found', ru: 'Никого не найдено' },
  startChat: { en: 'Write a message', ru: 'Написать сообщение' },
  contacts: { en: 'Contacts', ru: 'Контакты' },
  noContacts: { en: 'No contacts yet', ru: 'Контактов пока нет' },
  addContact: { en: 'Add to contacts', ru: 'Добавить в контакты' },
  removeContact: { en: 'Remove from contacts', ru: 'Удалить из контактов' },
  block: { en: 'Block', ru: 'Заблокировать' },
  blockAsk: { en: 'Block {name}?', ru: 'Заблокировать {name}?' },
  blockHint: {
    en: 'Neither of you will be able to write to the other or see whether they are online.',
    ru: 'Вы не сможете писать друг другу и видеть, кто из вас в сети.',
  },
  unblock: { en: 'Unblock', ru: 'Разблокировать' },
  blocked: { en: 'Blocked', ru: 'Заблокированные' },
  nobodyBlocked: { en: 'Nobody is blocked', ru: 'Никто не заблокирован' },
  mutual: {
    en: 'You see each other’s status.',
    ru: 'Вы видите статусы друг друга.',
  },
  notMutual: {
    en: 'You will see whether they are online when they add you too.',
    ru: 'Вы увидите статус, когда вас тоже добавят в контакты.',
  },
  notContact: {
    en: 'Add each other to contacts to see who is online.',
    ru: 'Добавьте друг друга в контакты, чтобы видеть, кто в сети.',
  },
} as const satisfies Entries
